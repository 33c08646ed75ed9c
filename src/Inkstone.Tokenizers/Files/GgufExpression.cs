namespace Inkstone.Tokenizers;

/// <summary>A regular expression of a GGUF pre-tokenizer for which there is no scanner; a tokenizer.json, whose expressions Oniguruma reads, cannot hold it.</summary>
internal sealed class GgufExpression(string source) : PiecePattern
{
    private readonly TextPattern _pattern = TextPattern.Parse(source, PatternDialect.Rust);

    /// <inheritdoc/>
    public override void FindAll(ReadOnlySpan<byte> piece, List<PieceRange> matches)
    {
        var found = _pattern.Matches(piece);
        while (found.MoveNext())
            matches.Add(new(found.Start, found.End));
    }
}
