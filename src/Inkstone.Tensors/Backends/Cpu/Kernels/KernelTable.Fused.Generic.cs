using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

internal sealed unsafe partial class KernelTable<TVector>
{
    public override void Rotary(
        float* x, nint xRowStride, nint xHeadStride, float* cosine, float* sine, RotaryPairing pairing, bool inverse,
        float* y, nint yRowStride, nint yHeadStride, nint rows, nint heads, nint headWidth, nint half)
    {
        var sign = inverse ? -1f : 1f;
        for (nint row = 0; row < rows; row++, cosine += half, sine += half)
        {
            for (nint head = 0; head < heads; head++)
            {
                float* from = x + row * xRowStride + head * xHeadStride, to = y + row * yRowStride + head * yHeadStride;
                if (pairing == RotaryPairing.Halves)
                    RotaryKernels.Halves<TVector>(from, cosine, sine, sign, to, half);
                else
                    RotaryKernels.Interleaved<TVector>(from, cosine, sine, sign, to, half);
                if (from != to && 2 * half < headWidth)
                    Copy(from + 2 * half, to + 2 * half, headWidth - 2 * half);
            }
        }
    }

    public override void CrossEntropy(
        float* logits, nint rowStride, int* targets, CrossEntropyOptions options, float* losses, nint rows, nint columns)
    {
        for (nint row = 0; row < rows; row++, logits += rowStride)
        {
            var target = TargetOf(targets, row, options, columns);
            losses[row] = target < 0 ? 0f : CrossEntropyKernels.Loss<TVector>(logits, target, options, columns);
        }
    }

    public override void CrossEntropyGradient(
        float* logits, nint rowStride, int* targets, CrossEntropyOptions options, float scale, float* losses, nint rows, nint columns)
    {
        for (nint row = 0; row < rows; row++, logits += rowStride)
        {
            var target = TargetOf(targets, row, options, columns);
            if (target < 0)
                Fill(logits, 0f, columns);
            losses[row] = target < 0 ? 0f : CrossEntropyKernels.Gradient<TVector>(logits, target, options, scale, columns);
        }
    }

    public override void Dropout(float* x, Rng rng, ulong first, double share, float* y, nint count) =>
        DropoutKernels.Apply<TVector>(x, rng, first, share, y, count);

    public override void LstmCell(float* gates, float* c0, float* c, float* h, nint rows, nint width)
    {
        for (nint row = 0; row < rows; row++, gates += 4 * width, c0 += width, c += width, h += width)
            RecurrentKernels.Lstm<TVector>(gates, c0, c, h, width);
    }

    public override void LstmCellGradient(
        float* gates, float* c0, float* c, float* dc, float* dh, float* dgates, float* dc0, nint rows, nint width)
    {
        for (nint row = 0; row < rows; row++, gates += 4 * width, dgates += 4 * width, c0 += width, c += width, dc0 += width)
        {
            var skip = row * width;
            RecurrentKernels.LstmGradient<TVector>(
                gates, c0, c, dc == null ? null : dc + skip, dh == null ? null : dh + skip, dgates, dc0, width);
        }
    }

    public override void GruCell(float* x, float* u, float* h0, float* gates, float* h, nint rows, nint width)
    {
        for (nint row = 0; row < rows; row++, x += 3 * width, u += 3 * width, gates += 3 * width, h0 += width, h += width)
            RecurrentKernels.Gru<TVector>(x, u, h0, gates, h, width);
    }

    public override void GruCellGradient(
        float* u, float* h0, float* gates, float* dh, float* dx, float* du, float* dh0, nint rows, nint width)
    {
        for (nint row = 0; row < rows; row++, u += 3 * width, gates += 3 * width, dx += 3 * width, du += 3 * width)
            RecurrentKernels.GruGradient<TVector>(u, h0 + row * width, gates, dh + row * width, dx, du, dh0 + row * width, width);
    }

    public override void Update(
        UpdateRule rule, in UpdateNumbers numbers, float* parameter, float* gradient, float* first, float* second, nint count)
    {
        var scale = (float)numbers.GradientScale;
        switch (rule)
        {
            case UpdateRule.Adam or UpdateRule.AdamW:
                UpdateKernels.Run<TVector, AdamUpdate<TVector>>(
                    new(numbers, rule == UpdateRule.AdamW), scale, parameter, gradient, first, second, count);
                break;
            case UpdateRule.Sgd when first != null:
                UpdateKernels.Run<TVector, MomentumUpdate<TVector>>(new(numbers), scale, parameter, gradient, first, second, count);
                break;
            case UpdateRule.Sgd:
                UpdateKernels.Run<TVector, DescentUpdate<TVector>>(new(numbers), scale, parameter, gradient, first, second, count);
                break;
            case UpdateRule.RmsProp:
                UpdateKernels.Run<TVector, ScaledUpdate<TVector>>(
                    new(numbers, numbers.Beta2, 1 - numbers.Beta2), scale, parameter, gradient, first, second, count);
                break;
            case UpdateRule.Adagrad:
                UpdateKernels.Run<TVector, ScaledUpdate<TVector>>(new(numbers, 1, 1), scale, parameter, gradient, first, second, count);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(rule), rule, null);
        }
    }
}
