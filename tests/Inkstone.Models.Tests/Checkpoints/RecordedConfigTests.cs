using System.Text.Json;
using System.Text.Json.Serialization;

namespace Inkstone.Models.Tests;

/// <summary>Configurations are records that programs keep as JSON: what is written is read again, and nothing else is.</summary>
public sealed class RecordedConfigTests
{
    private static readonly JsonSerializerOptions Strict = new()
    {
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter() },
    };

    public static TheoryData<string, int> Configs
    {
        get
        {
            var rows = new TheoryData<string, int>();
            foreach (var family in ModelFamilies.All)
                for (var i = 0; i < family.TinyConfigs.Count; i++)
                    rows.Add(family.Names[0], i);
            return rows;
        }
    }

    [Theory, MemberData(nameof(Configs))]
    public void ReadIsWhatWasWritten(string family, int index)
    {
        var config = ModelFamilies.Named(family, "test").TinyConfigs[index];
        var json = JsonSerializer.Serialize(config, config.GetType(), Strict);
        Assert.Equal(config, JsonSerializer.Deserialize(json, config.GetType(), Strict));
    }

    [Theory]
    [InlineData("\"WindowedLayers\": \"wxw\"")]
    [InlineData("\"WindowedLayers\": \"\"")]
    [InlineData("\"WindowedLayers\": 3")]
    [InlineData("\"RotaryScaling\": {\"kind\": \"other\"}")]
    [InlineData("\"RotaryScaling\": {\"Factor\": 2}")]
    [InlineData("\"RotaryScaling\": {\"kind\": \"longrope\", \"ShortFactors\": null}")]
    [InlineData("\"RotaryScaling\": {\"kind\": \"linear\", \"Faktor\": 2}")]
    public void WhatIsNoConfigurationIsRefused(string member) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<LlamaConfig>($"{{{member}}}", Strict));
}
