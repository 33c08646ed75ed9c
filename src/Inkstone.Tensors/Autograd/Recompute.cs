namespace Inkstone.Tensors;

/// <summary>
/// Trades time for memory (Chen et al. 2016, "Training deep nets with sublinear memory cost"): a function's intermediate
/// results are thrown away after the forward pass and made again when the backward pass needs them. Exact, dropout included,
/// because random streams are counter-based.
/// </summary>
public static class Recompute
{
    /// <summary>Runs <paramref name="function"/> on the inputs, keeping only its result until the backward pass.</summary>
    /// <param name="function">A pure function of the inputs it is given and of parameters.</param>
    /// <param name="inputs">Every tensor the function depends on that may want a gradient, parameters excepted.</param>
    public static Tensor Run(Func<ReadOnlyMemory<Tensor>, Tensor> function, params Tensor[] inputs)
    {
        if (!Tape.IsRecording)
            return function(inputs);
        Tensor result;
        using (var scope = PoolScope.Open())
        {
            using (Tape.Pause())
                result = function(inputs);
            scope.HandOver(result);
        }
        // parameters inside the function want gradients even when no input does, so this is always recorded
        var operation = Tape.Add<RecomputeOperation>(inputs);
        operation.Function = function;
        operation.Inputs = inputs;
        return operation.Output(result);
    }
}

/// <summary>The recorded half of <see cref="Recompute"/>.</summary>
internal sealed class RecomputeOperation : Operation
{
    public Func<ReadOnlyMemory<Tensor>, Tensor>? Function { get; set; }

    public Tensor[] Inputs { get; set; } = [];

    public override void Backward()
    {
        var gradients = new Tensor[Inputs.Length];
        using (var scope = PoolScope.Open())
        {
            using var tape = Tape.Record();
            var watched = new Tensor[Inputs.Length];
            for (var i = 0; i < Inputs.Length; i++)
                watched[i] = Wants(i) ? tape.Watch(Inputs[i]) : Inputs[i].AtNode(0);
            var result = Function!(watched);
            if (tape.Knows(result)) // not so when nothing inside wants a gradient, as in frozen layers
                tape.Backward(result, OutputGradient());
            for (var i = 0; i < Inputs.Length; i++)
                if (Wants(i))
                    gradients[i] = scope.HandOver(tape.Gradient(watched[i]));
        }
        for (var i = 0; i < gradients.Length; i++)
            if (Wants(i))
                Send(i, gradients[i]);
    }

    protected override void Forget()
    {
        Function = null;
        Inputs = [];
    }
}
