namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>silu(gate) · up (Shazeer 2020, "GLU variants improve Transformer"), in one pass over memory.</summary>
    public static Tensor SwiGlu(in Tensor gate, in Tensor up) => SwiGluOperation.Apply(gate, up);
}

/// <summary>y = silu(gate)·up.</summary>
internal sealed class SwiGluOperation : Operation
{
    private Tensor _gate;
    private Tensor _up;

    public static Tensor Apply(in Tensor gate, in Tensor up)
    {
        ShapeError.RequireSameBackend("SwiGLU", gate, up);
        ShapeError.RequireShape("SwiGLU", up, gate.Shape, "a second input");
        var y = gate.EmptyLike();
        y.Backend.SwiGlu(gate, up, y);
        if (!Tape.Tracks(gate, up))
            return y;
        var operation = Tape.Add<SwiGluOperation>(gate, up);
        (operation._gate, operation._up) = (gate.AtNode(0), up.AtNode(0));
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dgate = _gate.EmptyLike();
        var dup = _up.EmptyLike();
        dup.Backend.SwiGluGradient(_gate, _up, OutputGradient(), dgate, dup);
        Send(0, dgate);
        Send(1, dup);
    }

    protected override void Forget() => _gate = _up = default;
}
