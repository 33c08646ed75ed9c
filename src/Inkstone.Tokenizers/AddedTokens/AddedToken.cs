namespace Inkstone.Tokenizers;

/// <summary>A token that is matched as a whole in text, outside the vocabulary's rules.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">
/// Whether it is a control token: matched only where <see cref="Specials"/> says so, and left out by a decoding that skips specials.
/// A token that is not special is matched always.
/// </param>
public sealed record AddedToken(int Id, string Content, bool IsSpecial = true)
{
    /// <summary>Whether it is matched only where no letter, digit or mark touches it. Default false.</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>Whether white space before it belongs to the match. Default false.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether white space after it belongs to the match. Default false.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Whether it is looked for in the normalised text, itself normalised, rather than in the source. Default false.</summary>
    public bool IsNormalized { get; init; }
}
