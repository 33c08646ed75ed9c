namespace Inkstone.Inference;

/// <summary>What a draw depends on besides the model's scores.</summary>
/// <param name="options">The request's options.</param>
/// <param name="tokens">The sequence so far, prompt included.</param>
/// <param name="promptLength">How many of the tokens are the prompt's.</param>
/// <param name="drawn">How many tokens the answer has drawn before: the place in its random streams.</param>
public readonly ref struct SamplerInput(SamplingOptions options, ReadOnlySpan<int> tokens = default, int promptLength = 0, int drawn = 0)
{
    /// <summary>The request's options.</summary>
    public SamplingOptions Options { get; } = options;

    /// <summary>The sequence so far, prompt included.</summary>
    public ReadOnlySpan<int> Tokens { get; } = tokens;

    /// <summary>The tokens that were drawn.</summary>
    public ReadOnlySpan<int> Output { get; } = tokens[promptLength..];

    /// <summary>How many tokens the answer has drawn before.</summary>
    public int Drawn { get; } = drawn;

    /// <summary>How many of the first tokens may be drawn, where the model has more rows than the tokenizer tokens; 0 means all.</summary>
    public int TokenCount { get; init; }

    /// <summary>What the answer must look like; null is free.</summary>
    public ITokenConstraint? Constraint { get; init; }

    /// <summary>The tokens that end the answer.</summary>
    public ReadOnlySpan<int> EndTokens { get; init; }

    /// <summary>Whether <see cref="EndTokens"/> are kept out because the answer is still too short.</summary>
    public bool IsTooShort { get; init; }
}
