namespace Inkstone.Tokenizers;

/// <summary>How rows of tokens are filled up to one length.</summary>
public sealed record Padding
{
    /// <summary>The length; null for that of the longest text encoded together.</summary>
    public int? Length { get; init; }

    /// <summary>The length is raised to a multiple of this; null for none.</summary>
    public int? Multiple { get; init; }

    /// <summary>Which side is filled. Default the end.</summary>
    public TokenSide Side { get; init; }

    /// <summary>The id of the filling token. Default 0.</summary>
    public int Id { get; init; }

    /// <summary>The segment of the filling token. Default 0.</summary>
    public int TypeId { get; init; }

    /// <summary>The text of the filling token. Default <c>[PAD]</c>.</summary>
    public string Token { get; init; } = "[PAD]";

    /// <summary>Fills up rows that are encoded together.</summary>
    internal IReadOnlyList<TokenEncoding> Apply(IReadOnlyList<TokenEncoding> encodings)
    {
        var length = Length ?? encodings.Select(encoding => encoding.Count).DefaultIfEmpty().Max();
        if (Multiple is > 0 and var multiple && length % multiple > 0)
            length += multiple - (length % multiple);
        return [.. encodings.Select(encoding => Fill(encoding, length))];
    }

    private TokenEncoding Fill(TokenEncoding encoding, int length)
    {
        var overflowing = encoding.Overflowing.Select(part => Fill(part, length)).ToArray();
        var filling = Enumerable.Repeat(new TokenInText(Id, Token, default, TypeId, IsSpecial: true, IsAttended: false), Math.Max(0, length - encoding.Count));
        return new(Side == TokenSide.Right ? [.. encoding.Tokens, .. filling] : [.. filling, .. encoding.Tokens], overflowing);
    }
}
