using Mono.Cecil;
using Mono.Cecil.Cil;

using RespClient.Tracking;

namespace RespClient.Tests.Model.Rewriting;

/// <summary>Breaks the tracked table.</summary>
public static class BrokenTable
{
    /// <summary>Pushes are heeded without the table's lock.</summary>
    internal static void ForgetTheLock(ModuleDefinition module)
    {
        var invalidate = module.GetType(typeof(TrackedTable<,>).FullName).Methods.Single(static method => method.Name == "Invalidate");
        var enter = invalidate.Body.Instructions.Single(static instruction => instruction.Operand is MethodReference { Name: "EnterScope" });
        enter.OpCode = OpCodes.Call;
        enter.Operand = module.ImportReference(typeof(BrokenTable).GetMethod(nameof(EnterNothing)));
    }

    /// <summary>A rule does not hold any more.</summary>
    internal static Action<ModuleDefinition> Break(string rule) => module =>
    {
        var holds = module.GetType(typeof(TrackingRules).FullName).Properties.Single(property => property.Name == rule).GetMethod;
        holds.Body = new MethodBody(holds);
        holds.Body.Instructions.Add(Instruction.Create(OpCodes.Ldc_I4_0));
        holds.Body.Instructions.Add(Instruction.Create(OpCodes.Ret));
    };

    /// <summary>Stands for the taking of a lock.</summary>
    public static Lock.Scope EnterNothing(Lock gate) => default;
}
