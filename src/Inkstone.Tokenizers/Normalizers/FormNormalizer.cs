using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Brings text to a normalisation form (Unicode Standard Annex 15). Only stretches that the quick check doubts are worked on: from the
/// last character that nothing before it can change to the next one. The work is linear in the text.
/// </summary>
/// <param name="kind">The form.</param>
/// <param name="version">
/// The version of Unicode times ten: younger code points stay as they are. 90 is what Hugging Face tokenizers does; 150 is all we know.
/// </param>
internal sealed class FormNormalizer(NormalizationKind kind, int version = FormNormalizer.HuggingFaceVersion) : Normalizer
{
    /// <summary>The Unicode version of Hugging Face's normalisers, times ten (measured on npm tokenizers 0.23.2).</summary>
    public const int HuggingFaceVersion = 90;

    private readonly bool _compatibility = kind is NormalizationKind.Nfkc or NormalizationKind.Nfkd;
    private readonly bool _composes = kind is NormalizationKind.Nfc or NormalizationKind.Nfkc;
    private readonly QuickCheck _doubt = kind switch
    {
        NormalizationKind.Nfc => QuickCheck.CanonicalCompositionNo | QuickCheck.CanonicalCompositionMaybe,
        NormalizationKind.Nfd => QuickCheck.CanonicalDecompositionNo,
        NormalizationKind.Nfkc => QuickCheck.CompatibilityCompositionNo | QuickCheck.CompatibilityCompositionMaybe,
        _ => QuickCheck.CompatibilityDecompositionNo,
    };

    /// <summary>The form.</summary>
    public NormalizationKind Kind { get; } = kind;

    /// <inheritdoc/>
    public override void Normalize(NormalizedText text)
    {
        var bytes = text.Bytes;
        int copied = 0, position = 0;
        var rewriting = false;
        while (FindStretch(bytes, ref position, out var start))
        {
            if (!rewriting)
                text.BeginRewrite();
            rewriting = true;
            text.Copy(copied, start);
            Rewrite(text, bytes, start, position);
            copied = position;
        }
        if (!rewriting)
            return;
        text.Copy(copied, bytes.Length);
        text.EndRewrite();
    }

    /// <summary>The next stretch in doubt, from <paramref name="start"/> to <paramref name="position"/>; looks from the latter on.</summary>
    private bool FindStretch(ReadOnlySpan<byte> bytes, ref int position, out int start)
    {
        start = position;
        while (position < bytes.Length)
        {
            if (bytes[position] < 0x80)
            {
                var ascii = bytes[position..].IndexOfAnyInRange((byte)0x80, (byte)0xFF);
                if (ascii < 0)
                    break;
                position += ascii;
                start = position - 1;
            }
            Rune.DecodeFromUtf8(bytes[position..], out var rune, out var length);
            if (!IsBoundary(rune.Value))
            {
                do
                    position += length;
                while (position < bytes.Length && Rune.DecodeFromUtf8(bytes[position..], out rune, out length) == OperationStatus.Done && !IsBoundary(rune.Value));
                return true;
            }
            start = position;
            position += length;
        }
        position = bytes.Length;
        return false;
    }

    /// <summary>Whether the character is in the form already and nothing before it can change that.</summary>
    private bool IsBoundary(int codePoint)
    {
        if (codePoint < 0xC0)
            return codePoint < 0xA0 || !_compatibility;
        if (!_composes && codePoint is >= 0xAC00 and <= 0xD7A3)
            return false;
        return ((CodePoint.QuickCheck(codePoint) & _doubt) == 0 && CodePoint.CombiningClass(codePoint) == 0) || CodePoint.Age(codePoint) > version;
    }

    private void Rewrite(NormalizedText text, ReadOnlySpan<byte> bytes, int start, int end)
    {
        var characters = ArrayPool<Character>.Shared.Rent(64);
        var count = Decompose(bytes[start..end], ref characters);
        Sort(characters.AsSpan(0, count));
        if (_composes)
            count = Compose(characters.AsSpan(0, count));
        Write(text, bytes, start, characters.AsSpan(0, count));
        ArrayPool<Character>.Shared.Return(characters);
    }

    private int Decompose(ReadOnlySpan<byte> bytes, ref Character[] characters)
    {
        Span<int> parts = stackalloc int[Decomposition.LongestDecomposition];
        var count = 0;
        while (!bytes.IsEmpty)
        {
            Rune.DecodeFromUtf8(bytes, out var rune, out var length);
            bytes = bytes[length..];
            var partCount = 1;
            parts[0] = rune.Value;
            if (CodePoint.Age(rune.Value) <= version)
                partCount = Decomposition.Decompose(rune.Value, _compatibility, parts);
            if (count + partCount > characters.Length)
            {
                var larger = ArrayPool<Character>.Shared.Rent(2 * characters.Length);
                characters.AsSpan(0, count).CopyTo(larger);
                ArrayPool<Character>.Shared.Return(characters);
                characters = larger;
            }
            for (var i = 0; i < partCount; i++)
            {
                var combiningClass = CodePoint.Age(parts[i]) <= version ? CodePoint.CombiningClass(parts[i]) : 0;
                characters[count] = new Character(parts[i], combiningClass, i == 0 ? 0 : 1);
                count++;
            }
        }
        return count;
    }

    /// <summary>Canonical order: each run of marks by combining class, equals as they stand.</summary>
    private static void Sort(Span<Character> characters)
    {
        for (var start = 0; start < characters.Length; start++)
        {
            var end = start;
            var sorted = true;
            for (; end < characters.Length && characters[end].CombiningClass != 0; end++)
                sorted &= end == start || characters[end - 1].CombiningClass <= characters[end].CombiningClass;
            if (!sorted)
                SortRun(characters[start..end]);
            start = end;
        }
    }

    /// <summary>Sorts by combining class, equals as they stand: a short run by insertion, a long one by counting, in time linear in it.</summary>
    private static void SortRun(Span<Character> run)
    {
        const int LongestShort = 32;
        if (run.Length <= LongestShort)
        {
            for (var i = 1; i < run.Length; i++)
            {
                var (character, at) = (run[i], i);
                for (; at > 0 && run[at - 1].CombiningClass > character.CombiningClass; at--)
                    run[at] = run[at - 1];
                run[at] = character;
            }
            return;
        }
        Span<int> places = stackalloc int[257];
        places.Clear();
        foreach (var character in run)
            places[character.CombiningClass + 1]++;
        for (var i = 1; i < places.Length; i++)
            places[i] += places[i - 1];
        var sorted = ArrayPool<Character>.Shared.Rent(run.Length);
        foreach (var character in run)
            sorted[places[character.CombiningClass]++] = character;
        sorted.AsSpan(0, run.Length).CopyTo(run);
        ArrayPool<Character>.Shared.Return(sorted);
    }

    private int Compose(Span<Character> characters)
    {
        const int Adjacent = -1;
        int written = 0, starter = -1, last = Adjacent;
        foreach (var character in characters)
        {
            if (starter >= 0 && last < character.CombiningClass)
            {
                var composite = Decomposition.Compose(characters[starter].CodePoint, character.CodePoint);
                if (composite >= 0 && CodePoint.Age(composite) <= version)
                {
                    var change = characters[starter].Change + character.Change - 1;
                    characters[starter] = characters[starter] with { CodePoint = composite, Change = change };
                    continue;
                }
            }
            if (character.CombiningClass == 0)
                (starter, last) = (written, Adjacent);
            else
                last = character.CombiningClass;
            characters[written++] = character;
        }
        return written;
    }

    /// <summary>
    /// Ranges as Hugging Face gives them: read in order, a character whose change is positive is an added one, any other replaces the
    /// next of the stretch and removes as many more as its change says. So a mark moved by sorting takes the range of the place it moved to.
    /// </summary>
    private static void Write(NormalizedText text, ReadOnlySpan<byte> bytes, int position, ReadOnlySpan<Character> characters)
    {
        foreach (var character in characters)
        {
            if (character.Change > 0)
            {
                text.Append(character.CodePoint, position - 1);
                continue;
            }
            text.Append(character.CodePoint, position);
            for (var consumed = character.Change; consumed <= 0; consumed++)
            {
                Rune.DecodeFromUtf8(bytes[position..], out _, out var length);
                position += length;
            }
        }
    }

    /// <param name="CodePoint">The code point.</param>
    /// <param name="CombiningClass">Its canonical combining class.</param>
    /// <param name="Change">1 for an added character, 0 for one in the place of another, −n for one in the place of n + 1.</param>
    private readonly record struct Character(int CodePoint, int CombiningClass, int Change);
}
