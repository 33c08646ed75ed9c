namespace Inkstone.Tokenizers;

/// <summary>BERT's: <c>[CLS] A [SEP]</c>, or <c>[CLS] A [SEP] B [SEP]</c> with B and what follows it in segment 1.</summary>
internal sealed class BertProcessor((string Token, int Id) separator, (string Token, int Id) classifier) : PostProcessor
{
    /// <summary>The token that closes a text.</summary>
    public (string Token, int Id) Separator { get; } = separator;

    /// <summary>The token that opens the row.</summary>
    public (string Token, int Id) Classifier { get; } = classifier;

    /// <inheritdoc/>
    public override int AddedCount(bool isPair) => isPair ? 3 : 2;

    /// <inheritdoc/>
    public override IEnumerable<int> Ids => [Separator.Id, Classifier.Id];

    /// <inheritdoc/>
    public override PostProcessor Renumber(Func<int, int> newId) => new BertProcessor((Separator.Token, newId(Separator.Id)), (Classifier.Token, newId(Classifier.Id)));

    /// <inheritdoc/>
    public override TokenEncoding[] Process(TokenEncoding[] encodings, bool addSpecial, SourceTexts? texts)
    {
        if (!addSpecial)
            return encodings;
        var first = Added(Classifier.Id, Classifier.Token, 0).Append(WithType(encodings[0], 0)).Append(Added(Separator.Id, Separator.Token, 0));
        return encodings.Length == 1 ? [first] : [first, WithType(encodings[1], 1).Append(Added(Separator.Id, Separator.Token, 1))];
    }
}
