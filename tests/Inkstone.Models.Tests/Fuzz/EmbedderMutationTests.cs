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

    [Theory]
    [InlineData("modules.json")]
    [InlineData("1_Pooling/config.json")]
    [InlineData("2_Dense/config.json")]
    [InlineData("sentence_bert_config.json")]
    public void EndInFormatErrorsOrEmbedders(string name)
    {
        var model = new Bert(new() { VocabularySize = 41, ContextLength = 20, Width = 8, LayerCount = 1, HeadCount = 2, HiddenWidth = 8 }, Rng.From(1));
        var layer = new EmbeddingLayer(new Linear(new ParameterSource("", Rng.From(2), model.Backend), 16, 6, bias: true, 0.3), UnaryFunction.Tanh);
        EmbedderFolder.Save(new Embedder(model, PoolingModes.Mean | PoolingModes.First, normalised: true, maximumLength: 12, [layer]), _folder);
        var (path, whole, runs) = (Path.Combine(_folder, name), 0, 0);
        Mutations.Run(new JsonMutator([File.ReadAllBytes(path)], Words).Mutate, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            using var scope = PoolScope.Open();
            return Found(() => EmbedderFolder.ReadDescription(_folder));
        }, _ =>
        {
            if (whole++ % 16 != 0)
                return;
            try
            {
                using var scope = PoolScope.Open();
                Assert.NotEmpty(Found(() => EmbedderFolder.Load(_folder)).Embed([new[] { 1, 7, 2 }])[0]);
                runs++;
            }
            catch (InkstoneFormatException)
            {
            }
            catch (InkstoneRequestException)
            {
                Assert.Equal("sentence_bert_config.json", name); // the text is longer than it allows
            }
        }, refuses: int.MaxValue);
        output.WriteLine($"{runs} of {whole} were run");
        Assert.True(runs > whole / 200, $"only {runs} were run");
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
