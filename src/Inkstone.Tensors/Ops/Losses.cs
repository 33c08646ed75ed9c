namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>The mean of (x − target)².</summary>
    public Tensor MeanSquaredError(in Tensor target) => (this - target).Square().Mean();

    /// <summary>
    /// The mean binary cross-entropy of logits z with targets t in [0, 1]: softplus(z) − z·t, which is −t ln σ(z) − (1 − t) ln(1 − σ(z)).
    /// </summary>
    public Tensor BinaryCrossEntropy(in Tensor target) => (Softplus() - this * target).Mean();

    /// <summary>
    /// Kullback and Leibler's divergence Σ t (ln t − x) of log-probabilities x from probabilities t, divided by the first extent (PyTorch's "batchmean"); terms
    /// with t = 0 count zero.
    /// </summary>
    public Tensor KullbackLeibler(in Tensor target)
    {
        var zero = Zeros([], Type, Backend);
        var positive = Compare(BinaryFunction.Greater, target, zero);
        var logarithm = Where(positive, Where(positive, target, zero + 1).Log(), zero);
        return (target * (logarithm - this)).Sum() / _shape[0];
    }
}
