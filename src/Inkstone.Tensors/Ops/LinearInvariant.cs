using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// <see cref="Linear(in Tensor, in Tensor)"/> for serving: x [rows, k], w [n, k] of any floating type, y [rows, n]. A row's result has the same bits alone and among any others.
    /// It records nothing.
    /// </summary>
    /// <exception cref="InkstoneRequestException">A tape is recording and would want a gradient.</exception>
    public Tensor LinearInvariant(in Tensor weight, in Tensor bias = default)
    {
        if (Tape.IsRecording && Tape.Tracks(this, weight))
            throw new InkstoneRequestException("the batch-invariant product has no gradient", "linear", fix: "Use Linear while a tape records.");
        ShapeError.RequireSameBackend("linear", this, weight);
        ShapeError.RequireRank("linear", this, 2, "an input [rows, k]");
        ShapeError.RequireRank("linear", weight, 2, "a weight [n, k]");
        if (_shape[1] != weight._shape[1])
            throw ShapeError.Of("linear", _shape, weight._shape, "input [rows, k] and weight [n, k]");
        var y = Empty([_shape[0], weight._shape[0]], Type, Backend);
        Backend.MatMulInvariant(this, weight, bias, y);
        return y;
    }
}
