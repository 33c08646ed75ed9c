using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Removes white space at the ends.</summary>
/// <param name="left">Whether to remove it at the start.</param>
/// <param name="right">Whether to remove it at the end.</param>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    /// <summary>Whether the start loses its white space.</summary>
    public bool Left { get; } = left;

    /// <summary>Whether the end loses its white space.</summary>
    public bool Right { get; } = right;

    /// <inheritdoc/>
    public override void Normalize(NormalizedText text)
    {
        var bytes = text.Bytes;
        int start = 0, end = bytes.Length;
        while (Left && start < end && Rune.DecodeFromUtf8(bytes[start..], out var rune, out var length) == default && CodePoint.IsWhiteSpace(rune.Value))
            start += length;
        while (Right && start < end && Rune.DecodeLastFromUtf8(bytes[..end], out var rune, out var length) == default && CodePoint.IsWhiteSpace(rune.Value))
            end -= length;
        if (end - start == bytes.Length)
            return;
        text.BeginRewrite();
        text.Copy(start, end);
        text.EndRewrite();
    }
}
