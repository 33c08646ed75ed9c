using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>
/// A search for the most probable continuations. Each turn every beam is continued by every token, and the most probable continuations become the beams of the
/// next turn; one that draws an end token leaves the search if it is among them. An answer's score is Σ ln p / length^penalty, the end token counted in both.
/// </summary>
public sealed record BeamOptions
{
    /// <summary>How many beams there are. 1 is a greedy search. 1 to 64.</summary>
    public int Width { get; init; } = 4;

    /// <summary>How many of the answers found are given, at most <see cref="Width"/>.</summary>
    public int AnswerCount { get; init; } = 1;

    /// <summary>The most tokens of an answer.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>The exponent of the length in the score: above 0 longer answers score better. −10 to 10.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>
    /// Whether the search ends as soon as as many answers have ended as there are beams; else also when no beam scores better than the worst of the best of them.
    /// </summary>
    public bool StopEarly { get; init; }

    /// <summary>Tokens that end an answer beside the engine's own.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Whether the engine's end tokens are continued like any other.</summary>
    public bool IgnoreEndOfText { get; init; }

    /// <inheritdoc cref="GenerationOptions.Source"/>
    public IReadOnlyList<int>? Source { get; init; }

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    /// <exception cref="InkstoneRequestException">A value is out of its range.</exception>
    public void Validate()
    {
        Require(nameof(Width), Width, 1, 64);
        Require(nameof(AnswerCount), AnswerCount, 1, Width);
        Require(nameof(MaxTokens), MaxTokens, 1, int.MaxValue);
        Require(nameof(LengthPenalty), LengthPenalty, -10, 10);
    }

    private static void Require(string name, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
            throw new InkstoneRequestException("the value is out of range", name, FormattableString.Invariant($"{least} to {most}"), FormattableString.Invariant($"{value}"));
    }
}

/// <summary>An answer that a beam search found.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Tokens">Its tokens, without an end token.</param>
/// <param name="LogProbability">Σ ln p of its tokens, an end token included.</param>
/// <param name="Score">The log-probability over the length raised to the penalty.</param>
/// <param name="Finish">Why it ended.</param>
public sealed record BeamAnswer(string Text, IReadOnlyList<int> Tokens, double LogProbability, double Score, FinishReason Finish);
