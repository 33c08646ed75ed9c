using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Tokenizers;

namespace Inkstone.Inference.Tests;

/// <summary>What generation_config.json and GGUF metadata say of generation: applied, or named.</summary>
public sealed class GenerationDefaultsTests : IDisposable
{
    private static readonly GenerationOptions Own = new() { MaxTokens = 100, Temperature = 0.7, TopP = 0.95, TopK = 40 };

    private readonly string _folder = Directory.CreateTempSubdirectory("inkstone-defaults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("7", new[] { 7 })]
    [InlineData("[7, 9, 7]", new[] { 7, 9 })]
    [InlineData("[-1, 7, 100000]", new[] { 7 })] // no token of the vocabulary has the others
    [InlineData("[]", new int[0])]
    public void EndTokensAreOneOrSeveral(string written, int[] expected)
    {
        var end = Samples.Words.EndOfText!.Value;
        Assert.Equal([.. expected, end], Read($"{{\"eos_token_id\": {written}}}").EndTokens);
    }

    [Fact]
    public void TheConfigurationsEndTokensHoldWhereTheFileNamesNone()
    {
        var end = Samples.Words.EndOfText!.Value;
        File.WriteAllText(Path.Combine(_folder, "config.json"), """{"model_type": "llama", "eos_token_id": [11, 12]}""");
        Assert.Equal([11, 12, end], GenerationDefaults.FromFolder(_folder, Samples.Words).EndTokens);
        Assert.Equal([11, 12, end], Read("""{"temperature": 0.5}""").EndTokens);
        Assert.Equal([13, end], Read("""{"eos_token_id": 13}""").EndTokens);
        Assert.Equal([end], GenerationDefaults.FromTokenizer(Samples.Words).EndTokens);
    }

    [Fact]
    public void AFolderWithoutTheFileChangesNothing()
    {
        var defaults = GenerationDefaults.FromFolder(_folder, Samples.Words);
        Assert.Equal("", defaults.Source);
        Assert.Same(Own, defaults.Over(Own));
    }

    [Fact]
    public void WhatTheEngineHasIsApplied()
    {
        var defaults = Read("""
            {"do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.9, "min_p": 0.05, "typical_p": 0.8, "repetition_penalty": 1.05, "max_new_tokens": 512, "min_new_tokens": 2,
            "stop_strings": ["###", "END"], "transformers_version": "4.51.0", "pad_token_id": 0, "_from_model_config": true}
            """);
        var options = defaults.Over(Own);
        Assert.Equal((0.6, 20, 0.9, 0.05, 0.8, 1.05), (options.Temperature, options.TopK, options.TopP, options.MinP, options.TypicalP, options.RepetitionPenalty));
        Assert.Equal((512, 2), (options.MaxTokens, options.MinTokens));
        Assert.Equal(["###", "END"], options.Stop);
        Assert.Equal(10, defaults.Applied.Count);
        Assert.Empty(defaults.NotApplied);
        Assert.Equal(GenerationDefaults.FileName, defaults.Source);
    }

    [Fact]
    public void SamplingAskedForWithoutValuesIsFromTheModelsOwnDistribution()
    {
        var options = Read("""{"do_sample": true, "top_p": 0.8}""").Over(Own);
        Assert.Equal((1.0, 0, 0.8), (options.Temperature, options.TopK, options.TopP));
    }

    [Fact]
    public void WhereSamplingIsRefusedItsValuesMeanNothingAndAreNamed()
    {
        var defaults = Read("""{"do_sample": false, "temperature": 0.6, "top_k": 3, "repetition_penalty": 1.1}""");
        var options = defaults.Over(Own);
        Assert.Equal((0.0, 40, 1.1), (options.Temperature, options.TopK, options.RepetitionPenalty));
        Assert.Equal(["temperature", "top_k"], defaults.NotApplied.Select(value => value.Key));
        Assert.All(defaults.NotApplied, value => Assert.Contains("do_sample is false", value.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void WhereSamplingIsNotMentionedTheValuesThatAreThereHold()
    {
        var options = Read("""{"temperature": 0.9}""").Over(Own);
        Assert.Equal((0.9, 40, 0.95), (options.Temperature, options.TopK, options.TopP));
    }

    [Theory]
    [InlineData("no_repeat_ngram_size", "3")]
    [InlineData("num_beams", "4")]
    [InlineData("length_penalty", "0.5")]
    [InlineData("guidance_scale", "1.5")]
    [InlineData("epsilon_cutoff", "0.001")]
    [InlineData("max_length", "4096")]
    [InlineData("forced_bos_token_id", "5")]
    [InlineData("begin_suppress_tokens", "[220, 221]")]
    [InlineData("renormalize_logits", "true")]
    [InlineData("watermarking_config", "{\"bias\": 2.0}")]
    [InlineData("something_of_next_year", "\"yes\"")]
    public void WhatTheEngineLacksIsNamed(string name, string value)
    {
        var defaults = Read($"{{\"{name}\": {value}}}");
        Assert.Equal(name, Assert.Single(defaults.NotApplied).Key);
        Assert.Empty(defaults.Applied);
        Assert.Same(Own, defaults.Over(Own));
    }

    [Theory]
    [InlineData("no_repeat_ngram_size", "0")]
    [InlineData("num_beams", "1")]
    [InlineData("length_penalty", "1.0")]
    [InlineData("guidance_scale", "null")]
    [InlineData("renormalize_logits", "false")]
    [InlineData("forced_eos_token_id", "null")]
    [InlineData("begin_suppress_tokens", "[]")]
    [InlineData("cache_implementation", "\"hybrid\"")]
    public void WhatAsksForNothingIsNotWorthALine(string name, string value) => Assert.Empty(Read($"{{\"{name}\": {value}}}").NotApplied);

    [Fact]
    public void WordsThatAreOneTokenAreForbidden()
    {
        var defaults = Read("""{"bad_words_ids": [[5], [6, 7], [900000]], "suppress_tokens": [5, 8, -1], "sequence_bias": [[[9], 1.5], [[1, 2], 2.0]]}""");
        var biases = defaults.Over(Own with { LogitBias = new Dictionary<int, double> { [9] = 0.5 } }).LogitBias;
        Assert.Equal(new Dictionary<int, double> { [5] = -100, [8] = -100, [9] = 2 }, biases.OrderBy(bias => bias.Key).ToDictionary());
        Assert.Equal(["bad_words_ids", "sequence_bias"], defaults.NotApplied.Select(value => value.Key));
        defaults.Over(Own).Validate();
    }

    [Theory]
    [InlineData("""{"temperature": "hot"}""", "temperature")]
    [InlineData("""{"temperature": 1e9}""", "temperature")]
    [InlineData("""{"top_p": 1.5}""", "top_p")]
    [InlineData("""{"top_k": 2.5}""", "top_k")]
    [InlineData("""{"do_sample": 1}""", "do_sample")]
    [InlineData("""{"eos_token_id": "two"}""", "eos_token_id")]
    [InlineData("""{"eos_token_id": [[2]]}""", "eos_token_id")]
    [InlineData("""{"max_new_tokens": 0}""", "max_new_tokens")]
    [InlineData("""{"stop_strings": [""]}""", "stop_strings")]
    [InlineData("""{"stop_strings": 5}""", "stop_strings")]
    [InlineData("""{"bad_words_ids": [5]}""", "bad_words_ids")]
    [InlineData("""{"sequence_bias": [[[1]]]}""", "sequence_bias")]
    public void ImpossibleValuesAreNamed(string json, string named) => Assert.Contains(named, Assert.Throws<InkstoneFormatException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void AListOfEndTokensIsBounded() =>
        Assert.Throws<InkstoneFormatException>(() => Read($"{{\"eos_token_id\": [{string.Join(',', Enumerable.Range(0, 300))}]}}"));

    [Fact]
    public void AFilesEndsAreTheUnionOfThreeAndOfTheKnownEndsOfTurns()
    {
        var (metadata, tokenizer) = Gguf(["<unk>", "<s>", "</s>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>", "<|end|>", "<|im_start|>"],
            values => values.Set("tokenizer.ggml.eos_token_id", 2u).Set("tokenizer.ggml.eot_token_id", 4u).Set("tokenizer.ggml.eom_token_id", 5u));
        Assert.Equal([2, 4, 5, 3, 6, 7], GenerationDefaults.FromGguf(metadata, tokenizer).EndTokens);
    }

    [Fact]
    public void AFileWithItsEndAloneHasThat()
    {
        var (metadata, tokenizer) = Gguf(["<unk>", "<s>", "</s>"], values => values.Set("tokenizer.ggml.eos_token_id", 2u).Set("tokenizer.ggml.eot_token_id", 4_000_000_000u));
        Assert.Equal([2], GenerationDefaults.FromGguf(metadata, tokenizer).EndTokens);
    }

    [Fact]
    public void WhereAReturnAndACallEndAnAnswerAMessagesEndDoesNot()
    {
        var (metadata, tokenizer) = Gguf(["<unk>", "<s>", "</s>", "<|end|>", "<|return|>", "<|call|>"], values => values.Set("tokenizer.ggml.eos_token_id", 2u));
        Assert.Equal([2, 4, 5], GenerationDefaults.FromGguf(metadata, tokenizer).EndTokens);
    }

    [Fact]
    public void TextThatLooksLikeAnEndEndsNothing()
    {
        // the bytes of the text are there, the token is not
        var (metadata, tokenizer) = Gguf(["<unk>", "<s>", "</s>"], values => values.Set("tokenizer.ggml.eos_token_id", 2u));
        Assert.DoesNotContain(tokenizer.Encode("<|im_end|>"), GenerationDefaults.FromGguf(metadata, tokenizer).EndTokens.Contains);
    }

    [Fact]
    public void SettingsOfTheSamplerInAFileAreAppliedOrNamed()
    {
        var (metadata, tokenizer) = Gguf(["<unk>", "<s>", "</s>"], values => values.Set("general.sampling.temp", 0.6f).Set("general.sampling.top_k", 20).Set("general.sampling.penalty_last_n", -1)
            .Set("general.sampling.mirostat", 2));
        var defaults = GenerationDefaults.FromGguf(metadata, tokenizer);
        var options = defaults.Over(Own);
        Assert.Equal((0.6, 20, 0, 0.95), (options.Temperature, options.TopK, options.RepetitionWindow, options.TopP));
        Assert.Equal("general.sampling.mirostat", Assert.Single(defaults.NotApplied).Key);
        var (bad, same) = Gguf(["<unk>", "<s>", "</s>"], values => values.Set("general.sampling.top_p", 7f));
        Assert.Contains("general.sampling.top_p", Assert.Throws<InkstoneFormatException>(() => GenerationDefaults.FromGguf(bad, same)).Message, StringComparison.Ordinal);
    }

    private GenerationDefaults Read(string json)
    {
        File.WriteAllText(Path.Combine(_folder, GenerationDefaults.FileName), json);
        return GenerationDefaults.FromFolder(_folder, Samples.Words);
    }

    private (GgufMetadata Metadata, Tokenizer Tokenizer) Gguf(string[] controls, Action<GgufValues> change)
    {
        string[] tokens = [.. controls, .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")];
        var values = new GgufValues().Set("general.architecture", "llama").Set("tokenizer.ggml.model", "llama").SetTexts("tokenizer.ggml.tokens", tokens)
            .SetArray<float>("tokenizer.ggml.scores", [.. Enumerable.Range(0, tokens.Length).Select(i => (float)-i)])
            .SetArray<int>("tokenizer.ggml.token_type", [2, .. Enumerable.Repeat(3, controls.Length - 1), .. Enumerable.Repeat(6, 256)]);
        change(values);
        var path = Path.Combine(_folder, "vocabulary.gguf");
        using (var file = File.Create(path))
            GgufWriter.Write(values, [], file);
        using var read = File.OpenRead(path);
        var metadata = GgufMetadata.Read(read, "vocabulary.gguf");
        return (metadata, Tokenizer.FromGguf(metadata));
    }
}
