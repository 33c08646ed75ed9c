using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>The marks that a vocabulary writes tokens with: a prefix for what does not begin a word, a suffix for what ends one.</summary>
/// <param name="prefix">The prefix, such as <c>##</c>; empty or null for none.</param>
/// <param name="suffix">The suffix, such as <c>&lt;/w&gt;</c>; empty or null for none.</param>
internal sealed class TokenMarks(string? prefix, string? suffix)
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix ?? "");
    private readonly byte[] _suffix = Encoding.UTF8.GetBytes(suffix ?? "");

    /// <summary>No marks.</summary>
    public static TokenMarks None { get; } = new(null, null);

    /// <summary>Whether a piece is one character, with marks or without.</summary>
    public bool IsCharacter(ReadOnlySpan<byte> piece) =>
        IsOne(piece) || IsOne(Inner(piece, out _, out _)) || IsOne(AfterPrefix(piece)) || (HasSuffix(piece) && IsOne(piece[..^_suffix.Length]));

    /// <summary>A piece without its marks.</summary>
    public ReadOnlySpan<byte> Inner(ReadOnlySpan<byte> piece, out bool continues, out bool ends)
    {
        var rest = AfterPrefix(piece);
        continues = rest.Length < piece.Length;
        ends = HasSuffix(rest);
        return ends ? rest[..^_suffix.Length] : rest;
    }

    /// <summary>Two pieces as one: the right one loses its prefix.</summary>
    public byte[] Join(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => [.. left, .. AfterPrefix(right)];

    /// <summary>A character as the vocabulary writes it at a place of a word.</summary>
    public byte[] Mark(ReadOnlySpan<byte> character, bool continues, bool ends) =>
        [.. continues ? _prefix : [], .. character, .. ends ? _suffix : []];

    /// <summary>The characters of a piece, each as the vocabulary writes it where it stands.</summary>
    public List<byte[]> Letters(ReadOnlySpan<byte> piece)
    {
        var letters = new List<byte[]>();
        var inner = Inner(piece, out var continues, out var ends);
        for (int start = 0, end; start < inner.Length; start = end)
        {
            end = start + Utf8Text.LengthAt(inner, start);
            letters.Add(Mark(inner[start..end], continues || start > 0, ends && end == inner.Length));
        }
        return letters;
    }

    private ReadOnlySpan<byte> AfterPrefix(ReadOnlySpan<byte> piece) => _prefix.Length > 0 && piece.StartsWith(_prefix) ? piece[_prefix.Length..] : piece;

    private bool HasSuffix(ReadOnlySpan<byte> piece) => _suffix.Length > 0 && piece.EndsWith(_suffix);

    private static bool IsOne(ReadOnlySpan<byte> text) => !text.IsEmpty && Utf8Text.LengthAt(text, 0) == text.Length;
}
