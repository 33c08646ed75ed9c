using System.Globalization;

namespace Inkstone.Training;

/// <summary>What one step did.</summary>
/// <param name="Number">Steps done, this one counted.</param>
/// <param name="Loss">The objective's mean over the batch's targets before the update; for likelihoods nats a token.</param>
/// <param name="LearningRate">The rate of groups whose share is 1.</param>
/// <param name="GradientNorm">The norm of all gradients together, before clipping.</param>
/// <param name="Tokens">The targets of the batch.</param>
/// <param name="TextBytes">The UTF-8 bytes those targets stand for; 0 where the data set does not know them.</param>
/// <param name="Seconds">How long the step took, validation not counted.</param>
/// <param name="Flops">
/// Floating-point operations of the matrix products, by the counting rule of the benchmarks: forward, and twice that for backward.
/// </param>
public sealed record TrainingStep(
    long Number, double Loss, double LearningRate, double GradientNorm, int Tokens, long TextBytes, double Seconds, double Flops)
{
    /// <summary>Whether the batch was left out because its loss or gradient was not finite.</summary>
    public bool Skipped { get; init; }

    /// <summary>The mean over the validation text's targets, where it was scored after this step.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>The means of the objective's named side values.</summary>
    public IReadOnlyDictionary<string, double> Sides { get; init; } = NoSides;

    /// <summary>Bits a byte of text, of this batch; null where the bytes are not known.</summary>
    public double? BitsPerByte => TextBytes > 0 ? Loss * Tokens / (Math.Log(2) * TextBytes) : null;

    /// <summary>Targets a second.</summary>
    public double TokensPerSecond => Tokens / Seconds;

    private static readonly Dictionary<string, double> NoSides = [];

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"step {Number}  loss {Loss:F4}  rate {LearningRate:G3}  norm {GradientNorm:F3}  {TokensPerSecond:F0} tokens/s")
        + (ValidationLoss is { } loss ? string.Create(CultureInfo.InvariantCulture, $"  validation {loss:F4}") : "") + (Skipped ? "  skipped" : "");
}
