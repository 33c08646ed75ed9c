using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Words and how often each occurs, from which text without spaces is cut. Read from lines <c>word count tag</c> in UTF-8 (the tag may be missing and is
/// not kept), or counted from text that is cut into words already.
/// </summary>
public sealed class WordDictionary
{
    /// <summary>The longest word, in bytes of UTF-8: cutting takes that many steps a byte at worst.</summary>
    public const int LongestWord = 256;

    private const long HighestCount = 1L << 40;

    private WordDictionary(PieceBlock words, long[] counts, string source)
    {
        (Words, Counts, Sorted) = (words, counts, words.Sort());
        for (var i = 1; i < Sorted.Length; i++)
        {
            if (words[Sorted[i]].SequenceEqual(words[Sorted[i - 1]]))
                throw new InkstoneFormatException("a word is in the dictionary twice", source, "each word once", Encoding.UTF8.GetString(words[Sorted[i]]));
        }
        foreach (var count in counts)
            Total = checked(Total + count);
    }

    /// <summary>How many words there are.</summary>
    public int Count => Words.Count;

    /// <summary>The sum of all counts.</summary>
    public long Total { get; }

    internal PieceBlock Words { get; }

    internal long[] Counts { get; }

    internal int[] Sorted { get; }

    /// <summary>Reads a dictionary.</summary>
    /// <param name="utf8">The file's bytes.</param>
    /// <param name="source">How errors name it.</param>
    /// <exception cref="InkstoneFormatException">A line is no word and count, a word comes twice or is too long, or there is no word.</exception>
    public static WordDictionary Read(ReadOnlySpan<byte> utf8, string source = "dictionary")
    {
        if (utf8.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];
        if (!Utf8.IsValid(utf8))
            throw new InkstoneFormatException("a dictionary is not UTF-8", source, "UTF-8");
        var count = 0;
        foreach (var range in utf8.Split((byte)'\n'))
            count += utf8[range].TrimEnd((byte)'\r').IsEmpty ? 0 : 1;
        if (count == 0)
            throw new InkstoneFormatException("a dictionary holds no word", source, "lines of a word and a count");
        var (starts, lengths, counts) = (new int[count], new int[count], new long[count]);
        int entry = 0, number = 0;
        foreach (var range in utf8.Split((byte)'\n'))
        {
            number++;
            var line = utf8[range].TrimEnd((byte)'\r');
            if (line.IsEmpty)
                continue;
            var length = line.IndexOf((byte)' ');
            if (length < 1 || !Utf8Parser.TryParse(line[(length + 1)..], out long times, out var digits) || times is < 0 or > HighestCount
                || (length + 1 + digits < line.Length && line[length + 1 + digits] != ' '))
                throw new InkstoneFormatException("a line is no word and count", string.Create(CultureInfo.InvariantCulture, $"{source}, line {number}"),
                    "word count tag", Excerpt.Of(Encoding.UTF8.GetString(line)));
            if (length > LongestWord)
                throw new InkstoneFormatException("a word is too long", string.Create(CultureInfo.InvariantCulture, $"{source}, line {number}"),
                    string.Create(CultureInfo.InvariantCulture, $"at most {LongestWord} bytes"), Excerpt.Of(Encoding.UTF8.GetString(line)));
            (starts[entry], lengths[entry], counts[entry]) = (range.Start.GetOffset(utf8.Length), length, times);
            entry++;
        }
        return new(new(utf8.ToArray(), starts, lengths), counts, source);
    }

    /// <summary>Counts the words of text that is cut already; words that are longer than <see cref="LongestWord"/> are left out.</summary>
    /// <param name="sentences">The words of each sentence.</param>
    /// <exception cref="InkstoneRequestException">There is no word.</exception>
    public static WordDictionary Train(IEnumerable<IReadOnlyList<string>> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var word in sentences.SelectMany(sentence => sentence).Where(word => word.Length > 0 && word.AsSpan().IndexOfAny(" \r\n") < 0))
            counts[word] = counts.GetValueOrDefault(word) + 1;
        return Of(counts);
    }

    /// <summary>A dictionary of these words; those that are longer than <see cref="LongestWord"/> are left out.</summary>
    /// <exception cref="InkstoneRequestException">There is no word.</exception>
    internal static WordDictionary Of(IReadOnlyDictionary<string, long> counts)
    {
        var words = counts.Keys.Where(word => Encoding.UTF8.GetByteCount(word) <= LongestWord).Order(StringComparer.Ordinal).ToList();
        if (words.Count == 0)
            throw new InkstoneRequestException("there is no text to make a dictionary of", nameof(counts));
        return new(PieceBlock.Of([.. words.Select(Encoding.UTF8.GetBytes)]), [.. words.Select(word => counts[word])], nameof(counts));
    }

    /// <summary>The dictionary as lines <c>word count</c>, UTF-8.</summary>
    public byte[] Write()
    {
        var text = new StringBuilder();
        for (var word = 0; word < Count; word++)
            text.Append(Encoding.UTF8.GetString(Words[word])).Append(' ').Append(Counts[word].ToString(CultureInfo.InvariantCulture)).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
