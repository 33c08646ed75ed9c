using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes.Tests;

/// <summary>Folders to GGUF files and back: tensors, configurations, logits and tokenizers are what they were.</summary>
public sealed class ConversionTests : IDisposable
{
    private readonly SmallRuns _folder = new();

    public static TheoryData<string, int> Families => ConversionSamples.Families();

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Families))]
    public void ThereAndBackIsTheSameToTheBit(string family, int number)
    {
        var config = ModelFamilies.Named(family, "test").TinyConfigs[number];
        var (first, file, second) = (_folder.In("first"), _folder.In("model.gguf"), _folder.In("second"));
        ConversionSamples.Write(first, config);
        if (!IsInGguf(config))
        {
            Assert.Throws<InkstoneRequestException>(() => ModelConversion.Convert(first, file));
            Assert.Equal(["first"], Names());
            return;
        }
        ModelConversion.Convert(first, file);
        ModelConversion.Convert(file, second);
        var (before, after) = (ConversionSamples.Tensors(first), ConversionSamples.Tensors(second));
        if (config is BertConfig bert)
        {
            // GGUF keeps neither a pooler nor the positions that are never used, and calls RoBERTa BERT
            before = before.Where(tensor => !tensor.Key.Contains("pooler", StringComparison.Ordinal)).ToDictionary();
            if (bert.FirstPosition > 0)
                (before, after) = (WithoutPositions(before, "roberta."), WithoutPositions(after, "bert."));
            else
                Assert.Equal(ConversionSamples.Meaning(first), ConversionSamples.Meaning(second));
        }
        else
        {
            Assert.Equal(ConversionSamples.Meaning(first), ConversionSamples.Meaning(second));
        }
        Assert.Equal(before.OrderBy(pair => pair.Key), after.OrderBy(pair => pair.Key));
        Assert.Equal(ConversionSamples.Logits(first), ConversionSamples.Logits(second));
    }

    [Fact]
    public void TokenizersAndEndTokensGoWithTheModel()
    {
        var (first, file, second) = (_folder.In("first"), _folder.In("model.gguf"), _folder.In("second"));
        ConversionSamples.Write(first, Llama);
        ModelConversion.Convert(first, file);
        ModelConversion.Convert(file, second);
        foreach (var path in new[] { file, second })
        {
            var (before, after) = (Tokenizer.Load(first), Tokenizer.Load(path));
            Assert.Equal(before.Encode("ab a bad cab"), after.Encode("ab a bad cab"));
            Assert.Equal("ab a bad cab", after.Decode(after.Encode("ab a bad cab")).TrimStart());
            Assert.Equal(1, after.EndOfText);
            Assert.Equal(path == file ? Llama.VocabularySize : before.VocabularySize, after.VocabularySize);
            Assert.Equal("{{ messages[0].content }}", after.Config!.ChatTemplates["default"]);
        }
        using var opened = GgufFile.Open(file);
        Assert.Equal(3, opened.Metadata.Get("tokenizer.ggml.eot_token_id").AsInt64());
        var generation = BoundedJson.ReadFile(Path.Combine(second, "generation_config.json")).AsObject();
        Assert.Equal([1, 3], generation.GetInt32s("eos_token_id", 0, 100, 9));
        Assert.Equal((0.6, 20), (generation.GetDouble("temperature", 0, 9), generation.GetInt32("top_k", 0, 99)));
        var published = (Tokenizer.Load(first), Tokenizer.Load(second));
        Assert.Equal(Enumerable.Range(0, published.Item1.VocabularySize).Select(published.Item1.IdToToken), Enumerable.Range(0, published.Item2.VocabularySize).Select(published.Item2.IdToToken));
        Assert.Equal(LoadedModel.Open(file).Model.VocabularySize, LoadedModel.Open(second).Model.VocabularySize);
    }

    [Fact]
    public void SettingsAreThoseThatServingApplies()
    {
        var (first, file, second) = (_folder.In("first"), _folder.In("model.gguf"), _folder.In("second"));
        ConversionSamples.Write(first, Llama);
        // without drawing the temperature means nothing, the penalty all the same
        File.WriteAllText(Path.Combine(first, "generation_config.json"), """{"eos_token_id": 3, "do_sample": false, "temperature": 0.6, "repetition_penalty": 1.25}""");
        ModelConversion.Convert(first, file);
        ModelConversion.Convert(file, second);
        using var opened = GgufFile.Open(file);
        Assert.Null(opened.Metadata.Find("general.sampling.temp"));
        Assert.Equal(1.25, opened.Metadata.Get("general.sampling.penalty_repeat").AsDouble());
        var generation = BoundedJson.ReadFile(Path.Combine(second, "generation_config.json")).AsObject();
        Assert.Equal((false, false, 1.25), (generation.Has("do_sample"), generation.Has("temperature"), generation.GetDouble("repetition_penalty", 0, 9)));
        Assert.Contains(3, generation.GetInt32s("eos_token_id", 0, 100, 9));
    }

    [Theory]
    [InlineData("[1, 3]", "")]
    [InlineData("[1, 3, 0]", "0 <pad> ends")]
    [InlineData("[1, 3, 0, 2]", "0 <pad>, 2 <unk> end ")]
    [InlineData("[1, 300]", "")] // a number without a token ends nothing
    public void EndTokensThatAFileDoesNotNameAreTold(string ends, string told)
    {
        ConversionSamples.Write(_folder.In("first"), Llama);
        File.WriteAllText(_folder.In("first", "generation_config.json"), $$"""{"eos_token_id": {{ends}}}""");
        var notes = ModelConversion.Convert(_folder.In("first"), _folder.In("model.gguf")).Notes;
        if (told.Length == 0)
            Assert.Empty(notes);
        else
            Assert.StartsWith("not kept: that " + told, Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void AnEndTokenKnownByItsNameIsNotLost()
    {
        ConversionSamples.Write(_folder.In("first"), Llama);
        foreach (var name in (string[])["tokenizer.json", "tokenizer_config.json"])
            File.WriteAllText(_folder.In("first", name), File.ReadAllText(_folder.In("first", name)).Replace("<pad>", "<|im_end|>", StringComparison.Ordinal));
        File.WriteAllText(_folder.In("first", "generation_config.json"), """{"eos_token_id": [1, 3, 0]}""");
        Assert.Empty(ModelConversion.Convert(_folder.In("first"), _folder.In("model.gguf")).Notes);
        Assert.Equal([1, 3, 0], LoadedModel.Open(_folder.In("model.gguf")).Defaults.EndTokens);
    }

    [Theory]
    [InlineData(WeightFormat.F16)]
    [InlineData(WeightFormat.BF16)]
    [InlineData(WeightFormat.Q8_0)]
    public void TypesAreWrittenAndKept(WeightFormat format)
    {
        ConversionSamples.Write(_folder.In("first"), Llama with { TiedHead = false });
        var report = ModelConversion.Convert(_folder.In("first"), _folder.In("a.gguf"), new() { Format = format });
        // the feed-forward's rows of 48 are no whole blocks of Q8_0
        Assert.Equal(format == WeightFormat.Q8_0 ? [format, WeightFormat.F16, WeightFormat.F32] : [format, WeightFormat.F32], report.Numbers.OrderByDescending(pair => pair.Value).Select(pair => pair.Key));
        var folder = ModelConversion.Convert(_folder.In("a.gguf"), _folder.In("second"));
        Assert.Equal(format == WeightFormat.Q8_0 ? WeightFormat.F16 : format, folder.Numbers.MaxBy(pair => pair.Value).Key);
        if (format == WeightFormat.Q8_0)
            return;
        ModelConversion.Convert(_folder.In("second"), _folder.In("b.gguf"));
        using var a = GgufFile.Open(_folder.In("a.gguf"));
        using var b = GgufFile.Open(_folder.In("b.gguf"));
        foreach (var tensor in a.Tensors)
            Assert.Equal(BytesOf(a, tensor.Name), BytesOf(b, tensor.Name));
        Assert.Contains(format == WeightFormat.F16 ? "float16" : "bfloat16", File.ReadAllText(_folder.In("second", "config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void SplitFilesAndShardsHoldTheSame()
    {
        ConversionSamples.Write(_folder.In("first"), Llama);
        var split = ModelConversion.Convert(_folder.In("first"), _folder.In("model.gguf"), new() { SplitBytes = 20_000 });
        Assert.InRange(split.Files.Count, 3, 50);
        var shards = ModelConversion.Convert(split.Files[1].Key, _folder.In("second"), new() { ShardBytes = 15_000 });
        Assert.InRange(shards.Files.Count(file => file.Key.EndsWith(".safetensors", StringComparison.Ordinal)), 3, 50);
        Assert.Equal(ConversionSamples.Tensors(_folder.In("first")).OrderBy(pair => pair.Key), ConversionSamples.Tensors(_folder.In("second")).OrderBy(pair => pair.Key));
        Assert.Equal(shards.Bytes, new DirectoryInfo(_folder.In("second")).EnumerateFiles().Sum(file => file.Length));
    }

    [Fact]
    public void AnEmbedderStaysOne()
    {
        var bert = ModelFamilies.Named("bert", "test").TinyConfigs[0];
        var model = ConversionSamples.Write(_folder.In("first"), bert);
        EmbedderFolder.Save(new Embedder(model, PoolingModes.Mean, normalised: true), _folder.In("first"));
        ModelConversion.Convert(_folder.In("first"), _folder.In("model.gguf"));
        using (var file = GgufFile.Open(_folder.In("model.gguf")))
            Assert.Equal((1, 2), ((int)file.Metadata.Get("bert.pooling_type").AsInt64(), (int)file.Metadata.Get("tokenizer.ggml.token_type_count").AsInt64()));
        ModelConversion.Convert(_folder.In("model.gguf"), _folder.In("second"));
        int[] tokens = [3, 4, 9, 20, 1];
        Assert.Equal(EmbedderFolder.Load(_folder.In("first")).Embed([tokens])[0], EmbedderFolder.Load(_folder.In("second")).Embed([tokens])[0]);
        EmbedderFolder.Save(new Embedder(model, PoolingModes.Max, normalised: true), _folder.In("first"));
        Assert.Throws<InkstoneRequestException>(() => ModelConversion.Convert(_folder.In("first"), _folder.In("other.gguf")));
    }

    [Fact]
    public void NothingIsReplacedUnasked()
    {
        var (first, file, second) = (_folder.In("first"), _folder.In("model.gguf"), _folder.In("second"));
        ConversionSamples.Write(first, Llama);
        ModelConversion.Convert(first, file);
        var written = File.ReadAllBytes(file);
        Assert.Throws<InkstoneRequestException>(() => ModelConversion.Convert(first, file));
        ModelConversion.Convert(file, second);
        Assert.Throws<InkstoneRequestException>(() => ModelConversion.Convert(file, second));
        _folder.WriteFile("other/letter.txt", "kept");
        Assert.Throws<InkstoneRequestException>(() => ModelConversion.Convert(file, _folder.In("other"), new() { Replaces = true }));
        File.Delete(Path.Combine(second, "tokenizer.json"));
        ModelConversion.Convert(file, second, new() { Replaces = true });
        Assert.True(File.Exists(Path.Combine(second, "tokenizer.json")));
        ModelConversion.Convert(first, file, new() { Replaces = true });
        Assert.Equal(written, File.ReadAllBytes(file));
        Assert.Equal(["first", "model.gguf", "other", "second"], Names());
    }

    [Fact]
    public void ALargeNumberIsNotMadeInfinite()
    {
        var model = ConversionSamples.Write(_folder.In("first"), Llama);
        var table = model.Parameters.First();
        table.Set(Tensor.Full(table.Value.Shape, 1e6, null, model.Backend));
        ModelFolder.Save(model, _folder.In("first"));
        Assert.Throws<InkstoneNumericException>(() => ModelConversion.Convert(_folder.In("first"), _folder.In("model.gguf"), new() { Format = WeightFormat.F16 }));
        Assert.Equal(["first"], Names());
    }

    private static LlamaConfig Llama { get; } = (LlamaConfig)ModelFamilies.Named("llama", "test").TinyConfigs[0];

    private string[] Names() => [.. Directory.EnumerateFileSystemEntries(_folder.Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static byte[] BytesOf(GgufFile file, string name)
    {
        var tensor = file.Get(name);
        var bytes = new byte[tensor.ByteLength];
        file.Read(tensor, 0, bytes);
        return bytes;
    }

    private static Dictionary<string, string> WithoutPositions(Dictionary<string, string> tensors, string prefix) =>
        tensors.Where(tensor => !tensor.Key.Contains("position_embeddings", StringComparison.Ordinal)).ToDictionary(tensor => tensor.Key.Replace(prefix, "", StringComparison.Ordinal), tensor => tensor.Value);

    private static bool IsInGguf(ModelConfig config)
    {
        try
        {
            GgufModel.ValuesOf(config);
            return true;
        }
        catch (InkstoneRequestException)
        {
            return false;
        }
    }
}
