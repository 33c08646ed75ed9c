namespace Inkstone.Tokenizers;

/// <summary>RoBERTa's: <c>&lt;s&gt; A &lt;/s&gt;</c>, or <c>&lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;</c>, all in segment 0; offsets without the spaces about words, if wanted.</summary>
internal sealed class RobertaProcessor((string Token, int Id) separator, (string Token, int Id) classifier, bool trimsOffsets, bool addsPrefixSpace) : PostProcessor
{
    /// <summary>The token that closes a text.</summary>
    public (string Token, int Id) Separator { get; } = separator;

    /// <summary>The token that opens the row.</summary>
    public (string Token, int Id) Classifier { get; } = classifier;

    /// <inheritdoc/>
    public override bool TrimsOffsets { get; } = trimsOffsets;

    /// <summary>Whether the pre-tokenizer put a space before the text, which is not in the source.</summary>
    public bool AddsPrefixSpace { get; } = addsPrefixSpace;

    /// <inheritdoc/>
    public override int AddedCount(bool isPair) => isPair ? 4 : 2;

    /// <inheritdoc/>
    public override IEnumerable<int> Ids => [Separator.Id, Classifier.Id];

    /// <inheritdoc/>
    public override PostProcessor Renumber(Func<int, int> newId) =>
        new RobertaProcessor((Separator.Token, newId(Separator.Id)), (Classifier.Token, newId(Classifier.Id)), TrimsOffsets, AddsPrefixSpace);

    /// <inheritdoc/>
    public override TokenEncoding[] Process(TokenEncoding[] encodings, bool addSpecial, SourceTexts? texts)
    {
        if (TrimsOffsets)
            encodings = [.. encodings.Select(encoding => ByteLevelProcessor.Trim(encoding, AddsPrefixSpace, texts!))];
        encodings = [.. encodings.Select(encoding => WithType(encoding, 0))];
        if (!addSpecial)
            return encodings;
        var end = Added(Separator.Id, Separator.Token, 0);
        var first = Added(Classifier.Id, Classifier.Token, 0).Append(encodings[0]).Append(end);
        return encodings.Length == 1 ? [first] : [first, end.Append(encodings[1]).Append(end)];
    }
}
