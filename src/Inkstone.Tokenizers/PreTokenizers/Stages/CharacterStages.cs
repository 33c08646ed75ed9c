namespace Inkstone.Tokenizers;

/// <summary>Cuts at white space, which goes.</summary>
internal sealed class WhitespaceSplitStage() : SplitStage(new CharacterPattern(CharacterKind.WhiteSpace), SplitBehavior.Removed);

/// <summary>Cuts at each punctuation character.</summary>
internal sealed class PunctuationStage(SplitBehavior behavior) : SplitStage(new CharacterPattern(CharacterKind.Punctuation), behavior);

/// <summary>Cuts numbers off, whole or digit by digit.</summary>
internal sealed class DigitsStage(bool individual)
    : SplitStage(new CharacterPattern(CharacterKind.Number), individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous)
{
    /// <summary>Whether each digit is a piece.</summary>
    public bool IsIndividual { get; } = individual;
}

/// <summary>Cuts at one character, which goes.</summary>
internal sealed class DelimiterStage(string delimiter) : SplitStage(new LiteralPattern(delimiter), SplitBehavior.Removed)
{
    /// <summary>The character.</summary>
    public string Delimiter { get; } = delimiter;
}
