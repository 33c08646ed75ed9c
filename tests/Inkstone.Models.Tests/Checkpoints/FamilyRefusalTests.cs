using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Models.Tests;

/// <summary>What a configuration asks for and no family has is refused by name, in every family, with no file of weights there to be read.</summary>
public sealed class FamilyRefusalTests
{
    private static readonly string[] ActivationKeys = ["hidden_act", "hidden_activation", "activation_function", "activation", "feed_forward_proj"];

    /// <summary>Every family by its number, and its configurations by theirs: names alone would leave out forms.</summary>
    public static TheoryData<int, int> Configs
    {
        get
        {
            var all = new TheoryData<int, int>();
            for (var family = 0; family < ModelFamilies.All.Count; family++)
                for (var config = 0; config < ModelFamilies.All[family].TinyConfigs.Count; config++)
                    all.Add(family, config);
            return all;
        }
    }

    [Theory, MemberData(nameof(Configs))]
    public void AnUnchangedConfigurationIsRead(int family, int config)
    {
        var (written, expected) = Written(family, config);
        Assert.Equal(expected.Family, Read(written).Family);
        written["torch_dtype"] = "bfloat16";
        Read(written);
        written.Remove("torch_dtype");
        written["dtype"] = "bfloat16";
        Read(written);
    }

    [Theory, MemberData(nameof(Configs))]
    public void AnActivationThatIsNotKnownIsNamed(int family, int config)
    {
        var (written, _) = Written(family, config);
        var keys = ActivationKeys.Where(written.ContainsKey).ToList();
        Assert.NotEmpty(keys);
        foreach (var key in keys)
            written[key] = "snake_beta";
        Assert.Contains("snake_beta", Refusal(written), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Configs))]
    public void AScalingThatIsNotKnownIsNamed(int family, int config)
    {
        foreach (var kind in (string[])["type", "rope_type"])
        {
            var (written, _) = Written(family, config);
            written["rope_scaling"] = new JsonObject { [kind] = "spiral", ["factor"] = 2.0 };
            var message = Refusal(written);
            Assert.True(message.Contains("spiral", StringComparison.Ordinal) || message.Contains("rope_scaling", StringComparison.Ordinal), message);
        }
        var (newer, _) = Written(family, config);
        newer["rope_parameters"] = new JsonObject { ["rope_type"] = "spiral", ["rope_theta"] = 10_000.0 };
        var named = Refusal(newer);
        Assert.True(named.Contains("spiral", StringComparison.Ordinal) || named.Contains("rope_parameters", StringComparison.Ordinal), named);
    }

    [Theory, MemberData(nameof(Configs))]
    public void QuantisedWeightsAreNamed(int family, int config)
    {
        foreach (var method in (string[])["gptq", "awq", "fp8", "bitsandbytes", "compressed-tensors", "hqq"])
        {
            var (written, _) = Written(family, config);
            written["quantization_config"] = new JsonObject { ["quant_method"] = method, ["bits"] = 4 };
            Assert.Contains(method, Refusal(written), StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Configs))]
    public void AMemberThatIsNotKnownIsNamed(int family, int config)
    {
        foreach (var (key, value) in ((string, JsonNode)[])[("vision_config", new JsonObject { ["depth"] = 2 }), ("logit_twist", 0.5), ("num_nextn_predict_layers", 1), ("attention_chunk_size", 64)])
        {
            var (written, _) = Written(family, config);
            written[key] = value;
            Assert.Contains(key, Refusal(written), StringComparison.Ordinal);
        }
    }

    /// <summary>Where a family has biases or not by itself, a configuration that says otherwise is not read as if it said nothing.</summary>
    [Theory, MemberData(nameof(Configs))]
    public void ABiasIsReadOrRefusedButNotPassedOver(int family, int config)
    {
        var (written, _) = Written(family, config);
        var before = Read(written);
        var others = 0;
        foreach (var value in (bool[])[true, false])
        {
            written["attention_bias"] = value;
            try
            {
                others += Read(written).Equals(before) ? 0 : 1;
            }
            catch (InkstoneFormatException error)
            {
                Assert.Contains("attention_bias", error.Message, StringComparison.Ordinal);
                others++;
            }
        }
        Assert.True(others > 0, "both mean the same");
    }

    private static (JsonObject Json, ModelConfig Config) Written(int family, int config)
    {
        var (known, tiny) = (ModelFamilies.All[family], ModelFamilies.All[family].TinyConfigs[config]);
        return (JsonNode.Parse(ModelFolder.ConfigJson(known.Create(tiny, Rng.From(1))))!.AsObject(), tiny);
    }

    private static string Refusal(JsonObject config) => Assert.Throws<InkstoneFormatException>(() => Read(config)).Message;

    private static ModelConfig Read(JsonObject config)
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-config-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, ModelFolder.ConfigName), config.ToJsonString());
            return ModelFolder.ReadConfig(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
