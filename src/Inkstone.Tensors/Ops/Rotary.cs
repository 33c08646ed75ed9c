namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// Turns pairs of each head's elements by their rows' angles (Su et al. 2021): x [rows, heads, width], cosine and sine [rows, half], half ≤ width / 2;
    /// elements past 2·half are left as they are.
    /// </summary>
    public Tensor Rotary(in Tensor cosine, in Tensor sine, RotaryPairing pairing) => RotaryOperation.Apply(this, cosine, sine, pairing);
}

/// <summary>Rotary position embedding; its gradient is the turn back.</summary>
internal sealed class RotaryOperation : Operation
{
    private Tensor _cosine;
    private Tensor _sine;
    private RotaryPairing _pairing;

    public static Tensor Apply(in Tensor x, in Tensor cosine, in Tensor sine, RotaryPairing pairing)
    {
        ShapeError.RequireRank("rotary", x, 3, "an input [rows, heads, width]");
        ShapeError.RequireRank("rotary", cosine, 2, "cosines [rows, half]");
        ShapeError.RequireShape("rotary", sine, cosine.Shape, "sines");
        if (cosine.Shape[0] != x.Shape[0] || 2 * cosine.Shape[1] > x.Shape[2])
            throw ShapeError.Of("rotary", x.Shape, cosine.Shape, "[rows, heads, width] and [rows, half], half at most width / 2");
        var y = Tensor.Empty(x.Shape, x.Type, x.Backend);
        x.Backend.Rotary(x, cosine, sine, pairing, inverse: false, y);
        if (!Tape.Tracks(x))
            return y;
        var operation = Tape.Add<RotaryOperation>(x);
        (operation._cosine, operation._sine, operation._pairing) = (cosine, sine, pairing);
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        var dx = Tensor.Empty(dy.Shape, dy.Type, dy.Backend);
        dx.Backend.Rotary(dy, _cosine, _sine, _pairing, inverse: true, dx);
        Send(0, dx);
    }

    protected override void Forget() => _cosine = _sine = default;
}
