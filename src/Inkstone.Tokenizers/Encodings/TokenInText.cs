namespace Inkstone.Tokenizers;

/// <summary>A part of a text.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends: the place after its last unit.</param>
public readonly record struct TextRange(int Start, int End)
{
    /// <summary>How long it is.</summary>
    public int Length => End - Start;
}

/// <summary>One token of an encoded text, with all that is known about it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Token">Its text as vocabulary lists show it.</param>
/// <param name="Offset">The part of the source it stands for, in UTF-16 units (or bytes, where asked for); empty at 0 for a token that was added.</param>
/// <param name="TypeId">Which segment a model takes it for: of a pair of texts as a rule 0 or 1.</param>
/// <param name="WordIndex">The piece of the source it belongs to: of pre-split words their number, else the pre-tokenizer's piece; null for a token that was added.</param>
/// <param name="SequenceIndex">Of a pair of texts, 0 for the first and 1 for the second; null for a token that was added.</param>
/// <param name="IsSpecial">Whether it was added, by the post-processor or as padding.</param>
/// <param name="IsAttended">Whether a model attends to it: true but for padding.</param>
public readonly record struct TokenInText(
    int Id, string Token, TextRange Offset, int TypeId = 0, int? WordIndex = null, int? SequenceIndex = null, bool IsSpecial = false, bool IsAttended = true)
{
    /// <summary>The white space of the text it has been found for, where that says more than the token's own: of added tokens, and of unknown text.</summary>
    internal OuterSpace? Space { get; init; }
}
