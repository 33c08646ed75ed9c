using System.Security.Cryptography;
using System.Text;
using Inkstone.Corpus;
using Inkstone.Evaluation;
using Inkstone.Foundation.Randomness;
using Inkstone.Tokenizers;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>Text made ready for training: split, a tokenizer, packed tokens. A function of the text, the sizes and the seed.</summary>
public sealed class PreparedText
{
    private const long SampleBytes = 40_000;

    private PreparedText(PreparedCorpus corpus, Tokenizer tokenizer, TokenDataset train, TokenDataset validation, IReadOnlyList<EvaluationDocument> held)
    {
        Corpus = corpus;
        Tokenizer = tokenizer;
        Train = train;
        Validation = validation;
        Held = held;
        Sampled = ChooseSample(held);
    }

    /// <summary>The documents and what became of those left out.</summary>
    public PreparedCorpus Corpus { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The training text, packed.</summary>
    public TokenDataset Train { get; }

    /// <summary>The held-out text, packed.</summary>
    public TokenDataset Validation { get; }

    /// <summary>The held-out documents as tokens.</summary>
    public IReadOnlyList<EvaluationDocument> Held { get; }

    /// <summary>Which held-out documents training is watched with: a spread of them, some 40 KB.</summary>
    public IReadOnlyList<bool> Sampled { get; }

    /// <summary>The held-out documents training is watched with.</summary>
    public IEnumerable<EvaluationDocument> Sample => Held.Where((_, i) => Sampled[i]);

    /// <summary>A digest of the training and held-out tokens, so that a run is never resumed on another text.</summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Train.Tokens));
        hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Validation.Tokens));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Reads, cleans, splits, trains a tokenizer (unless one is given) and packs.</summary>
    public static PreparedText Prepare(
        string? path, int vocabularySize, int contextLength, long seed, IRecipeObserver observer, Tokenizer? tokenizer = null, CancellationToken cancellation = default)
    {
        observer.Stage("reading text");
        var skipped = new SkippedNotes(observer);
        var reading = new CorpusOptions { Reading = new TextSourceOptions { Skipped = skipped.Add } };
        var corpus = CorpusPreparation.Prepare(path, Rng.From(seed).Split("corpus"), reading, progress =>
            observer.Progress(progress.Done, progress.Total, progress.Stage == CorpusStage.Reading && path is null ? "files" : "documents"), cancellation);
        skipped.Close("run.json names them");
        tokenizer ??= TrainTokenizer(corpus, vocabularySize, observer, cancellation);
        observer.Stage("encoding");
        var train = TokenDataset.Pack(Texts(corpus.Train, cancellation), tokenizer, contextLength);
        var validation = TokenDataset.Pack(Texts(corpus.Validation, cancellation), tokenizer, contextLength);
        return new PreparedText(corpus, tokenizer, train, validation, HeldOut(corpus, validation));
    }

    private static Tokenizer TrainTokenizer(PreparedCorpus corpus, int vocabularySize, IRecipeObserver observer, CancellationToken cancellation)
    {
        observer.Stage("training the tokenizer");
        var tokenizer = BpeTrainer.Train(Texts(corpus.Train, cancellation), new BpeTrainerOptions { VocabularySize = vocabularySize, AllowSmaller = true },
            new ObserverProgress(observer), cancellation);
        if (tokenizer.VocabularySize < vocabularySize)
            observer.Note(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"  the text supports a vocabulary of {tokenizer.VocabularySize:N0} tokens, not the {vocabularySize:N0} asked for"));
        return tokenizer;
    }

    private static IEnumerable<string> Texts(IReadOnlyList<Document> documents, CancellationToken cancellation)
    {
        foreach (var document in documents)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return document.Text;
        }
    }

    private static List<EvaluationDocument> HeldOut(PreparedCorpus corpus, TokenDataset packed)
    {
        var tokens = packed.Tokens.ToArray();
        var result = new List<EvaluationDocument>();
        for (var i = 0; i < packed.DocumentCount; i++)
        {
            var start = packed.DocumentStarts[i];
            var end = i + 1 < packed.DocumentCount ? packed.DocumentStarts[i + 1] : tokens.Length;
            result.Add(new EvaluationDocument(tokens.AsMemory(start, end - start), Encoding.UTF8.GetByteCount(corpus.Validation[i].Text)));
        }
        return result;
    }

    private static bool[] ChooseSample(IReadOnlyList<EvaluationDocument> held)
    {
        var total = held.Sum(document => document.TextBytes);
        var every = Math.Max(1, total / SampleBytes);
        return [.. held.Select((_, i) => i % every == 0)];
    }
}
