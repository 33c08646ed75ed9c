using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A recurrent layer over ragged flat batches, [rows, input width] → [rows, width], its weights as PyTorch lays them. What the input gives to all gates of all
/// rows is one product; only the product with the hidden state goes step by step, all sequences together. State is the pass's (<see cref="Pass.Recall"/>):
/// a sequence begins at zeros, or where the pass before ended.
/// </summary>
public abstract class RecurrentLayer : Block, IRecurrence
{
    /// <summary>Makes a layer; weights and biases are uniform in ±1 / √width, as PyTorch's are at first.</summary>
    /// <param name="source">Where parameters come from.</param>
    /// <param name="layer">The layer's number, which names its memory.</param>
    /// <param name="inputWidth">Width of the rows.</param>
    /// <param name="width">Width of the hidden state and of the result.</param>
    /// <param name="gateCount">How many gates a step has, each of the width.</param>
    /// <param name="bias">Whether both products have a bias.</param>
    /// <param name="readsBackwards">Whether each sequence is read from its last row to its first.</param>
    private protected RecurrentLayer(ParameterSource source, int layer, int inputWidth, int width, int gateCount, bool bias, bool readsBackwards)
        : base(layer)
    {
        Width = width;
        ReadsBackwards = readsBackwards;
        Input = Uniform(source.In("input"), inputWidth);
        Hidden = Uniform(source.In("hidden"), width);

        Linear Uniform(ParameterSource part, int from)
        {
            var (outputs, limit) = (checked(gateCount * width), 1 / Math.Sqrt(width));
            return new Linear(new DenseWeight(part.Uniform("weight", [outputs, from], limit)), bias ? part.Uniform("bias", [outputs], limit) : null);
        }
    }

    /// <summary>Width of the hidden state and of the result.</summary>
    public int Width { get; }

    /// <summary>Rows to gates: [input width → gates · width] (PyTorch's <c>weight_ih</c> and <c>bias_ih</c>).</summary>
    public Linear Input { get; }

    /// <summary>Hidden state to gates: [width → gates · width] (PyTorch's <c>weight_hh</c> and <c>bias_hh</c>).</summary>
    public Linear Hidden { get; }

    /// <inheritdoc/>
    public abstract int StateWidth { get; }

    /// <inheritdoc/>
    public bool ReadsBackwards { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Input, Hidden];

    /// <inheritdoc/>
    public override long FlopsPerRow => Input.FlopsPerRow + Hidden.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => pass.Recall(Layer, x, this);

    /// <inheritdoc/>
    public (Tensor Output, Tensor State) Run(Tensor x, Tensor state, Pass pass)
    {
        if (pass.Layout is { LongestLength: 1 } layout && layout.RowCount == layout.SequenceCount)
        {
            // decoding, a row a sequence: the same step without an order to find
            var first = Unpacked(state.IsMissing ? Tensor.Zeros([layout.SequenceCount, StateWidth], x.Type, x.Backend) : state);
            var next = Step(Input.Forward(x, pass), first, pass);
            return (next.Hidden, next.Packed());
        }
        var order = new StepOrder(pass.Layout, ReadsBackwards);
        var steps = new Tensor[order.Lengths.Length];
        var outputs = new Tensor[steps.Length];
        Input.Forward(order.ToSteps(x), pass).Split(0, order.Lengths, steps);
        var current = Unpacked(state.IsMissing ? Tensor.Zeros([order.SequenceCount, StateWidth], x.Type, x.Backend) : order.ToLongestFirst(state));
        var running = order.SequenceCount;
        var ended = new List<Tensor>();
        for (var step = 0; step < steps.Length; step++)
        {
            var left = order.Lengths[step];
            if (left < running)
            {
                ended.Add(current.Slice(left, running - left).Packed());
                current = current.Slice(0, left);
                running = left;
            }
            current = Step(steps[step], current, pass);
            outputs[step] = current.Hidden;
        }
        ended.Add(current.Packed());
        ended.Reverse();
        var output = outputs.Length == 0 ? Tensor.Zeros([0, Width], x.Type, x.Backend) : order.FromSteps(Tensor.Concatenate(0, outputs));
        return (output, order.FromLongestFirst(Tensor.Concatenate(0, [.. ended])));
    }

    /// <summary>One step of the running sequences.</summary>
    /// <param name="gates">The input's share of the gates, [running sequences, gates · width].</param>
    /// <param name="state">What the sequences remember.</param>
    /// <param name="pass">The pass.</param>
    private protected abstract RecurrentState Step(Tensor gates, RecurrentState state, Pass pass);

    private RecurrentState Unpacked(Tensor state)
    {
        if (StateWidth == Width)
            return new(state);
        Span<Tensor> parts = [default, default];
        state.Split(1, [Width, Width], parts);
        return new(parts[0], parts[1]);
    }
}
