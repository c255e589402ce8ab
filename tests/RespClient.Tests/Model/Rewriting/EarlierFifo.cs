using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

using RespClient.Queue;

namespace RespClient.Tests.Model.Rewriting;

/// <summary>
/// Puts back what the queue once did: the reader loop emptied the segment that it left, at once and without the lock, so that
/// a walk which was in it ended there.
/// </summary>
internal static class EarlierFifo
{
    public static void PutBack(ModuleDefinition module)
    {
        var fifo = module.GetType(typeof(CommandFifo).FullName);
        var next = fifo.NestedTypes.Single(static type => type.Name == "Segment").Fields.Single(static field => field.Name == "Next");

        // Nobody relies on the segments that lie before the reader's.
        var takeSpare = fifo.Methods.Single(static method => method.Name == "TakeSpare");
        takeSpare.Body = new MethodBody(takeSpare);
        takeSpare.Body.Instructions.Add(Instruction.Create(OpCodes.Ldnull));
        takeSpare.Body.Instructions.Add(Instruction.Create(OpCodes.Ret));

        // left = head; head = head.Next; Volatile.Write(ref _head, head); left.Next = null;
        var body = fifo.Methods.Single(static method => method.Name == nameof(CommandFifo.Peek)).Body;
        body.SimplifyMacros();
        var left = new VariableDefinition(next.DeclaringType);
        body.Variables.Add(left);
        var processor = body.GetILProcessor();
        var advance = body.Instructions.Single(instruction => instruction.OpCode.Code == Code.Ldfld && instruction.Operand == next);
        processor.InsertBefore(advance, Instruction.Create(OpCodes.Dup));
        processor.InsertBefore(advance, Instruction.Create(OpCodes.Stloc, left));
        var published = body.Instructions.Single(static instruction => instruction.Operand is MethodReference { DeclaringType.Name: "Volatile" });
        processor.InsertAfter(published, Instruction.Create(OpCodes.Stfld, next));
        processor.InsertAfter(published, Instruction.Create(OpCodes.Ldnull));
        processor.InsertAfter(published, Instruction.Create(OpCodes.Ldloc, left));
        body.OptimizeMacros();
    }
}
