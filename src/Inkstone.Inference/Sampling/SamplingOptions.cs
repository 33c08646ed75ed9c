using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>
/// How the next token is chosen from the model's scores, in the order of the steps: bias; penalties; DRY; top-n-sigma; top-k; typical; top-p; min-p; XTC;
/// temperature; then one draw from the softmax of what is left. Every default leaves the model's own distribution as it is.
/// </summary>
public record SamplingOptions
{
    /// <summary>The most tokens that may have a bias.</summary>
    public const int MostBiases = 1_024;

    private readonly HashSet<int> _dryBreakTokens = [];

    /// <summary>Always the most probable token.</summary>
    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Scores are divided by it, last of all: below 1 surer, above 1 bolder; 0 always takes the most probable of what is left. 0 to 100.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only this many of the most probable tokens may be drawn (Fan et al. 2018; 0: all).</summary>
    public int TopK { get; init; }

    /// <summary>Only the fewest most probable tokens whose probabilities reach this sum may be drawn (Holtzman et al. 2020). Above 0, to 1: all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens at least this share as probable as the most probable may be drawn (Nguyen et al. 2024). 0: all, to 1.</summary>
    public double MinP { get; init; }

    /// <summary>
    /// Only the tokens whose −ln p is nearest to the entropy may be drawn, the fewest whose probabilities reach this sum (Meister et al. 2023). Above 0, to 1: all.
    /// </summary>
    public double TypicalP { get; init; } = 1;

    /// <summary>Only tokens whose score is at most this many standard deviations below the highest may be drawn (Tang et al. 2024). 0: all, to 100.</summary>
    public double TopNSigma { get; init; }

    /// <summary>How often the most probable tokens are left out (<see cref="XtcStep"/>; p-e-w 2024). 0: never, to 1.</summary>
    public double XtcProbability { get; init; }

    /// <summary>What <see cref="XtcProbability"/> leaves out: all tokens of at least this probability but the least probable of them. 0 to 1; above 0.5 nothing.</summary>
    public double XtcThreshold { get; init; } = 0.1;

    /// <summary>
    /// Scores of tokens already in the sequence, prompt included, are divided by it when positive and multiplied by it when not (Keskar et al. 2019). 0.01 to 100;
    /// 1: nothing.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>How many of the last tokens <see cref="RepetitionPenalty"/> looks at (0: all).</summary>
    public int RepetitionWindow { get; init; }

    /// <summary>Taken from the score of every token that the answer holds, once. −2 to 2.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Taken from the score of a token for each time that the answer holds it. −2 to 2.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>
    /// The penalty of a token that would repeat n tokens and itself, anywhere in prompt and answer, is this · base^(n − allowed length) (<see cref="DryStep"/>;
    /// p-e-w 2024). 0: none, to 100.
    /// </summary>
    public double DryMultiplier { get; init; }

    /// <summary>The base of the DRY penalty. 1 to 10.</summary>
    public double DryBase { get; init; } = 1.75;

    /// <summary>Repeats shorter than this have no DRY penalty. 1 or more.</summary>
    public int DryAllowedLength { get; init; } = 2;

    /// <summary>How many of the last tokens DRY looks at (0: all).</summary>
    public int DryWindow { get; init; }

    /// <summary>Tokens over which no repeat of DRY reaches.</summary>
    public IReadOnlyCollection<int> DryBreakTokens
    {
        get => _dryBreakTokens;
        init => _dryBreakTokens = [.. value];
    }

    /// <summary>Numbers added to tokens' scores before everything else. At most 1,024, each −100 to 100.</summary>
    public IReadOnlyDictionary<int, double> LogitBias
    {
        get => Biases.ToDictionary();
        init => Biases = [.. value];
    }

    /// <summary>The seed of the draws: the same seed, prompt and options give the same tokens, alone or among strangers.</summary>
    public long Seed { get; init; }

    /// <summary>Which of the seed's streams is drawn from: the answers to one prompt have 0, 1, 2, ….</summary>
    public int SeedStream { get; init; }

    internal KeyValuePair<int, double>[] Biases { get; private init; } = [];

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    /// <exception cref="InkstoneRequestException">A value is out of its range.</exception>
    public virtual void Validate()
    {
        Require(nameof(Temperature), Temperature, 0, 100);
        Require(nameof(TopK), TopK, 0, int.MaxValue);
        Require(nameof(TopP), TopP, double.Epsilon, 1);
        Require(nameof(MinP), MinP, 0, 1);
        Require(nameof(TypicalP), TypicalP, double.Epsilon, 1);
        Require(nameof(TopNSigma), TopNSigma, 0, 100);
        Require(nameof(XtcProbability), XtcProbability, 0, 1);
        Require(nameof(XtcThreshold), XtcThreshold, 0, 1);
        Require(nameof(RepetitionPenalty), RepetitionPenalty, 0.01, 100);
        Require(nameof(RepetitionWindow), RepetitionWindow, 0, int.MaxValue);
        Require(nameof(PresencePenalty), PresencePenalty, -2, 2);
        Require(nameof(FrequencyPenalty), FrequencyPenalty, -2, 2);
        Require(nameof(DryMultiplier), DryMultiplier, 0, 100);
        Require(nameof(DryBase), DryBase, 1, 10);
        Require(nameof(DryAllowedLength), DryAllowedLength, 1, int.MaxValue);
        Require(nameof(DryWindow), DryWindow, 0, int.MaxValue);
        Require(nameof(SeedStream), SeedStream, 0, int.MaxValue);
        Require($"{nameof(LogitBias)}.Count", Biases.Length, 0, MostBiases);
        foreach (var (token, bias) in Biases)
        {
            Require(nameof(LogitBias), token, 0, int.MaxValue);
            Require($"{nameof(LogitBias)}[{token}]", bias, -100, 100);
        }
    }

    /// <summary>The last tokens of a sequence; all when the window is 0.</summary>
    internal static ReadOnlySpan<int> Window(ReadOnlySpan<int> tokens, int window) => window > 0 && window < tokens.Length ? tokens[^window..] : tokens;

    internal bool BreaksSequence(int token) => _dryBreakTokens.Contains(token);

    private protected static void Require(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new InkstoneRequestException("the value is out of range", name,
                most >= int.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"{least:g} or more") : string.Create(CultureInfo.InvariantCulture, $"{least:g} to {most:g}"),
                value.ToString(CultureInfo.InvariantCulture));
    }
}
