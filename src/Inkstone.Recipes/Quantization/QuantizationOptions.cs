using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>How the values of blocks are chosen.</summary>
public enum QuantizationMethod
{
    /// <summary>Each block for itself: the least squared error, weighted by the importance of the columns where it is known.</summary>
    Plain,

    /// <summary>Columns in sequence, each making up for the errors of those before it (<see cref="ErrorFeedback"/>), on inputs that come through the blocks quantised before.</summary>
    Gptq,

    /// <summary>Columns of large input enlarged before rounding, and what gives the input made smaller by as much (Lin et al. 2023, "AWQ").</summary>
    Awq,
}

/// <summary>How a model is quantised, and what the result must be worth.</summary>
public sealed record QuantizationOptions
{
    /// <summary>The formats.</summary>
    public required QuantizationMix Mix { get; init; }

    /// <summary>How the values of blocks are chosen. All but <see cref="QuantizationMethod.Plain"/> need <see cref="Calibration"/>.</summary>
    public QuantizationMethod Method { get; init; }

    /// <summary>A file of importance (<see cref="ImportanceMatrix"/>); null: what <see cref="Calibration"/> gives, or none.</summary>
    public string? Importance { get; init; }

    /// <summary>A file or folder of text that the source model reads, so that it shows which columns matter; null for none.</summary>
    public string? Calibration { get; init; }

    /// <summary>The most tokens of that text.</summary>
    public int CalibrationTokens { get; init; } = 32_768;

    /// <summary>Where the importance found is written; null for nowhere.</summary>
    public string? SaveImportance { get; init; }

    /// <summary>GPTQ: whether columns are rounded in descending order of their inputs' squares instead of from left to right.</summary>
    public bool ActivationOrder { get; init; }

    /// <summary>GPTQ: what is added to the diagonal of the inputs' moments, as a share of its mean.</summary>
    public double Damping { get; init; } = ErrorFeedback.DefaultDamping;

    /// <summary>A file or folder of text on which source and result are compared; null: a share of <see cref="Calibration"/> that was kept out of it, where there is one.</summary>
    public string? Evaluate { get; init; }

    /// <summary>The most tokens they are compared on.</summary>
    public int EvaluationTokens { get; init; } = 16_384;

    /// <summary>By how many percent the perplexity may rise; null: by any.</summary>
    public double? MaxPerplexityIncrease { get; init; }

    /// <summary>In how many percent of places source and result must think the same token most probable; null: in any.</summary>
    public double? MinAgreement { get; init; }

    /// <summary>Whether a file that misses these bounds is kept.</summary>
    public bool Keep { get; init; }

    /// <summary>Whether text is run through a model that does not seem to fit in memory.</summary>
    public bool IgnoresMemory { get; init; }

    /// <summary>Throws unless the options go together.</summary>
    /// <exception cref="InkstoneRequestException">They do not.</exception>
    public void Validate()
    {
        if (Method != QuantizationMethod.Plain && Calibration is null)
            throw new InkstoneRequestException($"the method {Method} needs a text to calibrate with", nameof(Calibration), "a file or folder of text", "none");
        if (SaveImportance is not null && Calibration is null)
            throw new InkstoneRequestException("there is no importance to save without a text to find it with", nameof(SaveImportance), "a calibration text", "none");
        if ((MaxPerplexityIncrease is not null || MinAgreement is not null) && Evaluate is null && Calibration is null)
            throw new InkstoneRequestException("there is nothing to evaluate on", nameof(Evaluate), "a text to evaluate or to calibrate with", "none");
        Require(nameof(CalibrationTokens), CalibrationTokens, 64, 1 << 26);
        Require(nameof(EvaluationTokens), EvaluationTokens, 64, 1 << 26);
        Require(nameof(Damping), Damping, 1e-6, 1);
        Require(nameof(MaxPerplexityIncrease), MaxPerplexityIncrease ?? 0, 0, 1e6);
        Require(nameof(MinAgreement), MinAgreement ?? 0, 0, 100);
    }

    private static void Require(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new InkstoneRequestException("the value is out of range", name, FormattableString.Invariant($"{least} to {most}"), FormattableString.Invariant($"{value}"));
    }
}
