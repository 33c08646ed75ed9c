using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// How strings of ideographs behave in text: how often each occurs, how firmly it holds together, and how freely it is used. Strings of one character to one more
/// than the longest word are counted; what stands before and after a string is read off the strings that are longer by one. An end of a run, and a string
/// that was dropped for the limit of memory, counts as a neighbour that occurs once.
/// </summary>
internal sealed class StringStatistics
{
    private readonly PieceCounter _counter;
    private readonly int[] _offsets; // of each part's entries among all
    private readonly double[] _before, _after; // sums of count × ln(count) over neighbours

    /// <summary>Reads the statistics off counted strings.</summary>
    public StringStatistics(PieceCounter counter)
    {
        _counter = counter;
        _offsets = new int[counter.Parts.Count];
        for (var part = 1; part < _offsets.Length; part++)
            _offsets[part] = _offsets[part - 1] + counter.Parts[part - 1].Count;
        (_before, _after) = (new double[counter.Distinct], new double[counter.Distinct]);
        foreach (var part in counter.Parts)
        {
            foreach (ref readonly var entry in part.Entries)
            {
                var text = part.Bytes(entry);
                if (CharacterCount(text) == 1)
                    Total += entry.Count;
                else
                {
                    var weight = entry.Count * Math.Log(entry.Count);
                    Add(_before, text[Utf8Text.LengthOf(text[0])..], weight);
                    Add(_after, text[..LastCharacter(text)], weight);
                }
            }
        }
    }

    /// <summary>How many characters there were.</summary>
    public long Total { get; }

    /// <summary>Counts the strings in each run of ideographs.</summary>
    /// <param name="longest">The longest string, in characters.</param>
    public static TextCutter Cutter(int longest) => (utf8, counts) =>
    {
        long characters = 0;
        Span<int> starts = stackalloc int[longest]; // of the last characters of the run, the latest at its number modulo the longest
        var run = 0;
        for (int at = 0, length; at < utf8.Length; at += length)
        {
            Rune.DecodeFromUtf8(utf8[at..], out var character, out length);
            if (!ChineseSegmenter.IsIdeograph(character.Value))
            {
                run = 0;
                continue;
            }
            starts[run % longest] = at;
            run++;
            characters++;
            for (var back = 1; back <= Math.Min(run, longest); back++)
                counts.Add(utf8[starts[(run - back) % longest]..(at + length)]);
        }
        return characters;
    };

    /// <summary>How often a string occurs.</summary>
    public long Count(ReadOnlySpan<byte> text)
    {
        var hash = ByteHash.Of(text);
        var part = _counter.Parts[PieceCounts.PartOf(hash)];
        var index = part.Find(text, hash);
        return index < 0 ? 0 : part.Entries[index].Count;
    }

    /// <summary>The least pointwise mutual information, in nats, of a string's two parts, over all ways to part it.</summary>
    public double Cohesion(ReadOnlySpan<byte> text)
    {
        var most = 0.0;
        for (var at = Utf8Text.LengthOf(text[0]); at < text.Length; at += Utf8Text.LengthOf(text[at]))
            most = Math.Max(most, (double)Count(text[..at]) * Count(text[at..]));
        return Math.Log((double)Total * Count(text) / most);
    }

    /// <summary>The entropies, in nats, of what stands before a string and of what stands after it.</summary>
    public (double Before, double After) Entropies(ReadOnlySpan<byte> text)
    {
        var count = Count(text);
        var index = IndexOf(text);
        return (Math.Log(count) - _before[index] / count, Math.Log(count) - _after[index] / count);
    }

    /// <summary>How many characters a string has.</summary>
    public static int CharacterCount(ReadOnlySpan<byte> text)
    {
        var count = 0;
        for (var at = 0; at < text.Length; at += Utf8Text.LengthOf(text[at]))
            count++;
        return count;
    }

    private static int LastCharacter(ReadOnlySpan<byte> text)
    {
        var at = text.Length - 1;
        while ((text[at] & 0xC0) == 0x80)
            at--;
        return at;
    }

    private void Add(double[] sums, ReadOnlySpan<byte> text, double weight)
    {
        if (IndexOf(text) is var index && index >= 0)
            sums[index] += weight;
    }

    private int IndexOf(ReadOnlySpan<byte> text)
    {
        var hash = ByteHash.Of(text);
        var part = PieceCounts.PartOf(hash);
        var index = _counter.Parts[part].Find(text, hash);
        return index < 0 ? -1 : _offsets[part] + index;
    }
}
