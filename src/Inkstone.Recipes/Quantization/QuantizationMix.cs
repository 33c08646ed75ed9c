using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>
/// Which matrix of a GGUF file gets which format, by llama.cpp's rules: vectors, routers and position tables stay as they are; the head keeps six bits where the rest has
/// fewer; the mixes "M" give more bits to half of the matrices that sum many terms (values and the feed-forward's way down). A row that is no whole number of blocks of
/// 256 falls back: Q4_K to Q5_0, Q5_K to Q5_1, Q6_K to Q8_0, and from there to F16.
/// </summary>
public sealed class QuantizationMix
{
    private QuantizationMix(string name, uint fileType, WeightFormat format, WeightFormat? more = null) =>
        (Name, FileType, Format, More) = (name, fileType, format, more);

    /// <summary>The mixes by name.</summary>
    public static IReadOnlyList<QuantizationMix> All { get; } =
    [
        new("F32", 0, WeightFormat.F32),
        new("F16", 1, WeightFormat.F16),
        new("BF16", 32, WeightFormat.BF16),
        new("Q8_0", 7, WeightFormat.Q8_0),
        new("Q4_0", 2, WeightFormat.Q4_0),
        new("Q5_0", 8, WeightFormat.Q5_0),
        new("Q5_1", 9, WeightFormat.Q5_1),
        new("Q4_K", 14, WeightFormat.Q4_K),
        new("Q4_K_M", 15, WeightFormat.Q4_K, WeightFormat.Q6_K),
        new("Q5_K", 16, WeightFormat.Q5_K),
        new("Q5_K_M", 17, WeightFormat.Q5_K, WeightFormat.Q6_K),
        new("Q6_K", 18, WeightFormat.Q6_K),
    ];

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The number of <c>general.file_type</c>.</summary>
    public uint FileType { get; }

    /// <summary>The format of most matrices.</summary>
    public WeightFormat Format { get; }

    /// <summary>The format of the matrices that get more bits; null when none does.</summary>
    public WeightFormat? More { get; }

    /// <summary>A mix by its name.</summary>
    /// <exception cref="InkstoneRequestException">There is none of that name.</exception>
    public static QuantizationMix Named(string name) =>
        All.FirstOrDefault(mix => mix.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new InkstoneRequestException("there is no such format to write", "format", string.Join(", ", All.Select(mix => mix.Name)), name);

    /// <summary>The format of a tensor; null when it stays as it is.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="shape">Its shape, row-major.</param>
    /// <param name="layers">How many blocks the network has.</param>
    /// <param name="isTied">Whether the embedding is the head's matrix as well.</param>
    public WeightFormat? FormatOf(string name, IReadOnlyList<long> shape, int layers, bool isTied)
    {
        if (shape.Count < 2 || !name.EndsWith("weight", StringComparison.Ordinal) || name.Contains("_norm", StringComparison.Ordinal)
            || name is "position_embd.weight" or "token_types.weight" or "rope_freqs.weight" || name.Contains("ffn_gate_inp", StringComparison.Ordinal))
            return null;
        return Fallback(Wanted(name, layers, isTied), shape[^1]);
    }

    private WeightFormat Wanted(string name, int layers, bool isTied)
    {
        if (Format.BlockLength() == 1 || Format == WeightFormat.Q8_0)
            return Format;
        if (name == "output.weight" || (isTied && name == "token_embd.weight"))
            return WeightFormat.Q6_K;
        if (More is not { } more || !name.StartsWith("blk.", StringComparison.Ordinal))
            return Format;
        if (name.Contains("attn_qkv", StringComparison.Ordinal))
            return Format == WeightFormat.Q4_K ? WeightFormat.Q5_K : WeightFormat.Q6_K;
        var layer = int.TryParse(name.Split('.')[1], out var number) ? number : 0;
        var isSum = name.Contains("attn_v", StringComparison.Ordinal) || name.Contains("ffn_down", StringComparison.Ordinal);
        return isSum && (layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2) ? more : Format;
    }

    private static WeightFormat Fallback(WeightFormat format, long columns)
    {
        if (columns % format.BlockLength() == 0)
            return format;
        var smaller = format switch
        {
            WeightFormat.Q4_K => WeightFormat.Q5_0,
            WeightFormat.Q5_K => WeightFormat.Q5_1,
            WeightFormat.Q6_K => WeightFormat.Q8_0,
            _ => WeightFormat.F16,
        };
        return columns % smaller.BlockLength() == 0 ? smaller : WeightFormat.F16;
    }
}
