using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;
using Inkstone.TestKit;
using Xunit.Abstractions;

namespace Inkstone.Models.Tests;

/// <summary>Mutants of what a folder of sentence-transformers says of its parts.</summary>
public sealed class EmbedderMutationTests(ITestOutputHelper output) : IDisposable
{
    private static readonly byte[][] Words =
    [
        .. ((string[])["\"path\":\"1_Pooling\"", "\"path\":\"\"", "\"path\":\"..\"", "\"path\":\"a\\u0000\"", "\"path\":\"2_Dense/..\"", "sentence_transformers.models.", "Dense", "Normalize",
            "Pooling", "{", "}", "[", "]", ",", ":", "\"", "0", "1", "1048576", "true", "false", "null"]).Select(Encoding.UTF8.GetBytes),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("inkstone-mutants-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EndInFormatErrorsOrEmbedders()
    {
        var model = new Bert(new() { VocabularySize = 41, ContextLength = 20, Width = 8, LayerCount = 1, HeadCount = 2, HiddenWidth = 8 }, Rng.From(1));
        var layer = new EmbeddingLayer(new Linear(new ParameterSource("", Rng.From(2), model.Backend), 16, 6, bias: true, 0.3), UnaryFunction.Tanh);
        EmbedderFolder.Save(new Embedder(model, PoolingModes.Mean | PoolingModes.First, normalised: true, maximumLength: 12, [layer]), _folder);
        string[] paths = [.. ((string[])["modules.json", "1_Pooling/config.json", "2_Dense/config.json", "sentence_bert_config.json"]).Select(name => Path.Combine(_folder, name))];
        byte[][] seeds = [.. paths.Select(File.ReadAllBytes)];
        JsonMutator[] mutators = [.. seeds.Select(seed => new JsonMutator([seed], Words))];
        var (file, accepted, runs) = (0, 0, 0);
        Mutations.Run(random =>
        {
            File.WriteAllBytes(paths[file], seeds[file]);
            file = random.NextInt(paths.Length);
            var bytes = mutators[file].Mutate(random);
            File.WriteAllBytes(paths[file], bytes);
            return bytes;
        }, _ => Found(() => EmbedderFolder.ReadDescription(_folder)), _ =>
        {
            if (accepted++ % 4 == 0)
                runs += TryRun() ? 1 : 0;
        }, share: 5);
        output.WriteLine($"{runs} were run");
        Assert.True(runs > Mutations.Rounds / 200, $"only {runs} were run");
    }

    private bool TryRun()
    {
        using var scope = PoolScope.Open();
        try
        {
            var embedder = Found(() => EmbedderFolder.Load(_folder));
            Assert.NotEmpty(embedder.Embed([new[] { 1, 7, 2 }.AsMemory(0, Math.Min(3, embedder.MaximumLength))])[0]);
            return true;
        }
        catch (InkstoneFormatException)
        {
            return false;
        }
    }

    /// <summary>A part may name a folder in which there is nothing of its kind.</summary>
    private static T Found<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InkstoneNotFoundException error)
        {
            throw new InkstoneFormatException(error.What, error.Where, cause: error);
        }
    }
}
