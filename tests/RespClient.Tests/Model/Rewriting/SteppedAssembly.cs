using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

using RespClient.Clocks;
using RespClient.Queue;
using RespClient.Tests.Model.Stepping;
using RespClient.Tracking;
using RespClient.Wire;

namespace RespClient.Tests.Model.Rewriting;

/// <summary>
/// Rewrites a copy of RespClient.dll: before each access to a field that threads may share it calls <see cref="Steps"/>, which
/// also stands for locks, the thread pool and the registrations of cancellation tokens.
/// </summary>
internal sealed class SteppedAssembly
{
    // CommandPool is each thread's own, WireObservers a concurrent collection throughout: they are left alone.
    private static readonly string[] SteppedTypes =
    [
        nameof(CommandFifo), nameof(CommandPipeline), nameof(CommandQueue), nameof(SendBuffer), nameof(PipelineLimits),
        nameof(StepCheck), nameof(WaitingRoom), nameof(DeadlineSweep),
        nameof(PendingBytes), nameof(PendingCommand), "PendingCommand`1", nameof(PendingProbe), nameof(PendingReply), nameof(ReplyTask),
        "AwaitedPush`1", nameof(CoarseClock), "PendingRead`2", "TrackedEntries`2", "TrackedTable`2", nameof(TrackingRules),
    ];

    private readonly ModuleDefinition _module;

    private SteppedAssembly(ModuleDefinition module) => _module = module;

    /// <summary>The rewritten copy.</summary>
    /// <param name="path">The original.</param>
    /// <param name="fault">Breaks it first; null: it is as it is.</param>
    public static byte[] Rewrite(string path, Action<ModuleDefinition>? fault)
    {
        using var module = ModuleDefinition.ReadModule(path);
        fault?.Invoke(module);
        LeaveOutPortions(module);
        var assembly = new SteppedAssembly(module);
        foreach (var type in module.GetTypes())
        {
            foreach (var method in type.Methods.Where(static method => method.HasBody))
            {
                assembly.Rewrite(method, isStepped: IsStepped(type) && !method.IsConstructor);
            }
        }

        using var copy = new MemoryStream();
        module.Write(copy);
        return copy.ToArray();
    }

    /// <summary>Callers who go on together are sent for as anybody is: it matters to speed alone, and would make for many more orders.</summary>
    private static void LeaveOutPortions(ModuleDefinition module)
    {
        var connection = module.GetType(typeof(RespConnection).FullName);
        foreach (var property in connection.Properties.Where(static property => property.Name is nameof(RespConnection.Portion) or nameof(RespConnection.IsWithLastCaller)))
        {
            var body = property.GetMethod.Body = new MethodBody(property.GetMethod);
            body.Instructions.Add(Instruction.Create(OpCodes.Ldc_I4_0));
            body.Instructions.Add(Instruction.Create(OpCodes.Ret));
        }
    }

    // Lambdas and iterators are stepped, and what the compiler keeps for them is their own.
    private static bool IsShared(FieldDefinition field) => IsStepped(field.DeclaringType) && !field.DeclaringType.Name.StartsWith('<');

    private static bool IsStepped(TypeDefinition type) => type.DeclaringType is { } outer
        ? IsStepped(outer)
        : SteppedTypes.Contains(type.Name);

    private void Rewrite(MethodDefinition method, bool isStepped)
    {
        var body = method.Body;
        body.SimplifyMacros();
        var instructions = body.Instructions.ToArray();
        var paired = isStepped ? PairAddresses(instructions) : [];
        foreach (var instruction in instructions)
        {
            if (instruction.Operand is MethodReference called)
            {
                ReplaceCall(method, instruction, called, isStepped);
            }
            else if (isStepped && instruction.Operand is FieldReference field && field.Resolve() is { } definition && IsShared(definition))
            {
                StepBefore(body, instruction, field, definition, paired);
            }
            else if (isStepped && IsElementAccess(instruction, method, out var isWrite))
            {
                Insert(body, instruction, [Text($"an element of {Short(method.DeclaringType)}"), Call(isWrite ? nameof(Steps.WriteElement) : nameof(Steps.ReadElement))]);
            }
        }

        foreach (var (_, (call, step)) in paired)
        {
            Insert(body, call, [.. step]);
        }

        body.OptimizeMacros();
    }

    /// <summary>Which call uses the address of which field, by the instruction that loads the address.</summary>
    private Dictionary<Instruction, (Instruction Call, Instruction[] Step)> PairAddresses(Instruction[] instructions)
    {
        Dictionary<Instruction, (Instruction, Instruction[])> paired = [];
        Stack<Instruction> open = [];
        foreach (var instruction in instructions)
        {
            if (instruction.OpCode.Code is Code.Ldflda or Code.Ldsflda or Code.Ldelema)
            {
                open.Push(instruction);
            }
            else if (instruction.Operand is MethodReference called && open.TryPeek(out var address) && AccessThrough(address, called) is { } access)
            {
                open.Pop();
                if (address is { OpCode.Code: Code.Ldflda, Operand: FieldReference field } && field.Resolve() is { } definition && IsShared(definition))
                {
                    paired[address] = (instruction, definition.DeclaringType.IsValueType
                        ? [Text(NameOf(definition)), Call(access == Access.Acquire ? nameof(Steps.ReadElement) : nameof(Steps.WriteElement))]
                        : [Call($"{access}There")]);
                }
            }
        }

        return paired;
    }

    /// <summary>What a call does to what lies at an address; null: it has nothing to do with it.</summary>
    private static Access? AccessThrough(Instruction address, MethodReference called) => called.DeclaringType.FullName switch
    {
        "System.Threading.Volatile" => called.Name == "Read" ? Access.Acquire : Access.Release,
        "System.Threading.Interlocked" => called.Name == "Read" ? Access.Acquire : Access.Both,

        // A method of a struct that is a field.
        var type when called.HasThis && address.Operand is FieldReference field && field.FieldType.FullName == type =>
            called.Name.StartsWith("get_", StringComparison.Ordinal) || called.Name.StartsWith("Get", StringComparison.Ordinal) ? Access.Acquire : Access.Both,
        _ => null,
    };

    private void StepBefore(
        MethodBody body, Instruction instruction, FieldReference field, FieldDefinition definition, Dictionary<Instruction, (Instruction Call, Instruction[] Step)> paired)
    {
        if (definition.DeclaringType.IsValueType)
        {
            // Elements of an array are shared; other values are somebody's own.
            if (definition.DeclaringType.Name == "Place" && instruction.OpCode.Code is Code.Ldfld or Code.Stfld)
            {
                Insert(body, instruction, [Text(NameOf(definition)), Call(instruction.OpCode.Code == Code.Ldfld ? nameof(Steps.ReadElement) : nameof(Steps.WriteElement))]);
            }

            return;
        }

        switch (instruction.OpCode.Code)
        {
            case Code.Ldflda:
                Insert(body, instruction, [Instruction.Create(OpCodes.Dup), Text(NameOf(definition)), Call(paired.ContainsKey(instruction) ? nameof(Steps.Address) : nameof(Steps.Both))]);
                break;
            case Code.Ldfld when AccessOnLoad(instruction, definition) is { } access:
                Insert(body, instruction, [Instruction.Create(OpCodes.Dup), Text(NameOf(definition)), Call(access.ToString())]);
                break;
            case Code.Stfld:
                var value = new VariableDefinition(_module.ImportReference(field.FieldType));
                body.Variables.Add(value);
                Insert(body, instruction,
                [
                    Instruction.Create(OpCodes.Stloc, value),
                    Instruction.Create(OpCodes.Dup),
                    Text(NameOf(definition)),
                    Call(IsVolatile(instruction) ? nameof(Steps.Release) : nameof(Steps.Write)),
                    Instruction.Create(OpCodes.Ldloc, value),
                ]);
                break;
        }
    }

    /// <summary>What it is to load a field; null: nothing that anybody could notice.</summary>
    private static Access? AccessOnLoad(Instruction instruction, FieldDefinition field)
    {
        if (!field.IsInitOnly)
        {
            return IsVolatile(instruction) ? Access.Acquire : Access.Read;
        }

        // Whoever loads a collection uses it.
        return field.FieldType.Namespace switch
        {
            "System.Collections.Concurrent" => Access.Both,
            "System.Collections.Generic" => Access.Write,
            _ => null,
        };
    }

    private void ReplaceCall(MethodDefinition method, Instruction instruction, MethodReference called, bool isStepped)
    {
        switch (called.DeclaringType.FullName, called.Name)
        {
            case ("System.Threading.Lock", "EnterScope") when isStepped:
                Insert(method.Body, instruction, [Text($"the lock of {Short(method.DeclaringType)}")]);
                Replace(instruction.Next, nameof(Steps.Enter));
                break;
            case ("System.Threading.Lock/Scope", "Dispose") when isStepped:
                Replace(instruction, nameof(Steps.Exit));
                break;
            case ("System.Threading.ThreadPool", "UnsafeQueueUserWorkItem") when called.Parameters[0].ParameterType.Name == nameof(IThreadPoolWorkItem):
                Replace(instruction, nameof(Steps.Queue));
                break;
            case (var ended, nameof(EndedCalls.Add)) when ended == typeof(EndedCalls).FullName:
                Replace(instruction, nameof(Steps.End));
                break;
            case ("System.Threading.CancellationToken", "UnsafeRegister"):
                Replace(instruction, nameof(Steps.Register));
                break;
            case ("System.Threading.CancellationTokenRegistration", "Dispose"):
                Replace(instruction, nameof(Steps.Unregister));
                break;
        }
    }

    private static bool IsElementAccess(Instruction instruction, MethodDefinition method, out bool isWrite)
    {
        isWrite = instruction.OpCode.Code is Code.Stelem_Ref or Code.Stelem_Any or Code.Stobj;
        return method.DeclaringType.Name == nameof(CommandFifo)
            && (isWrite || instruction.OpCode.Code is Code.Ldelem_Ref or Code.Ldelem_Any or Code.Ldobj);
    }

    private static bool IsVolatile(Instruction instruction) => instruction.Previous?.OpCode.Code == Code.Volatile;

    /// <summary>
    /// Puts code before an instruction, so that jumps to it come to the code first: the first of the new ones takes its place.
    /// </summary>
    private static void Insert(MethodBody body, Instruction instruction, Instruction[] before)
    {
        var target = IsVolatile(instruction) ? instruction.Previous : instruction;
        var processor = body.GetILProcessor();
        var moved = Instruction.Create(OpCodes.Nop);
        (moved.OpCode, moved.Operand) = (target.OpCode, target.Operand);
        (target.OpCode, target.Operand) = (before[0].OpCode, before[0].Operand);
        var last = target;
        foreach (var one in before.Skip(1).Append(moved))
        {
            processor.InsertAfter(last, one);
            last = one;
        }
    }

    private void Replace(Instruction instruction, string step)
    {
        instruction.OpCode = OpCodes.Call;
        instruction.Operand = _module.ImportReference(typeof(Steps).GetMethod(step));
    }

    private Instruction Call(string step) => Instruction.Create(OpCodes.Call, _module.ImportReference(typeof(Steps).GetMethod(step)));

    private static Instruction Text(string text) => Instruction.Create(OpCodes.Ldstr, text);

    // An automatic property's field has the property's name in angle brackets.
    private static string NameOf(FieldDefinition field) => $"{Short(field.DeclaringType)}.{field.Name.Split('<', '>').First(static part => part.Length > 0)}";

    private static string Short(TypeReference type) => type.DeclaringType is { } outer && type.Name.StartsWith('<') ? Short(outer) : type.Name.Split('`')[0];
}
