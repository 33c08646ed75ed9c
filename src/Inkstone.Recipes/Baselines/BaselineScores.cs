using System.Text;
using Inkstone.Corpus;
using Inkstone.Evaluation;
using Inkstone.Foundation.Errors;
using Inkstone.Models;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>A model or method to be beaten, and its score on the same held-out bytes.</summary>
/// <param name="Name">What it is.</param>
/// <param name="BitsPerByte">Its score on all held-out text; null when it could not be measured.</param>
/// <param name="SampleBitsPerByte">Its score on the sample that training is watched with; null where it has none of its own.</param>
/// <param name="Remark">Its memory, or why it could not be measured.</param>
public sealed record Baseline(string Name, double? BitsPerByte, double? SampleBitsPerByte, string Remark);

/// <summary>
/// The honest baselines: brotli on the held-out text, and n-gram models with modified Kneser-Ney smoothing, over bytes and over tokens, trained on the whole training text.
/// </summary>
public static class BaselineScores
{
    /// <summary>Measures all three.</summary>
    /// <param name="train">The training text.</param>
    /// <param name="held">The held-out text.</param>
    /// <param name="tokens">The training text as tokens.</param>
    /// <param name="heldTokens">The held-out text as tokens, a document each.</param>
    /// <param name="sampled">Which held-out documents are the sample.</param>
    /// <param name="vocabularySize">The tokenizer's.</param>
    /// <param name="observer">Who watches.</param>
    public static IReadOnlyList<Baseline> Measure(
        IReadOnlyList<Document> train, IReadOnlyList<Document> held, TokenDataset tokens, IReadOnlyList<EvaluationDocument> heldTokens,
        IReadOnlyList<bool> sampled, int vocabularySize, IRecipeObserver observer)
    {
        observer.Progress(0, 3, "baselines");
        var brotli = CompressionBaseline.Measure(held.Select(document => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(document.Text)));
        var result = new List<Baseline> { new("brotli, level 11, window 24", brotli.BitsPerByte, null, "compresses the held-out text alone") };
        observer.Progress(1, 3, "baselines");
        result.Add(Score("bytes, order 5, Kneser-Ney", () => ByteModel(train), [.. held.Select(document => EvaluationDocument.FromBytes(document.Text))], sampled));
        observer.Progress(2, 3, "baselines");
        result.Add(Score("tokens, order 3, Kneser-Ney",
            () => NGramModel.Train(tokens.Tokens, tokens.DocumentStarts, new NGramOptions(3, vocabularySize)), heldTokens, sampled));
        observer.Progress(3, 3, "baselines");
        return result;
    }

    private static NGramModel ByteModel(IReadOnlyList<Document> train)
    {
        var trainer = new NGramTrainer(NGramOptions.ByteOrder5);
        foreach (var document in train)
            trainer.Add(ByteVocabulary.Encode(Encoding.UTF8.GetBytes(document.Text)));
        return trainer.Build();
    }

    private static Baseline Score(string name, Func<NGramModel> train, IReadOnlyList<EvaluationDocument> held, IReadOnlyList<bool> sampled)
    {
        try
        {
            var model = train();
            var memory = string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{model.TableBytes / 1048576.0:F1} MiB of tables, {model.TrainingPeakBytes / 1048576.0:F1} MiB while training");
            return new Baseline(name, BitsPerByte.Measure(model, held).BitsPerByte,
                BitsPerByte.Measure(model, held.Where((_, i) => sampled[i])).BitsPerByte, memory);
        }
        catch (InkstoneException error) when (error is InkstoneResourceException or InkstoneRequestException)
        {
            // a text or vocabulary too large for a bounded table costs the comparison, not the run
            return new Baseline(name, null, null, $"not measured: {error.Message}");
        }
    }
}
