using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <content>Softmax and cross-entropy.</content>
public sealed partial class ReferenceBackend
{
    internal override void Softmax(in Tensor x, bool logarithm, in Tensor y)
    {
        var (xs, ys) = (new Cells(x), new Cells(y));
        var (width, xStep, yStep) = (x.Shape[-1], x.Strides[x.Rank - 1], y.Strides[y.Rank - 1]);
        var walk = new Walk(RowsOf(y.Shape), x, y);
        while (width > 0 && walk.Next())
        {
            var (largest, sum) = (double.NegativeInfinity, 0.0);
            for (var i = 0; i < width; i++)
                largest = Math.Max(largest, xs[walk.A + i * xStep]);
            for (var i = 0; i < width; i++)
                sum += Math.Exp(xs[walk.A + i * xStep] - largest);
            for (var i = 0; i < width; i++)
            {
                var shifted = xs[walk.A + i * xStep] - largest;
                ys[walk.B + i * yStep] = logarithm ? shifted - Math.Log(sum) : Math.Exp(shifted) / sum;
            }
        }
    }

    internal override void SoftmaxGradient(in Tensor y, in Tensor dy, bool logarithm, in Tensor dx)
    {
        var (ys, dys, dxs) = (new Cells(y), new Cells(dy), new Cells(dx));
        var (width, yStep, dyStep, dxStep) = (y.Shape[-1], y.Strides[y.Rank - 1], dy.Strides[dy.Rank - 1], dx.Strides[dx.Rank - 1]);
        var walk = new Walk(RowsOf(y.Shape), y, dy, dx);
        while (width > 0 && walk.Next())
        {
            var sum = 0.0;
            for (var i = 0; i < width; i++)
                sum += dys[walk.B + i * dyStep] * (logarithm ? 1 : ys[walk.A + i * yStep]);
            for (var i = 0; i < width; i++)
            {
                var (value, gradient) = (ys[walk.A + i * yStep], dys[walk.B + i * dyStep]);
                dxs[walk.C + i * dxStep] = logarithm ? gradient - Math.Exp(value) * sum : value * (gradient - sum);
            }
        }
    }

    internal override void CrossEntropy(in Tensor logits, in Tensor targets, CrossEntropyOptions options, double? gradientScale, in Tensor losses)
    {
        var (zs, ts, ls) = (new Cells(logits), new Cells(targets), new Cells(losses));
        var (classes, step) = (logits.Shape[1], logits.Strides[1]);
        var row = new double[classes];
        for (var r = 0; r < logits.Shape[0]; r++)
        {
            var first = r * logits.Strides[0];
            var target = ts.Integer(r * targets.Strides[0]);
            if (target == options.IgnoredTarget)
            {
                ls[r * losses.Strides[0]] = 0;
                for (var i = 0; gradientScale is not null && i < classes; i++)
                    zs[first + i * step] = 0;
                continue;
            }
            if ((uint)target >= (uint)classes)
                throw NoSuchIndex("cross-entropy", "a target", target, classes);
            var (largest, sum, total) = (double.NegativeInfinity, 0.0, 0.0);
            for (var i = 0; i < classes; i++)
            {
                var z = zs[first + i * step];
                row[i] = options.SoftCap > 0 ? options.SoftCap * Math.Tanh(z / options.SoftCap) : z;
                largest = Math.Max(largest, row[i]);
                total += row[i];
            }
            for (var i = 0; i < classes; i++)
                sum += Math.Exp(row[i] - largest);
            var logSum = largest + Math.Log(sum);
            var spread = options.Smoothing / classes;
            ls[r * losses.Strides[0]] = logSum - (1 - options.Smoothing) * row[target] - (options.Smoothing > 0 ? spread * total : 0);
            for (var i = 0; gradientScale is { } scale && i < classes; i++)
            {
                var wanted = spread + (i == target ? 1 - options.Smoothing : 0);
                var cap = options.SoftCap > 0 ? row[i] / options.SoftCap : 0;
                zs[first + i * step] = scale * (Math.Exp(row[i] - logSum) - wanted) * (1 - cap * cap);
            }
        }
    }

    internal static InkstoneRequestException NoSuchIndex(string operation, string name, int index, int count) =>
        new($"{name} names no place", operation, $"a number in [0, {count})", $"{index}");
}
