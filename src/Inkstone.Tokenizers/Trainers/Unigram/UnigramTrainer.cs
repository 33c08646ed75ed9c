using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Trains a unigram model (Kudo 2018) as SentencePiece's trainer does: words are counted, strings that recur are the seeds, expectation
/// and maximisation make them probable, the least useful go, in turns, until the vocabulary is as large as asked for.
/// <para>
/// Ids: the unknown piece, the special tokens, the user-defined pieces, the 256 bytes where there is byte fallback, then the learnt pieces,
/// the most probable first. The result depends on texts and options, not on the order of texts (unless words had to be dropped) nor on
/// threads.
/// </para>
/// </summary>
internal static class UnigramTrainer
{
    /// <summary>Trains a model.</summary>
    /// <param name="texts">The texts, read once, in order.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="InkstoneRequestException">An option is out of range, or the text supports fewer pieces than asked for.</exception>
    public static UnigramTrainingResult Train(
        IEnumerable<string> texts, UnigramTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        options.Validate();
        var normalization = new SentencePieceNormalization();
        var counter = new PieceCounter(options.MaximumDistinctBytes, options.Threads, new WordCutter(normalization, options).Cut, cancellation);
        counter.Count(texts, progress);
        if (counter.Pieces == 0)
            throw new InkstoneRequestException("there is no text to train a tokenizer on", nameof(texts), fix: "Check the path and the file types read.");
        var words = UnigramWords.Of(counter.Parts);
        var characters = Required(words, options);
        var wanted = options.VocabularySize - options.FixedPieces;
        if (characters.Count > wanted)
            throw TooFew(characters.Count + options.FixedPieces, options);
        var seeds = new UnigramSeeds(words, characters, options);
        var (pieces, scores) = seeds.Find(counter.Work);
        var learner = new UnigramLearner(words, pieces, scores, options, counter.Work);
        // A tenth more than wanted, of which the most probable stay.
        learner.Learn((int)(1.1 * wanted), count => progress?.Report(new(BpeTrainingStage.Merging, count, options.VocabularySize)));
        var learnt = Finish(learner, characters, wanted);
        if (learnt.Count < wanted && !options.AllowSmaller)
            throw TooSmall(learnt.Count + options.FixedPieces, options);
        return new(ToFile(learnt, normalization, options), counter.Bytes, counter.Pieces, words.Count, counter.Dropped, seeds.Share, learner.MeanLogLikelihood);
    }

    /// <summary>The most frequent characters that together make up the share of the text that must be covered.</summary>
    private static List<(Rune Character, long Count)> Required(UnigramWords words, UnigramTrainerOptions options)
    {
        var characters = words.CountCharacters();
        var total = characters.Sum(entry => (double)entry.Count);
        var covered = 0.0;
        var count = 0;
        for (; count < characters.Count && covered / total < options.CharacterCoverage; count++)
            covered += characters[count].Count;
        return characters[..count];
    }

    /// <summary>All required characters, and the most probable pieces; best first.</summary>
    private static List<(byte[] Text, double Score)> Finish(UnigramLearner learner, List<(Rune Character, long Count)> characters, int wanted)
    {
        var required = characters.Select(entry => Encoding.UTF8.GetBytes(entry.Character.ToString())).ToList();
        var learnt = new List<(byte[] Text, double Score)>();
        var isTaken = new bool[learner.Pieces.Count];
        var trie = ByteTrie.Build(learner.Pieces, [.. Enumerable.Range(0, learner.Pieces.Count)]);
        var least = learner.Scores.Min();
        var below = 0;
        foreach (var character in required)
        {
            var id = trie.Find(character);
            if (id >= 0)
                isTaken[id] = true;
            // Those that went are a little less probable than any other, no two alike.
            learnt.Add((character, id >= 0 ? learner.Scores[id] : least - 0.0001 * ++below));
        }
        var others = Enumerable.Range(0, isTaken.Length).Where(id => !isTaken[id]).OrderByDescending(id => learner.Scores[id]).ThenBy(id => id);
        learnt.AddRange(others.Take(Math.Max(0, wanted - learnt.Count)).Select(id => (learner.Pieces[id].ToArray(), learner.Scores[id])));
        // Equally probable ones stay as they were: characters by frequency, then pieces by their bytes.
        return [.. learnt.OrderByDescending(entry => entry.Score).Take(Math.Max(wanted, required.Count))];
    }

    private static SentencePieceFile ToFile(List<(byte[] Text, double Score)> learnt, SentencePieceNormalization normalization, UnigramTrainerOptions options)
    {
        var (texts, scores, kinds) = (new List<byte[]>(), new List<float>(), new List<SentencePieceKind>());
        Add(Encoding.UTF8.GetBytes(options.UnknownToken), 0, SentencePieceKind.Unknown);
        foreach (var token in options.SpecialTokens)
            Add(Encoding.UTF8.GetBytes(token), 0, SentencePieceKind.Control);
        foreach (var piece in options.UserDefined)
            Add(Encoding.UTF8.GetBytes(piece), 0, SentencePieceKind.UserDefined);
        for (var value = 0; options.HasByteFallback && value < 256; value++)
            Add(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>")), 0, SentencePieceKind.Byte);
        foreach (var (text, score) in learnt)
            Add(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).Replace(' ', '\u2581')), (float)score, SentencePieceKind.Normal);
        var roles = SpecialRoles.FromNames([.. options.SpecialTokens]);
        return new()
        {
            Pieces = PieceBlock.Of(texts),
            Scores = [.. scores],
            Kinds = [.. kinds],
            HasByteFallback = options.HasByteFallback,
            Normalization = normalization,
            BeginId = IdOf(roles.BeginOfText),
            EndId = IdOf(roles.EndOfText),
        };

        void Add(byte[] text, float score, SentencePieceKind kind)
        {
            texts.Add(text);
            scores.Add(score);
            kinds.Add(kind);
        }

        int IdOf(string? name) => options.SpecialTokens.ToList().IndexOf(name!) is var at && at >= 0 ? at + 1 : -1;
    }

    private static InkstoneRequestException TooSmall(int count, UnigramTrainerOptions options) => new(
        "the vocabulary asked for is larger than the text supports", nameof(UnigramTrainerOptions.VocabularySize),
        string.Create(CultureInfo.InvariantCulture, $"at most {count}"), options.VocabularySize.ToString(CultureInfo.InvariantCulture),
        $"Ask for fewer pieces, give more text, or set {nameof(UnigramTrainerOptions.AllowSmaller)}.");

    private static InkstoneRequestException TooFew(int count, UnigramTrainerOptions options) => new(
        "the vocabulary asked for has no room for all characters that must be covered", nameof(UnigramTrainerOptions.VocabularySize),
        string.Create(CultureInfo.InvariantCulture, $"at least {count}"), options.VocabularySize.ToString(CultureInfo.InvariantCulture),
        $"Ask for more pieces, or for less {nameof(UnigramTrainerOptions.CharacterCoverage)}.");

    /// <summary>Prepares a text and cuts it into words, each with the space before it; user-defined pieces are left out.</summary>
    private sealed class WordCutter
    {
        private readonly SentencePieceNormalizer _normalizer;
        private readonly ConcurrentBag<SentencePieceScratch> _scratches = [];

        public WordCutter(SentencePieceNormalization normalization, UnigramTrainerOptions options)
        {
            var userDefined = PieceBlock.Of([.. options.UserDefined.Select(Encoding.UTF8.GetBytes)]);
            _normalizer = new(normalization, hasWhitespaceSuffix: false, userDefined.Count == 0 ? null : ByteTrie.Build(userDefined, userDefined.Sort()));
        }

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
                    var next = text[(start + 1)..].IndexOf((byte)' ');
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
}

/// <summary>A trained unigram model and what its training saw.</summary>
/// <param name="File">The model.</param>
/// <param name="Bytes">The length of all texts in UTF-8.</param>
/// <param name="Words">How many words there were.</param>
/// <param name="DistinctWords">How many different words were left to learn from.</param>
/// <param name="DroppedWords">How many different words were dropped for the limit of memory; 0 means that all counts are exact.</param>
/// <param name="SeedShare">The share of the words, by characters, that seed pieces were looked for in.</param>
/// <param name="MeanLogLikelihood">The mean natural logarithm of a word's probability in the last round of learning.</param>
internal sealed record UnigramTrainingResult(
    SentencePieceFile File, long Bytes, long Words, int DistinctWords, long DroppedWords, double SeedShare, double MeanLogLikelihood);
