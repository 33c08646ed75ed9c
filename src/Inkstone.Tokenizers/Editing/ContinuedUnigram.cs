using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Continues the training of a unigram model: strings that recur in the new text are the seeds, and expectation and maximisation over them and the old
/// pieces together make them probable, while the scores of the old ones stay; the least useful seeds go, in turns.
/// </summary>
internal static class ContinuedUnigram
{
    /// <summary>The options by which more pieces are learnt. Digits stay by themselves where no old piece joins one to anything.</summary>
    public static UnigramTrainerOptions OptionsOf(IEnumerable<byte[]> pieces, ContinuedTraining training)
    {
        var options = training.Options;
        return new()
        {
            VocabularySize = options.VocabularySize,
            CharacterCoverage = options.CharacterCoverage,
            SpecialTokens = [],
            SplitsDigits = !pieces.Any(piece => piece.Length > 1 && piece.AsSpan().IndexOfAnyInRange((byte)'0', (byte)'9') >= 0 && ByteTokens.ValueOf(piece) < 0),
            MaximumDistinctBytes = options.MaximumDistinctBytes,
            Threads = options.Threads,
            Seed = options.Seed,
        };
    }

    /// <summary>Learns pieces that the vocabulary lacks; the most probable first.</summary>
    /// <param name="pieces">The old pieces that text may become, and their scores.</param>
    /// <param name="count">How many tokens there are, those included that text never becomes.</param>
    /// <param name="cutter">Cuts text into words.</param>
    /// <param name="training">The text, and how much is learnt.</param>
    /// <exception cref="InkstoneRequestException">There is no room for its characters, or the text supports fewer tokens.</exception>
    public static List<(byte[] Piece, double Score)> Learn(List<(byte[] Piece, double Score)> pieces, int count, TextCutter cutter, ContinuedTraining training)
    {
        var options = OptionsOf(pieces.Select(piece => piece.Piece), training);
        var counter = training.Count(cutter);
        var form = new SpaceForm(pieces.Exists(piece => piece.Piece.AsSpan().IndexOf(SentencePieceNormalizer.SpaceMark) >= 0));
        var words = UnigramWords.Of([form.Compact(counter.Parts)]);
        if (words.Count == 0)
        {
            training.CheckSize(count, counter);
            return [];
        }
        var old = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (piece, score) in pieces)
            old.TryAdd(form.Compact(piece), score);
        var characters = SentencePieceTraining.Covered(words, options);
        var learner = Learner(words, characters, old, training, options, counter.Work);
        var wanted = options.VocabularySize - count;
        learner.Learn(old.Count + (int)(1.1 * wanted), learnt => training.Progress?.Report(new(BpeTrainingStage.Merging, learnt, options.VocabularySize)));
        var result = Finish(learner, [.. characters.Select(entry => entry.Character.ToString()).Where(character => !old.ContainsKey(character))], old, wanted);
        result.RemoveAll(entry => training.IsTaken(form.Print(entry.Piece)));
        if (result.Count > wanted)
            throw TrainerChecks.NoRoom(count + result.Count, options.VocabularySize, nameof(options.CharacterCoverage));
        training.CheckSize(count + result.Count, counter);
        return result.ConvertAll(entry => (Encoding.UTF8.GetBytes(form.Print(entry.Piece)), entry.Score));
    }

    /// <summary>A learner of the old pieces and the strings that recur.</summary>
    private static UnigramLearner Learner(
        UnigramWords words, List<(Rune Character, long Count)> characters, Dictionary<string, double> old, ContinuedTraining training, UnigramTrainerOptions options,
        ParallelOptions work)
    {
        var (seeds, seedScores) = new UnigramSeeds(words, characters, options).Find(work);
        var all = new List<(byte[] Text, double Score, bool IsOld)>(seeds.Count + old.Count);
        for (var id = 0; id < seeds.Count; id++)
        {
            if (!old.ContainsKey(Encoding.UTF8.GetString(seeds[id])))
                all.Add((seeds[id].ToArray(), seedScores[id], IsOld: false));
        }
        foreach (var (piece, score) in old)
            all.Add((Encoding.UTF8.GetBytes(piece), score, IsOld: true));
        all.Sort((x, y) => x.Text.AsSpan().SequenceCompareTo(y.Text));
        return new(words, PieceBlock.Of(all.ConvertAll(piece => piece.Text)), [.. all.Select(piece => piece.Score)], options, work, [.. all.Select(piece => piece.IsOld)]);
    }

    /// <summary>All characters, and the most probable pieces, none less probable than the least probable old one nor more than the most.</summary>
    private static List<(string Piece, double Score)> Finish(UnigramLearner learner, string[] characters, Dictionary<string, double> old, int wanted)
    {
        var learnt = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var id = 0; id < learner.Pieces.Count; id++)
        {
            if (Encoding.UTF8.GetString(learner.Pieces[id]) is var piece && !old.ContainsKey(piece))
                learnt.Add(piece, learner.Scores[id]);
        }
        var (lowest, highest) = (old.Values.Min(), old.Values.Max());
        var others = learnt.Keys.Except(characters).OrderByDescending(piece => learnt[piece]).ThenBy(piece => piece, StringComparer.Ordinal);
        return [.. characters.Concat(others.Take(Math.Max(0, wanted - characters.Length)))
            .Select(piece => (piece, Math.Clamp(learnt.GetValueOrDefault(piece, lowest), lowest, highest))).OrderByDescending(entry => entry.Item2)];
    }

    /// <summary>How a vocabulary writes a space: as U+2581, which is one byte while pieces are learnt, or as it is.</summary>
    private readonly record struct SpaceForm(bool IsMark)
    {
        public string Compact(byte[] piece) => Encoding.UTF8.GetString(piece) is var text && IsMark ? text.Replace('\u2581', ' ') : text;

        public string Print(string piece) => IsMark ? piece.Replace(' ', '\u2581') : piece;

        public PieceCounts Compact(IReadOnlyList<PieceCounts> parts)
        {
            var counts = new PieceCounts();
            foreach (var part in parts)
            {
                foreach (ref readonly var entry in part.Entries)
                {
                    var word = part.Bytes(entry);
                    if (IsMark)
                    {
                        var compact = new byte[entry.Length];
                        word = compact.AsSpan(0, SentencePieceNormalizer.Compact(word, compact));
                    }
                    counts.Add(word, ByteHash.Of(word), entry.Count);
                }
            }
            return counts;
        }
    }
}
