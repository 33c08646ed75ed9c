using System.Text.Json;

namespace Inkstone.Tensors.Tests;

/// <summary>What ggml makes of the samples of a format.</summary>
/// <param name="Sweep">Digest of <see cref="WeightSamples.Sweep"/> dequantised.</param>
/// <param name="Random">Digest of <see cref="WeightSamples.Random"/> dequantised.</param>
/// <param name="Errors">For each kind of rows: the error without importance, then quantised with it the error that counts it and the one that does not.</param>
internal sealed record WeightFixture(string Sweep, string Random, Dictionary<string, double[]> Errors)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { PropertyNameCaseInsensitive = false };

    /// <summary>The stored ones, by the name of the format; made by <see cref="WeightParityTests"/> and <c>tests/oracles/weight-formats.py</c>.</summary>
    public static Dictionary<string, WeightFixture> All { get; } =
        Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "weight-formats.json")));

    public static Dictionary<string, WeightFixture> Parse(string json) => JsonSerializer.Deserialize<Dictionary<string, WeightFixture>>(json, Options)!;
}
