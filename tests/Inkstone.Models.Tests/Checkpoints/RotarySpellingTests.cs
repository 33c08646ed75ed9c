using System.Globalization;

namespace Inkstone.Models.Tests;

/// <summary>Rotary positions in the older spelling (<c>rope_theta</c> and <c>rope_scaling</c>, whose kind has two names) and in the newer one (<c>rope_parameters</c>, for all layers or for each kind).</summary>
public sealed class RotarySpellingTests
{
    private const string Lists = """
        "short_factor": [1, 1.5, 2, 2.5], "long_factor": [2, 4, 6, 8]
        """;

    private const string Llama = """
        "model_type": "llama", "hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2, "num_hidden_layers": 2, "vocab_size": 100, "max_position_embeddings": 1024,
        "rms_norm_eps": 1e-5
        """;

    private const string Gemma = """
        "model_type": "gemma3_text", "hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8, "num_hidden_layers": 6, "vocab_size": 100,
        "max_position_embeddings": 1024, "sliding_window": 64, "sliding_window_pattern": 6, "query_pre_attn_scalar": 8
        """;

    private const string Olmo = """
        "model_type": "olmo3", "hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2, "num_hidden_layers": 4, "vocab_size": 100, "max_position_embeddings": 1024, "rms_norm_eps": 1e-6,
        "sliding_window": 64, "layer_types": ["sliding_attention", "sliding_attention", "sliding_attention", "full_attention"]
        """;

    [Theory]
    [InlineData("linear", "\"factor\": 2.5")]
    [InlineData("dynamic", "\"factor\": 2.0")]
    [InlineData("yarn", "\"factor\": 4.0, \"original_max_position_embeddings\": 256, \"beta_fast\": 16, \"beta_slow\": 2")]
    [InlineData("yarn", "\"factor\": 4.0, \"original_max_position_embeddings\": 256, \"attention_factor\": 1.25, \"truncate\": false")]
    [InlineData("llama3", "\"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 128")]
    [InlineData("longrope", Lists + ", \"original_max_position_embeddings\": 512")]
    public void ThreeSpellingsSayTheSame(string kind, string members)
    {
        var type = Scaling($"\"rope_theta\": 5000, \"rope_scaling\": {{\"type\": \"{kind}\", {members}}}");
        Assert.NotNull(type.RotaryScaling);
        Assert.Equal(5_000, type.RotaryTheta);
        Assert.Equal(type, Scaling($"\"rope_theta\": 5000, \"rope_scaling\": {{\"rope_type\": \"{kind}\", {members}}}"));
        Assert.Equal(type, Scaling($"\"rope_parameters\": {{\"rope_theta\": 5000, \"rope_type\": \"{kind}\", {members}}}"));
        // a library that writes both spellings writes the same twice
        Assert.Equal(type, Scaling($"\"rope_theta\": 5000, \"rope_parameters\": {{\"rope_theta\": 5000, \"rope_type\": \"{kind}\", {members}}}"));
    }

    [Theory]
    [InlineData("\"rope_theta\": 5000")]
    [InlineData("\"rope_theta\": 5000, \"rope_scaling\": null")]
    [InlineData("\"rope_theta\": 5000, \"rope_scaling\": {\"type\": \"default\"}")]
    [InlineData("\"rope_theta\": 5000.0, \"rope_scaling\": {\"rope_type\": \"default\"}")]
    [InlineData("\"rope_parameters\": {\"rope_theta\": 5000.0, \"rope_type\": \"default\"}")]
    [InlineData("\"rope_parameters\": {\"rope_theta\": 5000.0}")]
    public void WithoutScalingToo(string members)
    {
        var config = Scaling(members);
        Assert.Null(config.RotaryScaling);
        Assert.Equal(5_000, config.RotaryTheta);
    }

    [Fact]
    public void LayersOfTwoKindsHaveTheirOwn()
    {
        var older = (GemmaConfig)Read($"{Gemma}, \"rope_theta\": 500000, \"rope_local_base_freq\": 20000, \"rope_scaling\": {{\"rope_type\": \"linear\", \"factor\": 8.0}}");
        Assert.Equal((500_000, 20_000.0, new LinearRotaryScaling(8)), (older.RotaryTheta, older.LocalRotaryTheta!.Value, (LinearRotaryScaling)older.RotaryScaling!));
        Assert.Equal(older, Read($$"""
            {{Gemma}}, "rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 500000},
            "sliding_attention": {"rope_type": "default", "rope_theta": 20000} }
            """));
    }

    [Fact]
    public void OlmosWindowedLayersAreNotScaled()
    {
        const string yarn = "\"factor\": 4.0, \"original_max_position_embeddings\": 256";
        var older = Read($"{Olmo}, \"rope_theta\": 500000, \"rope_scaling\": {{\"rope_type\": \"yarn\", {yarn}}}");
        Assert.Equal(older, Read($$"""
            {{Olmo}}, "rope_parameters": {"full_attention": {"rope_type": "yarn", {{yarn}}, "rope_theta": 500000}, "sliding_attention": {"rope_type": "default", "rope_theta": 500000} }
            """));
    }

    /// <summary>Dynamic and LongRoPE's frequencies depend on the length served, which is chosen when the network is built.</summary>
    [Theory]
    [InlineData("\"rope_theta\": 5000, \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2.0}", 1_024, 2_048)]
    [InlineData("\"rope_theta\": 5000, \"rope_scaling\": {\"type\": \"longrope\", " + Lists + ", \"original_max_position_embeddings\": 512}", 512, 1_024)]
    public void FrequenciesAreThoseOfTheLengthServed(string members, int shorter, int longer)
    {
        var config = Scaling(members);
        Assert.NotEqual(Frequencies(shorter), Frequencies(longer));
        Assert.Equal(Frequencies(shorter), Frequencies(shorter / 2));

        double[] Frequencies(int length)
        {
            var served = (LlamaConfig)config.WithContext(length);
            return served.RotaryScaling!.Frequencies(8, served.RotaryTheta, served.ContextLength);
        }
    }

    private static LlamaConfig Scaling(string members) => (LlamaConfig)Read($"{Llama}, {members}");

    private static ModelConfig Read(string members)
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-config-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, ModelFolder.ConfigName), string.Create(CultureInfo.InvariantCulture, $"{{{members}}}"));
            return ModelFolder.ReadConfig(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
