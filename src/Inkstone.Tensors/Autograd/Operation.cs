namespace Inkstone.Tensors;

/// <summary>
/// One recorded operation: which places on the tape it read and wrote, and whatever its backward pass needs, as fields of the
/// subclass. Objects are recycled by the tape, so a subclass clears its tensors in <see cref="Forget"/>.
/// </summary>
internal abstract class Operation
{
    private readonly List<long> _inputs = [];
    private readonly List<int> _outputs = [];

    /// <summary>The tape this is recorded on.</summary>
    protected Tape Tape { get; private set; } = null!;

    /// <summary>Sends the gradients of the outputs to the inputs that want them.</summary>
    public abstract void Backward();

    /// <summary>Drops every tensor held, so that nothing outlives the tape.</summary>
    protected abstract void Forget();

    /// <summary>The gradient of output <paramref name="index"/>; missing when nothing depends on that output.</summary>
    protected Tensor OutputGradient(int index = 0) => Tape.SlotGradient(_outputs[index]);

    /// <summary>Whether input <paramref name="index"/> wants a gradient.</summary>
    protected bool Wants(int index) => _inputs[index] != 0;

    /// <summary>Sends a gradient, of the input's shape, to input <paramref name="index"/>. The tensor may be shared by others.</summary>
    protected void Send(int index, in Tensor gradient)
    {
        if (_inputs[index] != 0)
            Tape.Accumulate(_inputs[index], gradient);
    }

    /// <summary>
    /// For an input that is a parameter's value, the parameter's own gradient memory, to be written directly (added to when
    /// <paramref name="accumulate"/>); false for any other input.
    /// </summary>
    protected bool TryDestination(int index, out Tensor gradient, out bool accumulate)
    {
        if (Tape.ParameterOf(_inputs[index]) is { } parameter)
        {
            gradient = parameter.Destination(out accumulate);
            return true;
        }
        gradient = default;
        accumulate = false;
        return false;
    }

    /// <summary>Gives an output its place on the tape.</summary>
    internal Tensor Output(in Tensor result)
    {
        var slot = Tape.NewSlot();
        _outputs.Add(slot);
        return result.AtNode(Tape.NodeOf(slot));
    }

    internal void Begin(Tape tape) => Tape = tape;

    internal void Input(in Tensor input) => _inputs.Add(Tape.Resolve(input));

    /// <summary>The slots of the outputs; a list, so that going through it allocates nothing.</summary>
    internal List<int> Outputs => _outputs;

    internal void Recycle()
    {
        Forget();
        _inputs.Clear();
        _outputs.Clear();
        Tape = null!;
    }
}
