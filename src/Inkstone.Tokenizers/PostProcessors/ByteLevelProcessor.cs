namespace Inkstone.Tokenizers;

/// <summary>GPT-2's: leaves the spaces that begin or end a token out of its offset, if wanted.</summary>
internal sealed class ByteLevelProcessor(ByteLevelSettings settings) : PostProcessor
{
    private static readonly char SpaceCharacter = ByteLevel.ToCharacter((byte)' ');

    /// <summary>What the file says.</summary>
    public ByteLevelSettings Settings { get; } = settings;

    /// <inheritdoc/>
    public override int AddedCount(bool isPair) => 0;

    /// <inheritdoc/>
    public override TokenEncoding[] Process(TokenEncoding[] encodings, bool addSpecial) =>
        Settings.TrimsOffsets ? [.. encodings.Select(encoding => Trim(encoding, Settings.AddsPrefixSpace))] : encodings;

    /// <summary>An encoding whose offsets are without the spaces at the ends of tokens.</summary>
    public static TokenEncoding Trim(TokenEncoding encoding, bool addsPrefixSpace) =>
        new([.. encoding.Tokens.Select((token, i) => Trim(token, addsPrefixSpace, i == 0))], [.. encoding.Overflowing.Select(part => Trim(part, addsPrefixSpace))]);

    private static TokenInText Trim(TokenInText token, bool addsPrefixSpace, bool isFirst)
    {
        var (start, end) = (token.Offset.Start, token.Offset.End);
        var leading = token.Space.Before + token.Token.Length - token.Token.AsSpan().TrimStart(SpaceCharacter).Length;
        var trailing = token.Space.After + token.Token.Length - token.Token.AsSpan().TrimEnd(SpaceCharacter).Length;
        if (leading > 0)
        {
            // One space before the text may have been put there; several were there.
            var mayBeAdded = addsPrefixSpace && (isFirst || start == 0) && leading == Math.Max(token.Space.First, 1);
            start = Math.Min(start + (mayBeAdded ? 0 : leading), end);
        }
        if (trailing > 0 && end >= trailing)
            end = Math.Max(end - trailing, start);
        return token with { Offset = new(start, end) };
    }
}
