using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Appends the beginnings and ends of the pieces of a text, in bytes. Called from several threads.</summary>
internal delegate void TextSplitter(ReadOnlySpan<byte> utf8, List<(int Start, int End)> spans);

/// <summary>Ways to cut text into the pieces that trainers count.</summary>
internal static class TextCutters
{
    private const int ZeroWidthNonJoiner = 0x200C, ZeroWidthJoiner = 0x200D;

    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    /// <summary>The text as it is.</summary>
    public static long Whole(ReadOnlySpan<byte> utf8, PieceCounts counts) => Add(utf8, counts);

    /// <summary>What stands between white space (the property White_Space).</summary>
    public static long Whitespace(ReadOnlySpan<byte> utf8, PieceCounts counts) => Runs(utf8, counts, static character => CodePoint.IsWhiteSpace(character) ? Kind.Space : Kind.Word);

    /// <summary>Runs of letters, marks, digits, connectors and joiners, and runs of anything else but white space.</summary>
    public static long WordsAndPunctuation(ReadOnlySpan<byte> utf8, PieceCounts counts) => Runs(utf8, counts, KindOf);

    /// <summary>The characters.</summary>
    public static long Characters(ReadOnlySpan<byte> utf8, PieceCounts counts)
    {
        long count = 0;
        for (int at = 0, length; at < utf8.Length; at += length, count++)
        {
            Rune.DecodeFromUtf8(utf8[at..], out _, out length);
            counts.Add(utf8.Slice(at, length));
        }
        return count;
    }

    /// <summary>What the stages of a tokenizer cut a text into.</summary>
    public static TextCutter OfStages(Normalizer? normalizer, PreTokenizerStage stage)
    {
        var spares = new ConcurrentBag<PreTokenizedText>();
        return (utf8, counts) =>
        {
            if (!spares.TryTake(out var pieces))
                pieces = new();
            pieces.Text.Reset(utf8, stage.NeedsAlignment);
            normalizer?.Normalize(pieces.Text);
            pieces.Begin(0, pieces.Text.Bytes.Length);
            stage.Apply(pieces);
            var bytes = pieces.Text.Bytes;
            foreach (var piece in pieces.Pieces)
                counts.Add(bytes[piece.Start..piece.End]);
            var count = pieces.Pieces.Length;
            spares.Add(pieces);
            return count;
        };
    }

    /// <summary>What a splitter finds; empty spans are left out.</summary>
    public static TextCutter OfSpans(TextSplitter splitter)
    {
        var spares = new ConcurrentBag<List<(int Start, int End)>>();
        return (utf8, counts) =>
        {
            if (!spares.TryTake(out var spans))
                spans = [];
            spans.Clear();
            splitter(utf8, spans);
            long count = 0;
            foreach (var (start, end) in spans)
                count += Add(utf8[start..end], counts);
            spares.Add(spans);
            return count;
        };
    }

    private static long Runs(ReadOnlySpan<byte> utf8, PieceCounts counts, Func<int, Kind> kindOf)
    {
        long count = 0;
        var (start, kind) = (0, Kind.Space);
        for (int at = 0, length; at < utf8.Length; at += length)
        {
            Rune.DecodeFromUtf8(utf8[at..], out var character, out length);
            var next = kindOf(character.Value);
            if (next == kind)
                continue;
            if (kind != Kind.Space)
                count += Add(utf8[start..at], counts);
            (start, kind) = (at, next);
        }
        return kind == Kind.Space ? count : count + Add(utf8[start..], counts);
    }

    private static Kind KindOf(int character)
    {
        if (CodePoint.IsWhiteSpace(character))
            return Kind.Space;
        if (character is ZeroWidthNonJoiner or ZeroWidthJoiner)
            return Kind.Word;
        return CodePoint.Category(character) switch
        {
            <= UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => Kind.Word,
            _ => Kind.Other,
        };
    }

    private static long Add(ReadOnlySpan<byte> piece, PieceCounts counts)
    {
        if (piece.IsEmpty)
            return 0;
        counts.Add(piece);
        return 1;
    }
}
