using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>A string, looked for as it is.</summary>
internal sealed class LiteralPattern(string text) : PiecePattern
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

    /// <summary>The string.</summary>
    public string Text { get; } = text;

    /// <inheritdoc/>
    public override void FindAll(ReadOnlySpan<byte> piece, List<TextRange> matches)
    {
        if (_bytes.Length == 0)
            return;
        for (int from = 0, found; (found = piece[from..].IndexOf(_bytes)) >= 0; from += found + _bytes.Length)
            matches.Add(new(from + found, from + found + _bytes.Length));
    }
}

/// <summary>A regular expression of a tokenizer.json, which Oniguruma's rules read.</summary>
internal sealed class ExpressionPattern : PiecePattern
{
    private readonly Lazy<TextPattern> _pattern;

    /// <summary>Reads an expression.</summary>
    /// <param name="source">The expression.</param>
    /// <param name="budget">What the patterns of one file have in common; null: it has one of its own.</param>
    /// <exception cref="Foundation.Errors.InkstoneFormatException">It is malformed, or holds what is not supported.</exception>
    public ExpressionPattern(string source, PatternBudget? budget = null)
    {
        (Source, Scanner) = (source, KnownPatterns.Find(source, PatternDialect.Oniguruma));
        if (Scanner is null)
            _pattern = new(TextPattern.Parse(source, PatternDialect.Oniguruma, budget));
        else
            _pattern = new(() => TextPattern.Parse(source, PatternDialect.Oniguruma));
    }

    /// <summary>The expression as it was written.</summary>
    public string Source { get; }

    /// <summary>The hand-written scanner whose pieces are its matches and the gaps between them, if there is one.</summary>
    public PreTokenizer? Scanner { get; }

    /// <inheritdoc/>
    public override void FindAll(ReadOnlySpan<byte> piece, List<TextRange> matches)
    {
        var found = _pattern.Value.Matches(piece);
        while (found.MoveNext())
            matches.Add(new(found.Start, found.End));
    }
}
