namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>The elements as another type; between floating types the gradient is converted back.</summary>
    public Tensor To(ElementType type) => type == Type ? this : ConvertOperation.Apply(this, type);
}

/// <summary>A change of element type.</summary>
internal sealed class ConvertOperation : Operation
{
    private ElementType _from;

    public static Tensor Apply(in Tensor x, ElementType type)
    {
        var y = Tensor.Empty(x.Shape, type, x.Backend);
        x.Backend.Copy(x, y);
        if (!x.Type.IsFloat() || !type.IsFloat() || !Tape.Tracks(x))
            return y;
        var operation = Tape.Add<ConvertOperation>(x);
        operation._from = x.Type;
        return operation.Output(y);
    }

    public override void Backward()
    {
        var dy = OutputGradient();
        var dx = Tensor.Empty(dy.Shape, _from, dy.Backend);
        dx.Backend.Copy(dy, dx);
        Send(0, dx);
    }

    protected override void Forget()
    {
    }
}
