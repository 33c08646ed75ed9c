using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Cuts Chinese text into words: of all ways to read a run of characters as words of a dictionary (a directed acyclic graph) the one whose product of word
/// probabilities is greatest, of equal ones the one with the longer first word; and, with a model of unknown words, runs of single characters left over are cut
/// by that. Letters and digits that the dictionary does not hold stay together; any other character is a word by itself. Immutable; for many threads.
/// <para>Cost: for each byte at most <see cref="WordDictionary.LongestWord"/> steps, so linear in the text.</para>
/// </summary>
public sealed class ChineseSegmenter
{
    private readonly WordDictionary _dictionary;
    private readonly ByteTrie _trie;
    private readonly double[] _scores;
    private readonly double _logTotal;

    /// <summary>A segmenter.</summary>
    /// <param name="dictionary">The words.</param>
    /// <param name="unknownWords">What cuts the characters that make no word of the dictionary; null leaves them single.</param>
    public ChineseSegmenter(WordDictionary dictionary, UnknownWordModel? unknownWords = null)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        (_dictionary, UnknownWords) = (dictionary, unknownWords);
        _trie = ByteTrie.Build(dictionary.Words, dictionary.Sorted);
        _logTotal = Math.Log(Math.Max(1, dictionary.Total));
        _scores = [.. dictionary.Counts.Select(count => Math.Log(Math.Max(1, count)) - _logTotal)];
    }

    /// <summary>What cuts unknown words; null where nothing does.</summary>
    public UnknownWordModel? UnknownWords { get; }

    /// <summary>The words of a text, which put together are the text. A lone surrogate becomes U+FFFD.</summary>
    /// <param name="text">The text.</param>
    public List<string> Cut(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var utf8 = Encoding.UTF8.GetBytes(text);
        var ends = new List<int>();
        Cut(utf8, ends);
        var words = new List<string>(ends.Count);
        var start = 0;
        foreach (var end in ends)
        {
            words.Add(Encoding.UTF8.GetString(utf8, start, end - start));
            start = end;
        }
        return words;
    }

    /// <summary>Appends the end of each word of a text in UTF-8, in bytes. A byte that is no UTF-8 is a word by itself.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="ends">Where the ends go.</param>
    public void Cut(ReadOnlySpan<byte> utf8, List<int> ends)
    {
        ArgumentNullException.ThrowIfNull(ends);
        CutCounted(utf8, ends);
    }

    /// <summary>As <see cref="Cut(ReadOnlySpan{byte}, List{int})"/>; says how many steps were taken in the dictionary, for tests.</summary>
    internal long CutCounted(ReadOnlySpan<byte> utf8, List<int> ends)
    {
        long steps = 0;
        for (var start = 0; start < utf8.Length;)
        {
            var end = start;
            while (end < utf8.Length && IsOfWords(utf8[end..], out var length))
                end += length;
            if (end > start)
                steps += CutRun(utf8, start, end, ends);
            else
            {
                Rune.DecodeFromUtf8(utf8[start..], out _, out var length);
                end = start + (utf8[start..].StartsWith("\r\n"u8) ? 2 : length);
                ends.Add(end);
            }
            start = end;
        }
        return steps;
    }

    /// <summary>Whether a character takes part in words: an ideograph, a letter or digit of ASCII, or one of <c>+#&amp;._%-</c>.</summary>
    private static bool IsOfWords(ReadOnlySpan<byte> utf8, out int length)
    {
        if (Rune.DecodeFromUtf8(utf8, out var rune, out length) != OperationStatus.Done)
            return false;
        return rune.IsAscii ? char.IsAsciiLetterOrDigit((char)rune.Value) || "+#&._%-".Contains((char)rune.Value, StringComparison.Ordinal) : IsIdeograph(rune.Value);
    }

    internal static bool IsIdeograph(int code) => code is (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2EBEF) or (>= 0x2F800 and <= 0x2FA1F);

    private long CutRun(ReadOnlySpan<byte> utf8, int start, int end, List<int> ends)
    {
        var run = utf8[start..end];
        var next = ArrayPool<int>.Shared.Rent(run.Length + 1);
        var steps = FindPath(run, next);
        var singles = 0; // where the single characters before this word begin
        for (var at = 0; ; at = next[at])
        {
            var isSingle = at < run.Length && Utf8Text.LengthOf(run[at]) == next[at] - at && (UnknownWords is not null || char.IsAsciiLetterOrDigit((char)run[at]));
            if (isSingle)
                continue;
            if (singles < at)
            {
                if (UnknownWords is null)
                    ends.Add(start + at);
                else
                    CutSingles(run[singles..at], start + singles, ends);
            }
            if (at == run.Length)
                break;
            ends.Add(start + next[at]);
            singles = next[at];
        }
        ArrayPool<int>.Shared.Return(next);
        return steps;
    }

    /// <summary>For each place that begins a character: where the first word of the best path from there ends. Returns the steps taken in the dictionary.</summary>
    private long FindPath(ReadOnlySpan<byte> run, int[] next)
    {
        long steps = 0;
        var best = ArrayPool<double>.Shared.Rent(run.Length + 1);
        best[run.Length] = 0;
        for (var at = run.Length - 1; at >= 0; at--)
        {
            if ((run[at] & 0xC0) == 0x80)
                continue;
            var score = double.NegativeInfinity;
            var node = 0;
            for (var i = at; i < run.Length && _trie.TryStep(ref node, run[i]); i++)
            {
                steps++;
                var word = _trie.Nodes[node].Value;
                if (word >= 0 && _dictionary.Counts[word] > 0 && _scores[word] + best[i + 1] is var sum && sum >= score)
                    (score, next[at]) = (sum, i + 1);
            }
            if (double.IsNegativeInfinity(score))
            {
                next[at] = at + Utf8Text.LengthOf(run[at]);
                score = best[next[at]] - _logTotal;
            }
            best[at] = score;
        }
        ArrayPool<double>.Shared.Return(best);
        return steps;
    }

    /// <summary>Cuts a row of single characters: letters and digits stay together, with a decimal point and a per cent sign; ideographs go to the model.</summary>
    private void CutSingles(ReadOnlySpan<byte> row, int offset, List<int> ends)
    {
        for (var at = 0; at < row.Length;)
        {
            var end = at;
            if (row[at] >= 0x80)
            {
                while (end < row.Length && row[end] >= 0x80)
                    end++;
                if (_trie.Find(row[at..end]) >= 0)
                {
                    for (var single = at; single < end; ends.Add(offset + single))
                        single += Utf8Text.LengthOf(row[single]);
                }
                else
                    UnknownWords!.Cut(row[at..end], offset + at, ends);
                at = end;
                continue;
            }
            end = Alphanumeric(row, at);
            if (end == at)
                end++;
            else
            {
                if (end + 1 < row.Length && row[end] == '.' && char.IsAsciiDigit((char)row[end + 1]))
                {
                    for (end++; end < row.Length && char.IsAsciiDigit((char)row[end]);)
                        end++;
                }
                if (end < row.Length && row[end] == '%')
                    end++;
            }
            ends.Add(offset + end);
            at = end;
        }
    }

    private static int Alphanumeric(ReadOnlySpan<byte> row, int at)
    {
        while (at < row.Length && char.IsAsciiLetterOrDigit((char)row[at]))
            at++;
        return at;
    }
}
