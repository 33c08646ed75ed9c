using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;

namespace Inkstone.Recipes.Tests;

/// <summary>Vectors of texts from sentence-transformers folders and from plain encoders.</summary>
public sealed class EmbeddingRecipeTests : IDisposable
{
    private static readonly BertConfig Config = new() { VocabularySize = 320, ContextLength = 32, Width = 32, LayerCount = 2, HeadCount = 2, HiddenWidth = 64, InitialDeviation = 0.3 };

    private readonly string _folder = Directory.CreateTempSubdirectory("inkstone-embed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AFolderSaysHowRowsBecomeAVector()
    {
        WriteFolder(modules: true);
        var embedded = EmbeddingRecipe.Embed(_folder, ["the river", "the river", "the moon rose over it"]);
        Assert.All(embedded.Vectors, vector => Assert.Equal(1, Math.Sqrt(vector.Sum(x => (double)x * x)), 1e-5));
        Assert.Equal(1, embedded.Similarity(0, 1), 1e-6);
        Assert.InRange(embedded.Similarity(0, 2), -1, 0.9999);
        Assert.Equal(embedded.Similarity(0, 2), embedded.Similarity(2, 0));
        Assert.Equal(0, embedded.CutCount);
        // by hand
        var rows = EmbedderFolder.Load(_folder).Embed([SampleFiles.Words.Encode("the moon rose over it")]);
        Assert.Equal(rows[0], embedded.Vectors[2].Select((x, i) => Math.Abs(x - rows[0][i]) < 1e-5 ? rows[0][i] : x));
    }

    [Fact]
    public void AnEncoderNeedsToBeToldHow()
    {
        WriteFolder(modules: false);
        Assert.Contains("--pooling", Assert.Throws<InkstoneRequestException>(() => EmbeddingRecipe.Embed(_folder, ["the river"])).Message, StringComparison.Ordinal);
        var mean = EmbeddingRecipe.Embed(_folder, ["the river"], new() { Pooling = PoolingModes.Mean });
        var first = EmbeddingRecipe.Embed(_folder, ["the river"], new() { Pooling = PoolingModes.First });
        Assert.NotEqual(mean.Vectors[0], first.Vectors[0]);
    }

    [Fact]
    public void LongTextsAreCutAndCounted()
    {
        WriteFolder(modules: true);
        var embedded = EmbeddingRecipe.Embed(_folder, ["the river", string.Concat(Enumerable.Repeat("the river ran past ", 30))]);
        Assert.Equal(1, embedded.CutCount);
        Assert.Equal(32, embedded.TokenCounts[1]);
    }

    [Fact]
    public void PromptsStandBeforeTexts()
    {
        WriteFolder(modules: true);
        var plain = EmbeddingRecipe.Embed(_folder, ["the river", "over the river"]);
        File.WriteAllText(Path.Combine(_folder, "config_sentence_transformers.json"), """{"prompts": {"query": "over ", "none": ""}, "default_prompt_name": "query"}""");
        Assert.Equal(plain.Vectors[1], EmbeddingRecipe.Embed(_folder, ["the river"]).Vectors[0]);
        Assert.Equal(plain.Vectors[0], EmbeddingRecipe.Embed(_folder, ["the river"], new() { PromptName = "none" }).Vectors[0]);
        Assert.Contains("query", Assert.Throws<InkstoneRequestException>(() => EmbeddingRecipe.Embed(_folder, ["a"], new() { PromptName = "passage" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNotThereOrEmptyIsSaid()
    {
        Assert.Throws<InkstoneNotFoundException>(() => EmbeddingRecipe.Embed(Path.Combine(_folder, "no"), ["a"]));
        WriteFolder(modules: true);
        Assert.Throws<InkstoneRequestException>(() => EmbeddingRecipe.Embed(_folder, [""]));
    }

    private void WriteFolder(bool modules)
    {
        var model = ModelFamilies.Named(Config.Family, "test").Create(Config, Rng.From(1));
        if (modules)
            EmbedderFolder.Save(new Embedder(model, PoolingModes.Mean, normalised: true), _folder);
        else
            ModelFolder.Save(model, _folder);
        File.WriteAllBytes(Path.Combine(_folder, "tokenizer.json"), SampleFiles.Words.ToJson());
    }
}
