using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <content>Fused primitives: where memory traffic matters.</content>
public abstract partial class Backend
{
    /// <summary>y = (x − μ) · r · weight + bias over the last axis, μ the mean and r = 1 / √(variance + ε); weight and bias may be missing. Saves μ and r, [rows].</summary>
    internal abstract void LayerNorm(in Tensor x, in Tensor weight, in Tensor bias, double epsilon, in Tensor y, in Tensor mean, in Tensor reciprocal);

    /// <summary>dx, and dweight and dbias (added to) unless missing.</summary>
    internal abstract void LayerNormGradient(
        in Tensor x, in Tensor weight, in Tensor mean, in Tensor reciprocal, in Tensor dy, in Tensor dx, in Tensor dweight, in Tensor dbias);

    /// <summary>y = x · r · weight over the last axis, r = 1 / √(mean(x²) + ε), saved in reciprocal [rows]; weight may be missing.</summary>
    internal abstract void RmsNorm(in Tensor x, in Tensor weight, double epsilon, in Tensor y, in Tensor reciprocal);

    /// <summary>dx, and dweight (added to) unless missing.</summary>
    internal abstract void RmsNormGradient(in Tensor x, in Tensor weight, in Tensor reciprocal, in Tensor dy, in Tensor dx, in Tensor dweight);

    /// <summary>
    /// y = x with pairs of each head's first 2·half elements turned by an angle: x [rows, heads, width], cosine and sine [rows, half]; the rest is
    /// copied. <paramref name="inverse"/> turns back, which is also the gradient.
    /// </summary>
    internal abstract void Rotary(in Tensor x, in Tensor cosine, in Tensor sine, RotaryPairing pairing, bool inverse, in Tensor y);

    /// <summary>y = silu(gate) · up.</summary>
    internal abstract void SwiGlu(in Tensor gate, in Tensor up, in Tensor y);

    /// <summary>dgate and dup of <see cref="SwiGlu"/>.</summary>
    internal abstract void SwiGluGradient(in Tensor gate, in Tensor up, in Tensor dy, in Tensor dgate, in Tensor dup);

    /// <summary>
    /// Attention of q [query rows, heads, key width] over k [key rows, key-value heads, key width] and v [key rows, key-value heads, value width]
    /// into y [query rows, heads, value width] (each contiguous in its last axis). logSum [query rows, heads] receives the logarithm of the softmax's
    /// denominator. Sinks [heads] and bias may be missing. Dropout is drawn from <paramref name="rng"/> at index
    /// ((query row · heads + head) &lt;&lt; 24) + key place in its sequence.
    /// </summary>
    internal abstract void Attention(
        in Tensor q, in Tensor k, in Tensor v, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys, Rng? rng,
        in Tensor y, in Tensor logSum);

    /// <summary>dq, dk, dv (overwritten), dsinks and dbias (added to) unless missing; keys must not be paged.</summary>
    internal abstract void AttentionGradient(
        in Tensor q, in Tensor k, in Tensor v, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys, Rng? rng,
        in Tensor y, in Tensor logSum, in Tensor dy, in Tensor dq, in Tensor dk, in Tensor dv, in Tensor dsinks, in Tensor dbias);

    /// <summary>The explicit kernel, for inspection: weights [heads, query rows, longest key sequence], zero where not visible, before dropout.</summary>
    internal abstract void AttentionWeights(
        in Tensor q, in Tensor k, in Tensor sinks, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys, in Tensor weights);

    /// <summary>
    /// One LSTM step: gates [rows, 4·width] in the order input, forget, cell, output (before their functions) and the old cell c0 [rows, width] give the
    /// new cell c and output h. The gates are overwritten with their values after the functions, for the gradient.
    /// </summary>
    internal abstract void LstmCell(in Tensor gates, in Tensor c0, in Tensor c, in Tensor h);

    /// <summary>dgates (before the functions) and dc0, from dc and dh (either may be missing).</summary>
    internal abstract void LstmCellGradient(
        in Tensor gates, in Tensor c0, in Tensor c, in Tensor dc, in Tensor dh, in Tensor dgates, in Tensor dc0);

    /// <summary>
    /// One GRU step: x and u [rows, 3·width], the input's and the hidden state's shares of the gates reset, update, new: r = σ(xr + ur), z = σ(xz + uz),
    /// n = tanh(xn + r·un), h = (1 − z)·n + z·h0. Writes h, and r, z, n into gates [rows, 3·width].
    /// </summary>
    internal abstract void GruCell(in Tensor x, in Tensor u, in Tensor h0, in Tensor gates, in Tensor h);

    /// <summary>dx, du and dh0 of <see cref="GruCell"/>.</summary>
    internal abstract void GruCellGradient(in Tensor u, in Tensor h0, in Tensor gates, in Tensor dh, in Tensor dx, in Tensor du, in Tensor dh0);

    /// <summary>
    /// The patches under a sliding window: x [batch, channels, height, width] → y [batch, out height · out width, channels · kernel height · kernel width].
    /// </summary>
    internal abstract void Unfold(in Tensor x, SlidingWindow window, in Tensor y);

    /// <summary>The transpose of <see cref="Unfold"/>: x (overwritten) sums the patches that cover each place.</summary>
    internal abstract void Fold(in Tensor y, SlidingWindow window, in Tensor x);

    /// <summary>
    /// One optimiser update in one pass: parameter, gradient and up to two moments of one shape, contiguous. The rules are PyTorch's; moments a rule does
    /// not use may be missing (SGD without momentum; RMSprop and Adagrad use the second alone).
    /// </summary>
    internal abstract void Update(UpdateRule rule, UpdateNumbers numbers, in Tensor parameter, in Tensor gradient, in Tensor first, in Tensor second);
}
