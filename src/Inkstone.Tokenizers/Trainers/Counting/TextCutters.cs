using System.Collections.Concurrent;

namespace Inkstone.Tokenizers;

/// <summary>Ways to cut text into the pieces that trainers count: the stages that later cut it for encoding.</summary>
internal static class TextCutters
{
    /// <summary>What stands between white space.</summary>
    public static TextCutter Whitespace { get; } = OfStages(null, new WhitespaceSplitStage());

    /// <summary>Words, and runs of what is neither word nor white space.</summary>
    public static TextCutter WordsAndPunctuation { get; } = OfStages(null, new WhitespaceStage());

    /// <summary>The characters.</summary>
    public static TextCutter Characters { get; } = OfStages(null, new FixedLengthStage(1));

    /// <summary>The text as it is.</summary>
    public static long Whole(ReadOnlySpan<byte> utf8, PieceCounts counts)
    {
        if (utf8.IsEmpty)
            return 0;
        counts.Add(utf8);
        return 1;
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
}
