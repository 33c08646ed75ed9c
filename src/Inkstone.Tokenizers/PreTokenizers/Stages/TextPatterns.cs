using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>A string, looked for as it is.</summary>
internal sealed class LiteralPattern(string text) : PiecePattern
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

    /// <summary>The string.</summary>
    public string Text { get; } = text;

    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<byte> piece, int from, out int start, out int end)
    {
        var found = _bytes.Length == 0 ? -1 : piece[from..].IndexOf(_bytes);
        (start, end) = (from + found, from + found + _bytes.Length);
        return found >= 0;
    }
}

/// <summary>A known regular expression that matches every character, carried out by its scanner.</summary>
internal sealed class ScannerPattern(PreTokenizer scanner) : PiecePattern
{
    /// <summary>The scanner.</summary>
    public PreTokenizer Scanner { get; } = scanner;

    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<byte> piece, int from, out int start, out int end)
    {
        (start, end) = (from, from);
        if (from == piece.Length)
            return false;
        end = Scanner.Next(piece, from);
        return true;
    }
}
