namespace Inkstone.Tokenizers;

/// <summary>A regular expression of a GGUF pre-tokenizer for which there is no scanner; a tokenizer.json, whose expressions Oniguruma reads, cannot hold it.</summary>
internal sealed class GgufExpression(string source) : PiecePattern
{
    // The expressions are our own and can be carried out; their automata are large.
    private readonly Lazy<TextPattern> _pattern = new(() => TextPattern.Parse(source, PatternDialect.Llama, PatternBudget.For(1 << 20)));

    /// <summary>The expression, in llama.cpp's dialect.</summary>
    public string Source => source;

    /// <summary>The stage that cuts text at the matches of an expression.</summary>
    public static SplitStage Split(string source) => new((PiecePattern?)DigitGroups.Find(source) ?? new GgufExpression(source), SplitBehavior.Isolated);

    /// <inheritdoc/>
    public override void FindAll(ReadOnlySpan<byte> piece, List<TextRange> matches)
    {
        var found = _pattern.Value.Matches(piece);
        while (found.MoveNext())
            matches.Add(new(found.Start, found.End));
    }
}
