namespace Inkstone.Tokenizers;

/// <summary>GPT-2's: leaves the spaces that begin or end a token out of its offset, if wanted.</summary>
internal sealed class ByteLevelProcessor(ByteLevelSettings settings) : PostProcessor
{
    /// <summary>What the file says.</summary>
    public ByteLevelSettings Settings { get; } = settings;

    /// <inheritdoc/>
    public override bool TrimsOffsets => Settings.TrimsOffsets;

    /// <inheritdoc/>
    public override int AddedCount(bool isPair) => 0;

    /// <inheritdoc/>
    public override TokenEncoding[] Process(TokenEncoding[] encodings, bool addSpecial, SourceTexts? texts) =>
        Settings.TrimsOffsets ? [.. encodings.Select(encoding => Trim(encoding, Settings.AddsPrefixSpace, texts!))] : encodings;

    /// <summary>An encoding whose offsets are without the spaces at the ends of tokens.</summary>
    public static TokenEncoding Trim(TokenEncoding encoding, bool addsPrefixSpace, SourceTexts texts)
    {
        var tokens = encoding.Tokens.ToArray();
        var walk = texts.Begin();
        for (var i = 0; i < tokens.Length; i++)
        {
            var space = tokens[i].Space ?? OuterSpace.Of(tokens[i].Token);
            // One space before the text may have been put there; several were there.
            if (addsPrefixSpace && (i == 0 || tokens[i].Offset.Start == 0) && space.Before == 1)
                space = space with { Before = 0 };
            if (space != default)
                tokens[i] = tokens[i] with { Offset = walk.Trim(tokens[i], space) };
        }
        return new(tokens, [.. encoding.Overflowing.Select(part => Trim(part, addsPrefixSpace, texts))]);
    }
}
