using System.Collections.Concurrent;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Prepares a text and cuts it into words, each with the space before it (or lines, where pieces may cross spaces); user-defined pieces are left out.</summary>
internal sealed class SentencePieceCutter
{
    private readonly SentencePieceNormalizer _normalizer;
    private readonly bool _splitsWords;
    private readonly ConcurrentBag<SentencePieceScratch> _scratches = [];

    /// <summary>A cutter by these options.</summary>
    public SentencePieceCutter(SentencePieceTrainerOptions options)
    {
        _splitsWords = options.SplitsWhitespace;
        var userDefined = PieceBlock.Of([.. options.UserDefined.Select(Encoding.UTF8.GetBytes)]);
        _normalizer = new(options.Normalization, hasWhitespaceSuffix: false, userDefined.Count == 0 ? null : new(userDefined, _ => true));
    }

    /// <summary>Counts the words of a text, whose lines are prepared one by one; returns how many there were.</summary>
    public long Cut(ReadOnlySpan<byte> utf8, PieceCounts counts)
    {
        if (!_scratches.TryTake(out var scratch))
            scratch = new();
        long count = 0;
        foreach (var line in utf8.Split((byte)'\n'))
        {
            _normalizer.Normalize(utf8[line], scratch);
            var text = scratch.Text;
            for (int start = 0, end; start < text.Length; start = end)
            {
                var next = _splitsWords ? text[(start + 1)..].IndexOf((byte)' ') : -1;
                end = next < 0 ? text.Length : start + 1 + next;
                count += AddParts(text[start..end], counts);
            }
        }
        _scratches.Add(scratch);
        return count;
    }

    private long AddParts(ReadOnlySpan<byte> word, PieceCounts counts)
    {
        long count = 0;
        var start = 0;
        for (var at = 0; at < word.Length;)
        {
            if (!_normalizer.TryUserDefined(word[at..], out var length))
            {
                at++;
                continue;
            }
            count += Add(word[start..at], counts);
            start = at += length;
        }
        return count + Add(word[start..], counts);
    }

    private static int Add(ReadOnlySpan<byte> part, PieceCounts counts)
    {
        if (!part.IsEmpty)
            counts.Add(part);
        return part.IsEmpty ? 0 : 1;
    }
}
