using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// A string, looked for as it is. A long one is looked for in linear time whatever it and the text are (Knuth, Morris and Pratt, "Fast pattern matching in
/// strings", 1977); for a short one the framework's search is faster and no worse.
/// </summary>
internal sealed class LiteralPattern(string text) : PiecePattern
{
    private const int LongestShort = 32;
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);
    private int[]? _borders;

    /// <summary>The string.</summary>
    public string Text { get; } = text;

    /// <inheritdoc/>
    public override void FindAll(ReadOnlySpan<byte> piece, List<TextRange> matches)
    {
        if (_bytes.Length == 0)
            return;
        if (_bytes.Length > LongestShort)
        {
            FindLong(piece, matches);
            return;
        }
        for (int from = 0, found; (found = piece[from..].IndexOf(_bytes)) >= 0; from += found + _bytes.Length)
            matches.Add(new(from + found, from + found + _bytes.Length));
    }

    private void FindLong(ReadOnlySpan<byte> piece, List<TextRange> matches)
    {
        var borders = _borders ??= FindBorders();
        for (int i = 0, matched = 0; i < piece.Length; i++)
        {
            while (matched > 0 && _bytes[matched] != piece[i])
                matched = borders[matched - 1];
            if (_bytes[matched] == piece[i] && ++matched == _bytes.Length)
            {
                matches.Add(new(i + 1 - matched, i + 1));
                matched = 0;
            }
        }
    }

    /// <summary>For each length of the string's beginning: the longest shorter beginning that it ends with.</summary>
    private int[] FindBorders()
    {
        var borders = new int[_bytes.Length];
        for (int i = 1, border = 0; i < borders.Length; i++)
        {
            while (border > 0 && _bytes[i] != _bytes[border])
                border = borders[border - 1];
            borders[i] = _bytes[i] == _bytes[border] ? ++border : border;
        }
        return borders;
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
