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

    [Theory]
    [InlineData("bert", PoolingModes.Mean)]
    [InlineData("bert", PoolingModes.First)]
    [InlineData("llama", PoolingModes.Last)]
    public void AFileGivesTheVectorsOfTheFolderItIsFrom(string family, PoolingModes pooling)
    {
        var model = ConversionSamples.Write(_folder, ModelFamilies.Named(family, "test").TinyConfigs[0]);
        EmbedderFolder.Save(new Embedder(model, pooling, normalised: true), _folder);
        File.Delete(Path.Combine(_folder, "sentence_bert_config.json"));
        using var files = new SmallRuns();
        var report = ModelConversion.Convert(_folder, files.In("model.gguf"));
        Assert.DoesNotContain(report.Notes, note => note.Contains("vector", StringComparison.Ordinal) || note.Contains("cut at", StringComparison.Ordinal));
        string[] texts = ["a bad cab", "cab", string.Concat(Enumerable.Repeat("a bad cab fed ", 40))];
        var (folder, notes) = (EmbeddingRecipe.Embed(_folder, texts), new Notes());
        var file = EmbeddingRecipe.Embed(files.In("model.gguf"), texts, null, notes);
        // rotated pairs lie elsewhere in a GGUF file's heads, and sums over a head come in another order
        foreach (var (expected, found) in folder.Vectors.Zip(file.Vectors))
            Assert.InRange(expected.Zip(found, (x, y) => Math.Abs(x - y)).Max(), 0, family == "llama" ? 1e-6 : 0);
        Assert.Equal(folder.TokenCounts, file.TokenCounts);
        Assert.Equal((1, 1), (folder.CutCount, file.CutCount));
        Assert.InRange(folder.Similarity(0, 1), -1, 0.9999);
        Assert.StartsWith($"pooling {pooling}, vectors of length one, texts of at most {model.ContextLength} tokens", notes.Said[0], StringComparison.Ordinal);
        Assert.StartsWith("memory ", notes.Said[1], StringComparison.Ordinal);
        Assert.Contains($"for {folder.TokenCounts.Sum()} tokens at once", notes.Said[1], StringComparison.Ordinal);
        // and so does the folder that the file becomes
        ModelConversion.Convert(files.In("model.gguf"), files.In("second"));
        Assert.Equal(folder.Vectors, EmbeddingRecipe.Embed(files.In("second"), texts).Vectors);
    }

    [Fact]
    public void AFileThatSaysNothingNeedsToBeToldHow()
    {
        using var files = new SmallRuns();
        ConversionSamples.Write(_folder, ModelFamilies.Named("bert", "test").TinyConfigs[0]);
        ModelConversion.Convert(_folder, files.In("model.gguf"));
        var error = Assert.Throws<InkstoneRequestException>(() => EmbeddingRecipe.Embed(files.In("model.gguf"), ["cab"]));
        Assert.Contains("--pooling", error.Message, StringComparison.Ordinal);
        foreach (var pooling in (PoolingModes[])[PoolingModes.Max, PoolingModes.Mean])
            Assert.Equal(EmbeddingRecipe.Embed(_folder, ["cab"], new() { Pooling = pooling }).Vectors, EmbeddingRecipe.Embed(files.In("model.gguf"), ["cab"], new() { Pooling = pooling }).Vectors);
    }

    [Fact]
    public void AFileThatRanksTextsIsRefusedByName()
    {
        var path = Path.Combine(_folder, "rank.gguf");
        SampleFiles.WriteGguf(path, values: values => values.Set("llama.pooling_type", 4u));
        var error = Assert.Throws<InkstoneFormatException>(() => EmbeddingRecipe.Embed(path, ["a"], new() { Pooling = PoolingModes.Mean }));
        Assert.Contains("pooling_type", error.Where, StringComparison.Ordinal);
        Assert.Contains("ranks of texts", error.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatAFileDoesNotKeepOfAnEmbedderIsTold()
    {
        var model = ConversionSamples.Write(_folder, ModelFamilies.Named("bert", "test").TinyConfigs[0]);
        EmbedderFolder.Save(new Embedder(model, PoolingModes.Mean, normalised: false, maximumLength: 7), _folder);
        File.WriteAllText(Path.Combine(_folder, "config_sentence_transformers.json"), """{"prompts": {"query": "a "}, "default_prompt_name": null}""");
        using var files = new SmallRuns();
        var notes = string.Join('\n', ModelConversion.Convert(_folder, files.In("model.gguf")).Notes);
        foreach (var part in (string[])["keep their length", "cut at 7 tokens", "1 prompts"])
            Assert.Contains(part, notes, StringComparison.Ordinal);
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

    private sealed class Notes : IRecipeObserver
    {
        public List<string> Said { get; } = [];

        public void Note(string text) => Said.Add(text);
    }
}
