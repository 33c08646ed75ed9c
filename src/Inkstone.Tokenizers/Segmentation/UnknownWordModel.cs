using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>
/// Cuts characters that make no word of a dictionary: a hidden Markov model whose states are where a character stands in its word (begin, middle, end, single).
/// The cut is its most probable path (Viterbi 1967), linear in the text. Smoothed by one more of each character and half a transition.
/// <para>
/// It is trained on the rows of single characters that the dictionary itself leaves in segmented text, so it learns what it will be asked: most of them are
/// words by themselves.
/// </para>
/// </summary>
public sealed class UnknownWordModel
{
    private const string Format = "inkstone-unknown-words-1";
    private const long HighestCount = 1L << 40;
    private const int Tags = 4;

    private static readonly WordTag[][] Before =
    [
        [WordTag.End, WordTag.Single], [WordTag.Begin, WordTag.Middle], [WordTag.Begin, WordTag.Middle], [WordTag.End, WordTag.Single],
    ];

    private readonly long[] _starts;
    private readonly long[] _transitions; // from · 4 + to
    private readonly Dictionary<int, int> _characters; // where the four counts and scores of each stand
    private readonly long[] _counts;
    private readonly double[] _startScores = new double[Tags];
    private readonly double[] _stepScores = new double[Tags * Tags];
    private readonly double[] _unseen = new double[Tags];
    private readonly double[] _emissions;

    private UnknownWordModel(long[] starts, long[] transitions, Dictionary<int, int> characters, long[] counts)
    {
        (_starts, _transitions, _characters, _counts, _emissions) = (starts, transitions, characters, counts, new double[counts.Length]);
        var begins = starts[(int)WordTag.Begin] + starts[(int)WordTag.Single] + 1.0;
        Array.Fill(_startScores, double.NegativeInfinity);
        Array.Fill(_stepScores, double.NegativeInfinity);
        foreach (var tag in (WordTag[])[WordTag.Begin, WordTag.Single])
            _startScores[(int)tag] = Math.Log((starts[(int)tag] + 0.5) / begins);
        for (var to = 0; to < Tags; to++)
        {
            foreach (var from in Before[to])
                _stepScores[(int)from * Tags + to] = Math.Log((transitions[(int)from * Tags + to] + 0.5) / (Sum(transitions.AsSpan((int)from * Tags, Tags)) + 1.0));
        }
        for (var tag = 0; tag < Tags; tag++)
        {
            var sum = 0.0;
            for (var place = tag; place < counts.Length; place += Tags)
                sum += counts[place];
            _unseen[tag] = -Math.Log(sum + characters.Count + 1);
        }
        for (var place = 0; place < counts.Length; place++)
            _emissions[place] = Math.Log(counts[place] + 1.0) + _unseen[place % Tags];
    }

    /// <summary>Trains a model.</summary>
    /// <param name="dictionary">The dictionary it will stand beside.</param>
    /// <param name="sentences">The words of each sentence.</param>
    /// <exception cref="InkstoneRequestException">No sentence leaves a single character.</exception>
    public static UnknownWordModel Train(WordDictionary dictionary, IEnumerable<IReadOnlyList<string>> sentences)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(sentences);
        var cutter = new ChineseSegmenter(dictionary);
        var (starts, transitions, characters, counts) = (new long[Tags], new long[Tags * Tags], new Dictionary<int, int>(), new List<long>());
        foreach (var sentence in sentences)
        {
            var tags = sentence.SelectMany(TagsOf).ToList();
            int at = 0, previous = -1;
            foreach (var word in cutter.Cut(string.Concat(sentence)))
            {
                var runes = word.EnumerateRunes().ToList();
                if (runes.Count > 1 || !ChineseSegmenter.IsIdeograph(runes[0].Value))
                {
                    (at, previous) = (at + runes.Count, -1);
                    continue;
                }
                var tag = (int)tags[at++];
                if (characters.TryAdd(runes[0].Value, counts.Count))
                    counts.AddRange(new long[Tags]);
                counts[characters[runes[0].Value] + tag]++;
                if (previous < 0)
                    starts[tag]++;
                else
                    transitions[previous * Tags + tag]++;
                previous = tag;
            }
        }
        if (characters.Count == 0)
            throw new InkstoneRequestException("no sentence leaves a character that the dictionary does not join to another", nameof(sentences), "segmented Chinese text");
        return new(starts, transitions, characters, [.. counts]);
    }

    /// <summary>Reads a model as <see cref="Write"/> wrote it.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="source">How errors name it.</param>
    /// <exception cref="InkstoneFormatException">It is no such model.</exception>
    public static UnknownWordModel Read(ReadOnlySpan<byte> json, string source = "unknown-word model")
    {
        var root = BoundedJson.Parse(json, source).AsObject();
        root.GetChoice("format", [Format]);
        var starts = Counts(root.Get("starts"), Tags);
        var transitions = Counts(root.Get("transitions"), Tags * Tags);
        var list = root.Get("characters");
        if (list.Kind != JsonValueKind.Object)
            throw list.Error("not the characters and their counts", "an object");
        var (characters, counts) = (new Dictionary<int, int>(list.Count), new long[Tags * list.Count]);
        foreach (var (text, item) in list.Members())
        {
            if (!Rune.TryGetRuneAt(text.Length == 0 ? "\uD800" : text, 0, out var rune) || rune.Utf16SequenceLength != text.Length)
                throw item.Error("a key is not one character", "one character");
            var place = Tags * characters.Count;
            item.AsInt64s(counts.AsSpan(place, Tags), 0, HighestCount);
            characters.Add(rune.Value, place);
        }
        root.RefuseUnused();
        return new(starts, transitions, characters, counts);
    }

    /// <summary>The model as JSON: counts, from which everything is computed. Order of the four: begin, middle, end, single.</summary>
    public byte[] Write() => StableJson.ToBytes(json =>
    {
        json.WriteStartObject();
        json.WriteString("format", Format);
        WriteCounts(json, "starts", _starts);
        WriteCounts(json, "transitions", _transitions);
        json.WriteStartObject("characters");
        foreach (var (character, place) in _characters.OrderBy(entry => entry.Key))
            WriteCounts(json, new Rune(character).ToString(), _counts.AsSpan(place, Tags));
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>Appends the ends of the words of a row of characters.</summary>
    internal void Cut(ReadOnlySpan<byte> row, int offset, List<int> ends)
    {
        var characters = new List<(int Code, int End)>();
        for (var at = 0; at < row.Length;)
        {
            Rune.DecodeFromUtf8(row[at..], out var rune, out var length);
            characters.Add((rune.Value, at += length));
        }
        var from = new byte[characters.Count * Tags];
        double[] now = new double[Tags], then = new double[Tags];
        for (var i = 0; i < characters.Count; i++)
        {
            var emission = _characters.TryGetValue(characters[i].Code, out var place) ? _emissions.AsSpan(place, Tags) : _unseen;
            for (var tag = 0; tag < Tags; tag++)
            {
                if (i == 0)
                {
                    now[tag] = _startScores[tag] + emission[tag];
                    continue;
                }
                var (first, second) = ((int)Before[tag][0], (int)Before[tag][1]);
                var (x, y) = (then[first] + _stepScores[first * Tags + tag], then[second] + _stepScores[second * Tags + tag]);
                from[i * Tags + tag] = (byte)(x >= y ? first : second);
                now[tag] = Math.Max(x, y) + emission[tag];
            }
            (now, then) = (then, now);
        }
        var last = then[(int)WordTag.End] >= then[(int)WordTag.Single] ? WordTag.End : WordTag.Single;
        var added = ends.Count;
        for (var i = characters.Count - 1; i >= 0; i--)
        {
            if (last is WordTag.End or WordTag.Single)
                ends.Add(offset + characters[i].End);
            last = (WordTag)from[i * Tags + (int)last];
        }
        ends.Reverse(added, ends.Count - added);
    }

    private static IEnumerable<WordTag> TagsOf(string word)
    {
        var count = word.EnumerateRunes().Count();
        return Enumerable.Range(0, count).Select(i =>
            count == 1 ? WordTag.Single : i == 0 ? WordTag.Begin : i == count - 1 ? WordTag.End : WordTag.Middle);
    }

    private static long[] Counts(JsonValue value, int count)
    {
        var counts = value.AsInt64s(0, HighestCount, count);
        return counts.Length == count ? counts : throw value.Error("a list of counts has the wrong length", FormattableString.Invariant($"{count} counts"));
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, ReadOnlySpan<long> counts)
    {
        json.WriteStartArray(name);
        foreach (var count in counts)
            json.WriteNumberValue(count);
        json.WriteEndArray();
    }

    private static double Sum(ReadOnlySpan<long> counts)
    {
        var sum = 0.0;
        foreach (var count in counts)
            sum += count;
        return sum;
    }
}
