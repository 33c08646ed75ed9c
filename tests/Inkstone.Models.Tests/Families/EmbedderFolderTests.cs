using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models.Tests;

/// <summary>Folders of sentence-transformers.</summary>
public sealed class EmbedderFolderTests
{
    private static readonly BertConfig Tiny = new()
    {
        VocabularySize = 41,
        ContextLength = 20,
        Width = 16,
        LayerCount = 2,
        HeadCount = 2,
        HiddenWidth = 24,
        InitialDeviation = 0.3,
    };

    private static readonly ReadOnlyMemory<int>[] Texts = [new[] { 1, 7, 9, 2 }, new[] { 1, 2 }, new[] { 1, 40, 3, 5, 8, 13, 21, 2 }];

    [Fact]
    public void SavedAndLoadedItGivesTheSameVectors() => InFolder(folder =>
    {
        var model = new Bert(Tiny with { HasPooler = true }, Rng.From(1));
        var layer = new EmbeddingLayer(new Linear(new ParameterSource("", Rng.From(2), model.Backend), 32, 6, bias: true, 0.3), UnaryFunction.Tanh);
        var embedder = new Embedder(model, PoolingModes.Mean | PoolingModes.First, normalised: true, maximumLength: 12, [layer]);
        EmbedderFolder.Save(embedder, folder);
        Assert.True(EmbedderFolder.IsEmbedder(folder));
        var loaded = Embedder.Load(folder);
        Assert.Equal((embedder.Pooling, true, 12, 1), (loaded.Pooling, loaded.IsNormalised, loaded.MaximumLength, loaded.Layers.Count));
        Assert.Equal(model.Config, loaded.Model.Config);
        var vectors = embedder.Embed(Texts);
        Assert.Equal(vectors, loaded.Embed(Texts));
        Assert.All(vectors, vector => Assert.Equal(1, vector.Sum(number => number * number), 1e-5));
    });

    [Fact]
    public void ADecoderGivesItsLastRow() => InFolder(folder =>
    {
        var model = new Llama(LlamaConfig.Tiny with { VocabularySize = 41, Width = 16, LayerCount = 2, HeadCount = 2, KeyValueHeadCount = 2, HeadWidth = 8, HiddenWidth = 24 }, Rng.From(1));
        EmbedderFolder.Save(new Embedder(model, PoolingModes.Last, normalised: false), folder);
        var vectors = Embedder.Load(folder, options: LoadOptions.ForUse).Embed(Texts);
        using var scope = PoolScope.Open();
        var pass = FullPass.Over(Texts[2].Span, new TokenLayout(0, Texts[2].Length), model.Backend);
        Assert.All(model.Forward(pass).Slice(0, Texts[2].Length - 1, 1).ToArray().Zip(vectors[2]), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    });

    [Fact]
    public void TextsThatTheNetworkDoesNotTakeAreRefused()
    {
        var embedder = new Embedder(new Bert(Tiny, Rng.From(1)), PoolingModes.Mean, normalised: true);
        Assert.Empty(embedder.Embed([]));
        Assert.Throws<InkstoneRequestException>(() => embedder.Embed([ReadOnlyMemory<int>.Empty]));
        Assert.Throws<InkstoneRequestException>(() => embedder.Embed([new int[21]]));
        Assert.Throws<InkstoneRequestException>(() => embedder.Embed([new[] { 41 }]));
    }

    [Theory]
    [InlineData("modules.json", "sentence_transformers.models.Pooling", "sentence_transformers.models.WordWeights", "WordWeights")]
    [InlineData("modules.json", "sentence_transformers.models.Pooling", "somebody.Pooling", "somebody.Pooling")]
    [InlineData("modules.json", "\"1_Pooling\"", "\"../1_Pooling\"", "outside")]
    [InlineData("modules.json", "\"1_Pooling\"", "\"1_\\u0000\"", "not there")]
    [InlineData("modules.json", "\"1_Pooling\"", "\"3_Pooling\"", "not there")]
    [InlineData("2_Dense/config.json", "\"out_features\": 6", "\"out_features\": 1048576", "at most")]
    [InlineData("modules.json", "sentence_transformers.models.Pooling", "sentence_transformers.models.Normalize", "Pooling")]
    [InlineData("1_Pooling/config.json", "\"include_prompt\": true", "\"include_prompt\": false", "prompt")]
    [InlineData("1_Pooling/config.json", "\"include_prompt\"", "\"pooling_mode_other\"", "pooling_mode_other")]
    [InlineData("1_Pooling/config.json", "\"word_embedding_dimension\": 16", "\"word_embedding_dimension\": 8", "width")]
    [InlineData("config.json", "\"absolute\"", "\"relative_key\"", "relative_key")]
    public void WhatIsNotKnownIsRefusedByName(string file, string from, string to, string named) => InFolder(folder =>
    {
        var model = new Bert(Tiny, Rng.From(1));
        var layer = new EmbeddingLayer(new Linear(new ParameterSource("", Rng.From(2), model.Backend), 16, 6, bias: true, 0.3), UnaryFunction.Tanh);
        EmbedderFolder.Save(new Embedder(model, PoolingModes.Mean, normalised: true, layers: [layer]), folder);
        var path = Path.Combine(folder, file);
        var text = File.ReadAllText(path);
        Assert.Contains(from, text);
        File.WriteAllText(path, text.Replace(from, to));
        Assert.Contains(named, Assert.Throws<InkstoneFormatException>(() => Embedder.Load(folder)).ToString());
    });

    [Fact]
    public void PartsAreCounted() => InFolder(folder =>
    {
        var part = """{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Dense"}""";
        File.WriteAllText(Path.Combine(folder, "modules.json"), $"[{string.Join(",", Enumerable.Repeat(part, 65))}]");
        Assert.Contains("too many parts", Assert.Throws<InkstoneFormatException>(() => EmbedderFolder.ReadDescription(folder)).Message, StringComparison.Ordinal);
    });

    private static void InFolder(Action<string> test)
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-embedder-").FullName;
        try
        {
            test(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
