using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <content>Functions of single elements.</content>
public sealed partial class ReferenceBackend
{
    internal override void Unary(UnaryFunction f, in Tensor x, in Tensor y)
    {
        var (xs, ys) = (new Cells(x), new Cells(y));
        var walk = new Walk(y.Shape, x, y);
        while (walk.Next())
            ys[walk.B] = ScalarFunctions.Apply(f, xs[walk.A]);
    }

    internal override void UnaryGradient(UnaryFunction f, in Tensor x, in Tensor y, in Tensor dy, in Tensor dx)
    {
        var (xs, dys, dxs) = (new Cells(x), new Cells(dy), new Cells(dx));
        var walk = new Walk(dx.Shape, x, dy, dx);
        while (walk.Next())
            dxs[walk.C] = dys[walk.B] * ScalarFunctions.Derivative(f, xs[walk.A]);
    }

    internal override void Binary(BinaryFunction f, in Tensor a, in Tensor b, in Tensor y)
    {
        var (xs, bs, ys) = (new Cells(a), new Cells(b), new Cells(y));
        var walk = new Walk(y.Shape, a, b, y);
        while (walk.Next())
            ys[walk.C] = ScalarFunctions.Apply(f, xs[walk.A], bs[walk.B]);
    }

    internal override void Affine(in Tensor x, double scale, double shift, in Tensor y)
    {
        var (xs, ys) = (new Cells(x), new Cells(y));
        var walk = new Walk(y.Shape, x, y);
        while (walk.Next())
            ys[walk.B] = scale * xs[walk.A] + shift;
    }

    internal override void AddScaled(in Tensor x, double scale, in Tensor y)
    {
        var (xs, ys) = (new Cells(x), new Cells(y));
        var walk = new Walk(y.Shape, x, y);
        while (walk.Next())
            ys[walk.B] += scale * xs[walk.A];
    }

    internal override void Where(in Tensor condition, in Tensor a, in Tensor b, in Tensor y)
    {
        var (conditions, xs, bs, ys) = (new Cells(condition), new Cells(a), new Cells(b), new Cells(y));
        var walk = new Walk(y.Shape, condition, a, b, y);
        while (walk.Next())
            ys[walk.D] = conditions.Integer(walk.A) != 0 ? xs[walk.B] : bs[walk.C];
    }

    internal override void Dropout(in Tensor x, double share, Rng rng, in Tensor y)
    {
        var (xs, ys) = (new Cells(x), new Cells(y));
        var walk = new Walk(y.Shape, x, y);
        while (walk.Next())
            ys[walk.B] = rng.UniformAt((ulong)walk.Index) >= share ? xs[walk.A] / (1 - share) : 0;
    }

    internal override void SwiGlu(in Tensor gate, in Tensor up, in Tensor y)
    {
        var (gates, ups, ys) = (new Cells(gate), new Cells(up), new Cells(y));
        var walk = new Walk(y.Shape, gate, up, y);
        while (walk.Next())
            ys[walk.C] = ScalarFunctions.Apply(UnaryFunction.Silu, gates[walk.A]) * ups[walk.B];
    }

    internal override void SwiGluGradient(in Tensor gate, in Tensor up, in Tensor dy, in Tensor dgate, in Tensor dup)
    {
        UnaryGradient(UnaryFunction.Silu, gate, default, dy, dgate);
        Binary(BinaryFunction.Multiply, dgate, up, dgate);
        SwiGlu(gate, dy, dup);
    }
}
