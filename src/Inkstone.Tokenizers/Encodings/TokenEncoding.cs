namespace Inkstone.Tokenizers;

/// <summary>A text, or a pair of texts, as tokens with their places in the source; what did not fit is in <see cref="Overflowing"/>.</summary>
public sealed class TokenEncoding
{
    /// <summary>Puts an encoding together.</summary>
    internal TokenEncoding(IReadOnlyList<TokenInText> tokens, IReadOnlyList<TokenEncoding>? overflowing = null) => (Tokens, Overflowing) = (tokens, overflowing ?? []);

    /// <summary>The tokens.</summary>
    public IReadOnlyList<TokenInText> Tokens { get; }

    /// <summary>Further parts of a text that was too long, each of at most the same length.</summary>
    public IReadOnlyList<TokenEncoding> Overflowing { get; }

    /// <summary>How many tokens there are.</summary>
    public int Count => Tokens.Count;

    /// <summary>The ids.</summary>
    public int[] Ids => [.. Tokens.Select(token => token.Id)];

    /// <summary>The segment of each token.</summary>
    public int[] TypeIds => [.. Tokens.Select(token => token.TypeId)];

    /// <summary>1 for each token a model attends to, 0 for padding.</summary>
    public int[] AttentionMask => [.. Tokens.Select(token => token.IsAttended ? 1 : 0)];

    /// <summary>1 for each token that was added, 0 for those of the source.</summary>
    public int[] SpecialTokensMask => [.. Tokens.Select(token => token.IsSpecial ? 1 : 0)];

    /// <summary>The part of the source each token stands for.</summary>
    public TextRange[] Offsets => [.. Tokens.Select(token => token.Offset)];

    /// <summary>The same with every token changed, in what overflows too.</summary>
    internal TokenEncoding Select(Func<TokenInText, TokenInText> change) =>
        new([.. Tokens.Select(change)], [.. Overflowing.Select(part => part.Select(change))]);

    /// <summary>
    /// This encoding followed by another. Where either overflows, every part of the one is joined with every part of the other, in the order of
    /// Hugging Face's tokenizers.
    /// </summary>
    internal TokenEncoding Append(TokenEncoding other)
    {
        var overflowing = new List<TokenEncoding>();
        foreach (var part in Overflowing)
        {
            overflowing.Add(Join(part, other));
            overflowing.AddRange(other.Overflowing.Select(otherPart => Join(part, otherPart)));
        }
        overflowing.AddRange(other.Overflowing.Select(otherPart => Join(this, otherPart)));
        return new([.. Tokens, .. other.Tokens], overflowing);
    }

    private static TokenEncoding Join(TokenEncoding first, TokenEncoding second) => new([.. first.Tokens, .. second.Tokens]);
}
