using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// A stage that looks at one character at a time: each stays, goes, or becomes others, the first of which takes its place and range.
/// A stretch of characters that stay is copied whole.
/// </summary>
internal abstract class CharacterNormalizer : Normalizer
{
    /// <inheritdoc/>
    public sealed override void Normalize(NormalizedText text)
    {
        var bytes = text.Bytes;
        int copied = 0, position = 0;
        var rewriting = false;
        while (true)
        {
            position += LengthUnchanged(bytes[position..]);
            if (position >= bytes.Length)
                break;
            Rune.DecodeFromUtf8(bytes[position..], out var rune, out var length);
            if (!Stays(rune.Value))
            {
                if (!rewriting)
                    text.BeginRewrite();
                rewriting = true;
                text.Copy(copied, position);
                Write(rune.Value, text, position);
                copied = position + length;
            }
            position += length;
        }
        if (!rewriting)
            return;
        text.Copy(copied, bytes.Length);
        text.EndRewrite();
    }

    /// <summary>How many of the first bytes, whole characters, surely stay: a short cut, 0 is always right.</summary>
    protected virtual int LengthUnchanged(ReadOnlySpan<byte> utf8) => 0;

    /// <summary>Whether a character stays as it is.</summary>
    protected abstract bool Stays(int codePoint);

    /// <summary>Writes what becomes of a character that does not stay; nothing where it goes.</summary>
    /// <param name="codePoint">The character.</param>
    /// <param name="text">The text being rewritten.</param>
    /// <param name="position">Where the character stands in the text before the rewrite.</param>
    protected abstract void Write(int codePoint, NormalizedText text, int position);

    /// <summary>The length of the ASCII bytes that a text begins with.</summary>
    protected static int AsciiLength(ReadOnlySpan<byte> utf8) =>
        utf8.IndexOfAnyInRange((byte)0x80, (byte)0xFF) is >= 0 and var length ? length : utf8.Length;
}
