using System.Runtime.InteropServices;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>
/// Records operations on this thread while it is open, and runs them backwards (reverse-mode differentiation). An operation is
/// recorded only when one of its inputs depends on a parameter or a watched tensor; with no tape open nothing is recorded.
/// Opened with <c>using</c>, never across <c>await</c> or <c>yield return</c>; tapes nest, the innermost records.
/// </summary>
public sealed class Tape : IDisposable
{
    /// <summary>The node of every parameter's value.</summary>
    internal const long ParameterNode = -1;

    [ThreadStatic]
    private static Tape? Innermost;

    [ThreadStatic]
    private static Stack<Tape>? Recycled;

    private static long _serials;

    private readonly List<Operation> _operations = [];
    private readonly List<Slot> _slots = [];
    private readonly List<Parameter> _parameters = [];
    private readonly Dictionary<Parameter, int> _parameterSlots = [];
    private Tape? _outer;
    private PoolScope? _gradients;
    private long _serial;
    private bool _paused;
    private bool _spent;

    private Tape()
    {
    }

    /// <summary>Whether a tape records on this thread.</summary>
    public static bool IsRecording => Innermost is { _paused: false };

    /// <summary>What was recorded so far.</summary>
    internal IReadOnlyList<Operation> Operations => _operations;

    /// <summary>Opens a tape.</summary>
    public static Tape Record() => Open(paused: false);

    /// <summary>Opens a stretch in which nothing is recorded, inside a tape that records.</summary>
    public static IDisposable Pause() => Open(paused: true);

    /// <summary>Makes a tensor whose gradient is wanted: what <see cref="Gradient"/> is asked for after <see cref="Backward"/>.</summary>
    public Tensor Watch(in Tensor tensor) => tensor.AtNode(NodeOf(NewSlot(watched: true)));

    /// <summary>
    /// Runs the recorded operations backwards from a result. Parameters gather their gradients; watched tensors' gradients can
    /// be asked for until the surrounding pool scope ends. A tape runs once.
    /// </summary>
    /// <param name="result">What is differentiated.</param>
    /// <param name="gradient">The gradient to begin with, of the result's shape; missing means ones times <paramref name="seed"/>.</param>
    /// <param name="seed">The value of every element of the first gradient when none is given.</param>
    /// <exception cref="InkstoneLifetimeException">The tape ran before.</exception>
    public void Backward(in Tensor result, in Tensor gradient = default, double seed = 1)
    {
        if (_spent)
            throw new InkstoneLifetimeException("a tape runs backwards once", "Tape.Backward");
        _spent = true;
        if (!Owns(result.Node))
            throw new InkstoneRequestException("the result does not depend on a parameter or a watched tensor of this tape", "Tape.Backward");
        if (!gradient.IsMissing)
            ShapeError.RequireShape("backward", gradient, result.Shape, "a gradient");
        using var pause = Pause();
        using var scope = PoolScope.Open();
        _gradients = scope;
        Accumulate(result.Node, gradient.IsMissing ? Tensor.Full(result.Shape, seed, result.Type, result.Backend) : gradient);
        for (var i = _operations.Count - 1; i >= 0; i--)
        {
            var operation = _operations[i];
            var mark = scope.Count;
            if (HasOutputGradient(operation))
                operation.Backward();
            // first what is new, while it still lies behind the mark: releasing an older gradient moves the last one into its place
            ReleaseUnheld(scope, mark);
            foreach (var slot in operation.Outputs)
                ReleaseSlot(slot, scope);
        }
        for (var i = 0; i < _slots.Count; i++)
        {
            if (!_slots[i].Watched || _slots[i].Gradient.IsMissing)
                continue;
            _slots[i].Gradient.Storage.GradientHolds--;
            scope.HandOver(_slots[i].Gradient);
        }
    }

    /// <summary>The gradient of a watched tensor; zeros when the result did not depend on it.</summary>
    public Tensor Gradient(in Tensor watched)
    {
        if (!Owns(watched.Node) || !_slots[SlotOf(watched.Node)].Watched)
            throw NoGradient("a tensor this tape does not watch");
        var gradient = _slots[SlotOf(watched.Node)].Gradient;
        return gradient.IsMissing ? watched.ZerosLike() : gradient;
    }

    /// <summary>Ends the recording.</summary>
    public void Dispose()
    {
        if (_serial == 0)
            return;
        if (Innermost != this)
            throw new InkstoneLifetimeException("tapes must be closed in the reverse order of their opening, on their own thread", "Tape");
        Innermost = _outer;
        foreach (var operation in _operations)
            OperationPool.Return(operation);
        _operations.Clear();
        _slots.Clear();
        _parameters.Clear();
        _parameterSlots.Clear();
        _outer = null;
        _gradients = null;
        _serial = 0;
        _spent = false;
        Recycled!.Push(this);
    }

    /// <summary>The recording tape, if any of these inputs makes an operation worth recording.</summary>
    internal static bool Tracks(in Tensor a) => Innermost is { _paused: false } tape && tape.Resolve(a) != 0;

    internal static bool Tracks(in Tensor a, in Tensor b) =>
        Innermost is { _paused: false } tape && (tape.Resolve(a) != 0 || tape.Resolve(b) != 0);

    internal static bool Tracks(in Tensor a, in Tensor b, in Tensor c) => Tracks(a, b) || Tracks(c);

    /// <summary>Records an operation of these inputs (missing ones are inputs that want no gradient).</summary>
    internal static TOperation Add<TOperation>(params ReadOnlySpan<Tensor> inputs)
        where TOperation : Operation, new()
    {
        var tape = Innermost!;
        var operation = OperationPool.Rent<TOperation>();
        operation.Begin(tape);
        foreach (ref readonly var input in inputs)
            operation.Input(input);
        tape._operations.Add(operation);
        return operation;
    }

    /// <summary>A tensor's place as this tape knows it: zero when it wants no gradient here.</summary>
    internal long Resolve(in Tensor tensor)
    {
        if (tensor.Node == 0)
            return 0;
        if (tensor.Node == ParameterNode)
            return tensor.Storage.Parameter is { Trainable: true } parameter ? NodeOf(SlotOf(parameter)) : 0;
        return Owns(tensor.Node) ? tensor.Node : 0;
    }

    internal int NewSlot(bool watched = false)
    {
        _slots.Add(new Slot { Watched = watched });
        return _slots.Count - 1;
    }

    internal long NodeOf(int slot) => (_serial << 32) | (uint)(slot + 1);

    /// <summary>Whether a tensor depends on a parameter or a watched tensor of this tape.</summary>
    internal bool Knows(in Tensor tensor) => Resolve(tensor) != 0;

    internal Tensor SlotGradient(int slot) => _slots[slot].Gradient;

    internal Parameter? ParameterOf(long node) => node == 0 ? null : _slots[SlotOf(node)].Parameter;

    internal void Accumulate(long node, in Tensor gradient)
    {
        ref var slot = ref CollectionsMarshal.AsSpan(_slots)[SlotOf(node)];
        if (slot.Parameter is { } parameter)
        {
            parameter.Accumulate(gradient);
            return;
        }
        if (slot.Gradient.IsMissing)
        {
            slot.Gradient = gradient;
            gradient.Storage.GradientHolds++;
        }
        else if (slot.Gradient.Storage is { GradientHolds: 1 } storage && storage.Scope == _gradients && slot.Gradient.IsContiguous)
        {
            // nobody else holds the first gradient, and it was made in this backward pass: it becomes the sum
            gradient.Backend.AddScaled(gradient, 1, slot.Gradient);
        }
        else
        {
            // the first gradient is shared with another slot, or not ours to change: the sum gets memory of its own
            var sum = Tensor.Empty(gradient.Shape, gradient.Type, gradient.Backend);
            sum.Backend.Binary(BinaryFunction.Add, slot.Gradient, gradient, sum);
            slot.Gradient.Storage.GradientHolds--;
            sum.Storage.GradientHolds++;
            slot.Gradient = sum;
        }
    }

    internal static InkstoneRequestException NoGradient(string name) =>
        new("no gradient was gathered", name, fix: "Run Tape.Backward on a result that depends on it first.");

    private static Tape Open(bool paused)
    {
        var tape = (Recycled ??= new()).TryPop(out var old) ? old : new Tape();
        tape._serial = Interlocked.Increment(ref _serials) & 0x3FFFFFFF;
        tape._paused = paused;
        tape._outer = Innermost;
        return Innermost = tape;
    }

    private static int SlotOf(long node) => (int)(uint)node - 1;

    private int SlotOf(Parameter parameter)
    {
        if (!_parameterSlots.TryGetValue(parameter, out var slot))
        {
            slot = NewSlot();
            _slots[slot] = new Slot { Parameter = parameter };
            _parameterSlots.Add(parameter, slot);
            _parameters.Add(parameter);
        }
        return slot;
    }

    private bool Owns(long node) => node > 0 && node >> 32 == _serial;

    private bool HasOutputGradient(Operation operation)
    {
        foreach (var slot in operation.Outputs)
            if (!_slots[slot].Gradient.IsMissing)
                return true;
        return false;
    }

    private void ReleaseSlot(int index, PoolScope scope)
    {
        ref var slot = ref CollectionsMarshal.AsSpan(_slots)[index];
        if (slot.Gradient.IsMissing || slot.Watched)
            return;
        var storage = slot.Gradient.Storage;
        slot.Gradient = default;
        if (--storage.GradientHolds == 0 && storage.Scope == scope)
            scope.Release(storage);
    }

    /// <summary>Frees what an operation's backward pass allocated and no gradient slot holds.</summary>
    private static void ReleaseUnheld(PoolScope scope, int mark)
    {
        for (var i = scope.Count - 1; i >= Math.Min(mark, scope.Count); i--)
            if (scope[i].GradientHolds == 0)
                scope.Release(scope[i]);
    }

    private struct Slot
    {
        public Tensor Gradient;
        public Parameter? Parameter;
        public bool Watched;
    }
}
