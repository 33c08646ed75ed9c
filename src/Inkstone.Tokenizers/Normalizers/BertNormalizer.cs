using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>
/// BERT's: cleans controls and white space, puts spaces about Chinese characters, removes accents (after canonical decomposition) and
/// lower-cases, in this order, each on its own switch.
/// </summary>
internal sealed class BertNormalizer : Normalizer
{
    /// <summary>The Unicode version of Hugging Face's BERT stage, times ten (measured on npm tokenizers 0.23.2).</summary>
    private const int UnicodeVersion = 80;

    private readonly NormalizerSequence _stages;

    /// <param name="cleanText">Whether to remove controls and make all white space a space.</param>
    /// <param name="handleChineseCharacters">Whether to put a space before and after each Chinese character.</param>
    /// <param name="stripAccents">Whether to remove accents; as <paramref name="lowercase"/> where it is null.</param>
    /// <param name="lowercase">Whether to lower-case.</param>
    public BertNormalizer(bool cleanText, bool handleChineseCharacters, bool? stripAccents, bool lowercase)
    {
        (CleanText, HandleChineseCharacters, StripAccents, Lowercase) = (cleanText, handleChineseCharacters, stripAccents, lowercase);
        var stages = new List<Normalizer>();
        if (cleanText)
            stages.Add(new Cleaning());
        if (handleChineseCharacters)
            stages.Add(new ChineseSpacing());
        if (stripAccents ?? lowercase)
            stages.AddRange([new FormNormalizer(NormalizationKind.Nfd), new NonSpacingMarks()]);
        if (lowercase)
            stages.Add(new LowercaseNormalizer());
        _stages = new NormalizerSequence(stages);
    }

    /// <summary>Whether controls go.</summary>
    public bool CleanText { get; }

    /// <summary>Whether Chinese characters get spaces about them.</summary>
    public bool HandleChineseCharacters { get; }

    /// <summary>Whether accents go; null: as <see cref="Lowercase"/>.</summary>
    public bool? StripAccents { get; }

    /// <summary>Whether the text is lower-cased.</summary>
    public bool Lowercase { get; }

    /// <inheritdoc/>
    public override void Normalize(NormalizedText text) => _stages.Normalize(text);

    private sealed class Cleaning : CharacterNormalizer
    {
        protected override bool Stays(int codePoint) =>
            codePoint < 0x7F ? codePoint >= 0x20 : !IsSpace(codePoint) && !IsRemoved(codePoint);

        protected override void Write(int codePoint, NormalizedText text, int position)
        {
            if (IsSpace(codePoint))
                text.Append(' ', position);
        }

        private static bool IsSpace(int codePoint) =>
            codePoint is '\t' or '\n' or '\r' || (codePoint >= 0x20 && codePoint != 0x85 && CodePoint.IsWhiteSpace(codePoint));

        /// <summary>Controls, formats and private use, as Unicode 8.0 has them.</summary>
        private static bool IsRemoved(int codePoint) =>
            codePoint is 0 or 0xFFFD
            || CodePoint.Category(codePoint, UnicodeVersion) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;
    }

    private sealed class ChineseSpacing : CharacterNormalizer
    {
        protected override int LengthUnchanged(ReadOnlySpan<byte> utf8) => AsciiLength(utf8);

        protected override bool Stays(int codePoint) => !IsChinese(codePoint);

        protected override void Write(int codePoint, NormalizedText text, int position)
        {
            text.Append(' ', position);
            text.Append(codePoint, position);
            text.Append(' ', position);
        }

        /// <summary>The blocks BERT names; its fifth extension block begins at U+2B920, a slip kept as published.</summary>
        private static bool IsChinese(int codePoint) =>
            codePoint is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B81F)
                or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
    }

    /// <summary>Removes category Mn as Unicode 8.0 has it; five code points changed since.</summary>
    private sealed class NonSpacingMarks : CharacterNormalizer
    {
        protected override int LengthUnchanged(ReadOnlySpan<byte> utf8) => AsciiLength(utf8);

        protected override bool Stays(int codePoint) => codePoint switch
        {
            0x1734 => false,
            0x1885 or 0x1886 or 0xA9BD or 0x111C9 => true,
            _ => CodePoint.Category(codePoint, UnicodeVersion) != UnicodeCategory.NonSpacingMark,
        };

        protected override void Write(int codePoint, NormalizedText text, int position)
        {
        }
    }
}
