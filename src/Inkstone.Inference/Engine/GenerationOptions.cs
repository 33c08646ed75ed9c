using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>What a request asks for.</summary>
public sealed record GenerationOptions : SamplingOptions
{
    /// <summary>The most stop texts of a request.</summary>
    public const int MostStops = 16;

    /// <summary>The most characters of a stop text.</summary>
    public const int LongestStop = 256;

    /// <summary>The most tokens whose log-probabilities are given beside each token's own.</summary>
    public const int MostTopLogProbabilities = 20;

    /// <summary>The most answers to one prompt.</summary>
    public const int MostAnswers = 64;

    /// <summary>The most tokens to generate; 0 only scores or echoes the prompt.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Tokens that end the answer are not drawn before this many others. A stop text ends it all the same.</summary>
    public int MinTokens { get; init; }

    /// <summary>How many answers are given to the prompt, which is computed once. Answer i draws from stream <see cref="SamplingOptions.SeedStream"/> + i of the seed.</summary>
    public int AnswerCount { get; init; } = 1;

    /// <summary>Texts that end the answer; none of them is part of it. At most 16, each of 1 to 256 characters.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Tokens that end the answer beside the engine's own.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Whether the engine's end tokens are drawn like any other instead of ending the answer.</summary>
    public bool IgnoreEndOfText { get; init; }

    /// <summary>Texts over which no repeat of DRY reaches: tokens that hold one of them are added to <see cref="SamplingOptions.DryBreakTokens"/>.</summary>
    public IReadOnlyList<string> DryBreakers { get; init; } = ["\n", ":", "\"", "*"];

    /// <summary>How many of the most probable tokens come with each drawn one (0 to 20).</summary>
    public int TopLogProbabilities { get; init; }

    /// <summary>Whether the prompt's tokens are scored too, and how many of the most probable tokens come with each (null: not scored; 0 to 20).</summary>
    public int? PromptLogProbabilities { get; init; }

    /// <summary>Whether an answer's text begins with the prompt's.</summary>
    public bool Echo { get; init; }

    /// <summary>Whether blocks of the prompt computed before are used again, where the engine keeps them.</summary>
    public bool CachePrompt { get; init; } = true;

    /// <summary>Whose prompts these are: blocks are found again by requests of the same salt alone.</summary>
    public string CacheSalt { get; init; } = "";

    /// <summary>
    /// What an encoder-decoder reads, as token ids; the prompt is then what the answer begins with. Null: the prompt is what it reads. Other models read nothing.
    /// </summary>
    public IReadOnlyList<int>? Source { get; init; }

    /// <summary>What happens when the model's context is full.</summary>
    public ContextOverflow Overflow { get; init; }

    /// <summary>How many first tokens <see cref="ContextOverflow.Shift"/> keeps.</summary>
    public int KeptPrefix { get; init; }

    /// <summary>How tokens are guessed ahead of the model.</summary>
    public Speculation Speculation { get; init; }

    /// <summary>How many tokens are guessed at a time (1 to 32).</summary>
    public int DraftLength { get; init; } = 4;

    /// <summary>What the answer must look like; the request's own, which the engine moves on. Answers to one prompt get forks of it.</summary>
    public ITokenConstraint? Constraint { get; init; }

    /// <summary>Tokens that stand for themselves: all text before one comes out with it, its own does not, and no stop text reaches over it.</summary>
    internal IReadOnlyCollection<int> Marks { get; init; } = [];

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(nameof(MaxTokens), MaxTokens, PromptLogProbabilities is null && !Echo ? 1 : 0, int.MaxValue);
        Require(nameof(MinTokens), MinTokens, 0, int.MaxValue);
        Require(nameof(AnswerCount), AnswerCount, 1, MostAnswers);
        Require(nameof(TopLogProbabilities), TopLogProbabilities, 0, MostTopLogProbabilities);
        Require(nameof(PromptLogProbabilities), PromptLogProbabilities ?? 0, 0, MostTopLogProbabilities);
        Require(nameof(KeptPrefix), KeptPrefix, 0, int.MaxValue);
        Require(nameof(DraftLength), DraftLength, 1, 32);
        Require($"{nameof(StopTokens)}.Count", StopTokens.Count, 0, MostBiases);
        RequireTexts(nameof(Stop), Stop);
        RequireTexts(nameof(DryBreakers), DryBreakers);
        if (CacheSalt.Length > LongestStop)
            throw new InkstoneRequestException("the salt is too long", nameof(CacheSalt), $"at most {LongestStop} characters", $"{CacheSalt.Length}");
    }

    private static void RequireTexts(string name, IReadOnlyList<string> texts)
    {
        if (texts.Count > MostStops || texts.Any(text => string.IsNullOrEmpty(text) || text.Length > LongestStop))
            throw new InkstoneRequestException("texts are out of range", name, $"at most {MostStops} texts of 1 to {LongestStop} characters");
    }
}
