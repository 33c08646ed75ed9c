using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

internal abstract unsafe partial class KernelTable
{
    /// <summary>
    /// Turns the first 2·half elements of each head, pairs (a, b) to (a·c − b·s, a·s + b·c), and copies the rest: x and y are [rows, heads,
    /// headWidth] with strides for rows and heads, cosine and sine [rows, half]. <paramref name="inverse"/> turns by the negative angle, which is
    /// also the gradient. y may be x.
    /// </summary>
    public abstract void Rotary(
        float* x, nint xRowStride, nint xHeadStride, float* cosine, float* sine, RotaryPairing pairing, bool inverse,
        float* y, nint yRowStride, nint yHeadStride, nint rows, nint heads, nint headWidth, nint half);

    /// <summary>
    /// losses[r] = −Σ q·ln softmax(z) with z the row's logits (soft-capped first where the options say so) and q = (1 − ε)·[i = target] + ε/n;
    /// 0 for rows with the ignored target. The logits stay as they are.
    /// </summary>
    /// <exception cref="InkstoneRequestException">A target is no class.</exception>
    public abstract void CrossEntropy(
        float* logits, nint rowStride, int* targets, CrossEntropyOptions options, float* losses, nint rows, nint columns);

    /// <summary>As <see cref="CrossEntropy"/>, and each row of logits is overwritten with scale·∂loss/∂logits = scale·(softmax(z) − q).</summary>
    /// <exception cref="InkstoneRequestException">A target is no class.</exception>
    public abstract void CrossEntropyGradient(
        float* logits, nint rowStride, int* targets, CrossEntropyOptions options, float scale, float* losses, nint rows, nint columns);

    /// <summary>
    /// y[i] = x[i]/(1 − share) where <c>rng.UniformAt(first + i)</c> ≥ share, else 0. Called with dy in the place of x it is its own gradient.
    /// </summary>
    public abstract void Dropout(float* x, Rng rng, ulong first, double share, float* y, nint count);

    /// <summary>
    /// One step of an LSTM (Hochreiter and Schmidhuber, 1997): gates [rows, 4·width], in the order input, forget, cell, output, hold the values
    /// before their functions and are overwritten with i, f, o = σ(·), g = tanh(·); c = f·c0 + i·g, h = o·tanh(c), each [rows, width].
    /// </summary>
    public abstract void LstmCell(float* gates, float* c0, float* c, float* h, nint rows, nint width);

    /// <summary>
    /// From dc and dh (either may be null): dgates [rows, 4·width] before the functions, and dc0. dgates may be gates, dc0 may be dc.
    /// </summary>
    public abstract void LstmCellGradient(
        float* gates, float* c0, float* c, float* dc, float* dh, float* dgates, float* dc0, nint rows, nint width);

    /// <summary>
    /// One step of a GRU (Cho et al., 2014; the reset gate after the product, as in cuDNN): x and u [rows, 3·width] are the shares of input and hidden
    /// state, each with its bias: r = σ(xr + ur), z = σ(xz + uz), n = tanh(xn + r·un), written to gates [rows, 3·width]; h = (1 − z)·n + z·h0.
    /// </summary>
    public abstract void GruCell(float* x, float* u, float* h0, float* gates, float* h, nint rows, nint width);

    /// <summary>dx, du [rows, 3·width] and dh0 of <see cref="GruCell"/>. dh0 may be dh, dx may be gates.</summary>
    public abstract void GruCellGradient(
        float* u, float* h0, float* gates, float* dh, float* dx, float* du, float* dh0, nint rows, nint width);

    /// <summary>
    /// One optimiser update in one pass over memory, as PyTorch has the rules (see the structs in UpdateKernels.cs for the formulas). The gradient is
    /// multiplied with <see cref="UpdateNumbers.GradientScale"/> first. Moments that a rule does not use may be null; SGD without a first
    /// moment is plain descent.
    /// </summary>
    public abstract void Update(
        UpdateRule rule, in UpdateNumbers numbers, float* parameter, float* gradient, float* first, float* second, nint count);

    /// <summary>
    /// destination(i, j, …) = source(i, j, …) for up to six axes of four-byte elements with strides in elements; the source's strides may be 0
    /// (broadcast) or negative. The ranges must not overlap.
    /// </summary>
    public static void CopyStrided(
        float* source, ReadOnlySpan<nint> sourceStrides, float* destination, ReadOnlySpan<nint> destinationStrides, ReadOnlySpan<nint> extents) =>
        StridedCopy.Run(source, sourceStrides, destination, destinationStrides, extents);

    /// <summary>The target of a row, or −1 when it is the ignored one.</summary>
    private protected static int TargetOf(int* targets, nint row, CrossEntropyOptions options, nint columns)
    {
        var target = targets[row];
        if (target == options.IgnoredTarget)
            return -1;
        if (target < 0 || target >= columns)
            throw new InkstoneRequestException("a target names no class", "cross-entropy", $"a number in [0, {columns})", $"{target}");
        return target;
    }
}
