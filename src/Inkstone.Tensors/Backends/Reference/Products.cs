namespace Inkstone.Tensors;

/// <content>Matrix products.</content>
public sealed partial class ReferenceBackend
{
    internal override void MatMul(in Tensor a, in Tensor b, in Tensor bias, bool accumulate, in Tensor c)
    {
        var walk = new Walk(c.Shape.With(-1, 1).With(-2, 1), a, b, c);
        while (walk.Next())
            Multiply(Matrix(a, walk.A), Matrix(b, walk.B), bias, accumulate, Matrix(c, walk.C));
    }

    internal override void MatMulInvariant(in Tensor x, in Tensor w, in Tensor bias, in Tensor y) =>
        Multiply(x, w.View(w.Offset, [w.Shape[1], w.Shape[0]], Turned(w)), bias, accumulate: false, y);

    internal override void MatMulGrouped(in Tensor x, in Tensor w, in Tensor expertOfRow, bool transpose, in Tensor y)
    {
        var experts = new Cells(expertOfRow);
        for (var r = 0; r < x.Shape[0]; r++)
        {
            var matrix = At(w, Expert(experts, r * expertOfRow.Strides[0], w.Shape[0]));
            if (!transpose)
                matrix = matrix.View(matrix.Offset, [matrix.Shape[1], matrix.Shape[0]], Turned(matrix));
            Multiply(Row(x, r), matrix, default, accumulate: false, Row(y, r));
        }
    }

    internal override void MatMulGroupedInvariant(in Tensor x, in Tensor w, in Tensor expertOfRow, in Tensor y) =>
        MatMulGrouped(x, w, expertOfRow, transpose: false, y);

    internal override void MatMulGrouped(in Tensor x, FrozenExperts w, in Tensor expertOfRow, in Tensor y)
    {
        var experts = new Cells(expertOfRow);
        for (var r = 0; r < x.Shape[0]; r++)
            w[Expert(experts, r * expertOfRow.Strides[0], w.Count)].Multiply(Row(x, r), default, Row(y, r));
    }

    internal override void MatMulGroupedGradient(in Tensor x, in Tensor dy, in Tensor expertOfRow, in Tensor dw)
    {
        var experts = new Cells(expertOfRow);
        for (var r = 0; r < x.Shape[0]; r++)
        {
            var row = Row(dy, r);
            var turned = row.View(row.Offset, [row.Shape[1], 1], Turned(row));
            Multiply(turned, Row(x, r), default, accumulate: true, At(dw, experts.Integer(r * expertOfRow.Strides[0])));
        }
    }

    private static int Expert(in Cells experts, long place, int count)
    {
        var expert = experts.Integer(place);
        return (uint)expert < (uint)count ? expert : throw NoSuchIndex("grouped matmul", "an expert", expert, count);
    }

    private static void Multiply(in Tensor a, in Tensor b, in Tensor bias, bool accumulate, in Tensor c)
    {
        var (xs, bs, cs) = (new Cells(a), new Cells(b), new Cells(c));
        var biases = bias.IsMissing ? default : new Cells(bias);
        for (var i = 0; i < c.Shape[0]; i++)
        {
            for (var j = 0; j < c.Shape[1]; j++)
            {
                var place = i * c.Strides[0] + j * c.Strides[1];
                var sum = (accumulate ? cs[place] : 0) + (bias.IsMissing ? 0 : biases[j * bias.Strides[0]]);
                for (var k = 0; k < a.Shape[1]; k++)
                    sum += xs[i * a.Strides[0] + k * a.Strides[1]] * bs[k * b.Strides[0] + j * b.Strides[1]];
                cs[place] = sum;
            }
        }
    }

    /// <summary>The matrix of the last two axes, from an element on.</summary>
    private static Tensor Matrix(in Tensor x, long place)
    {
        var strides = new Strides();
        strides[0] = x.Strides[x.Rank - 2];
        strides[1] = x.Strides[x.Rank - 1];
        return x.View(x.Offset + place, [x.Shape[-2], x.Shape[-1]], strides);
    }

    /// <summary>One row of a matrix, as a matrix.</summary>
    private static Tensor Row(in Tensor x, int row) => x.View(x.Offset + row * x.Strides[0], [1, x.Shape[1]], x.Strides);

    private static Strides Turned(in Tensor matrix)
    {
        var strides = new Strides();
        strides[0] = matrix.Strides[1];
        strides[1] = matrix.Strides[0];
        return strides;
    }
}
