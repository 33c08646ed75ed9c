namespace Inkstone.Tensors;

/// <summary>Recycles recorded operations, each kind on a stack of its own per thread, so that a training step allocates none.</summary>
internal static class OperationPool
{
    [ThreadStatic]
    private static Dictionary<Type, Stack<Operation>>? Free;

    public static TOperation Rent<TOperation>()
        where TOperation : Operation, new() =>
        Free is not null && Free.TryGetValue(typeof(TOperation), out var stack) && stack.TryPop(out var operation)
            ? (TOperation)operation
            : new TOperation();

    public static void Return(Operation operation)
    {
        operation.Recycle();
        Free ??= [];
        if (!Free.TryGetValue(operation.GetType(), out var stack))
            Free[operation.GetType()] = stack = new Stack<Operation>();
        stack.Push(operation);
    }
}
