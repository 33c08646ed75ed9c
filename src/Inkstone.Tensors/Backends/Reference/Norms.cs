namespace Inkstone.Tensors;

/// <content>Normalisation of rows.</content>
public sealed partial class ReferenceBackend
{
    internal override void LayerNorm(
        in Tensor x, in Tensor weight, in Tensor bias, double epsilon, in Tensor y, in Tensor mean, in Tensor reciprocal)
    {
        var (xs, ms, rs) = (new Cells(x), new Cells(mean), new Cells(reciprocal));
        var (width, step) = (x.Shape[-1], x.Strides[x.Rank - 1]);
        var walk = new Walk(RowsOf(x.Shape), x, AsColumn(mean), AsColumn(reciprocal));
        while (width > 0 && walk.Next())
        {
            var (sum, squares) = (0.0, 0.0);
            for (var i = 0; i < width; i++)
                sum += xs[walk.A + i * step];
            var average = sum / width;
            for (var i = 0; i < width; i++)
            {
                var difference = xs[walk.A + i * step] - average;
                squares += difference * difference;
            }
            ms[walk.B] = average;
            rs[walk.C] = 1 / Math.Sqrt(squares / width + epsilon);
        }
        Normalise(x, mean, reciprocal, weight, bias, y);
    }

    internal override void LayerNormGradient(
        in Tensor x, in Tensor weight, in Tensor mean, in Tensor reciprocal, in Tensor dy, in Tensor dx, in Tensor dweight, in Tensor dbias) =>
        NormGradient(x, weight, mean, reciprocal, dy, dx, dweight, dbias);

    internal override void RmsNorm(in Tensor x, in Tensor weight, double epsilon, in Tensor y, in Tensor reciprocal)
    {
        var (xs, rs) = (new Cells(x), new Cells(reciprocal));
        var (width, step) = (x.Shape[-1], x.Strides[x.Rank - 1]);
        var walk = new Walk(RowsOf(x.Shape), x, AsColumn(reciprocal));
        while (width > 0 && walk.Next())
        {
            var squares = 0.0;
            for (var i = 0; i < width; i++)
                squares += xs[walk.A + i * step] * xs[walk.A + i * step];
            rs[walk.B] = 1 / Math.Sqrt(squares / width + epsilon);
        }
        Normalise(x, default, reciprocal, weight, default, y);
    }

    internal override void RmsNormGradient(in Tensor x, in Tensor weight, in Tensor reciprocal, in Tensor dy, in Tensor dx, in Tensor dweight) =>
        NormGradient(x, weight, default, reciprocal, dy, dx, dweight, default);

    /// <summary>y = (x − μ)·r·weight + bias, with whatever is missing left out.</summary>
    private static void Normalise(in Tensor x, in Tensor mean, in Tensor reciprocal, in Tensor weight, in Tensor bias, in Tensor y)
    {
        var (xs, ys, rs) = (new Cells(x), new Cells(y), new Cells(reciprocal));
        var (means, weights, biases) = (Optional(mean), Optional(weight), Optional(bias));
        var walk = new Walk(x.Shape, x, y, AsColumn(mean), AsColumn(reciprocal));
        var column = 0;
        while (walk.Next())
        {
            var value = (xs[walk.A] - (mean.IsMissing ? 0 : means[walk.C])) * rs[walk.D];
            if (!weight.IsMissing)
                value *= weights[column * weight.Strides[0]];
            if (!bias.IsMissing)
                value += biases[column * bias.Strides[0]];
            ys[walk.B] = value;
            column = (column + 1) % x.Shape[-1];
        }
    }

    /// <summary>
    /// With x̂ = (x − μ)·r and g = dy·weight: dx = r·(g − mean(g) − x̂·mean(g·x̂)), the mean(g) only where there is a μ; dweight += Σ dy·x̂;
    /// dbias += Σ dy.
    /// </summary>
    private static void NormGradient(
        in Tensor x, in Tensor weight, in Tensor mean, in Tensor reciprocal, in Tensor dy, in Tensor dx, in Tensor dweight, in Tensor dbias)
    {
        var (xs, dys, dxs) = (new Cells(x), new Cells(dy), new Cells(dx));
        var (means, rs, weights) = (Optional(mean), new Cells(reciprocal), Optional(weight));
        var width = x.Shape[-1];
        var (xStep, dyStep, dxStep) = (x.Strides[x.Rank - 1], dy.Strides[dy.Rank - 1], dx.Strides[dx.Rank - 1]);
        var (weightSums, biasSums) = (new double[width], new double[width]);
        var (normal, g) = (new double[width], new double[width]);
        var rows = new Walk(RowsOf(x.Shape), AsColumn(mean), AsColumn(reciprocal));
        var walk = new Walk(RowsOf(x.Shape), x, dy, dx);
        while (width > 0 && walk.Next() && rows.Next())
        {
            var r = rs[rows.B];
            var (sum, product) = (0.0, 0.0);
            for (var i = 0; i < width; i++)
            {
                normal[i] = (xs[walk.A + i * xStep] - (mean.IsMissing ? 0 : means[rows.A])) * r;
                var gradient = dys[walk.B + i * dyStep];
                g[i] = weight.IsMissing ? gradient : gradient * weights[i * weight.Strides[0]];
                sum += g[i];
                product += g[i] * normal[i];
                weightSums[i] += gradient * normal[i];
                biasSums[i] += gradient;
            }
            for (var i = 0; i < width; i++)
                dxs[walk.C + i * dxStep] = r * (g[i] - (mean.IsMissing ? 0 : sum / width) - normal[i] * product / width);
        }
        AddTo(dweight, weightSums);
        AddTo(dbias, biasSums);
    }

    private static Cells Optional(in Tensor x) => x.IsMissing ? default : new Cells(x);

    /// <summary>Adds numbers in row-major order to a tensor, unless it is missing.</summary>
    private static void AddTo(in Tensor y, double[] numbers)
    {
        if (y.IsMissing)
            return;
        var ys = new Cells(y);
        var walk = new Walk(y.Shape, y);
        while (walk.Next())
            ys[walk.A] += numbers[walk.Index];
    }
}
