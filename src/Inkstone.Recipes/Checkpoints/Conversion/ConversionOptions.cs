using Inkstone.Foundation.Errors;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>How a checkpoint is converted.</summary>
public sealed record ConversionOptions
{
    /// <summary>
    /// The format of matrices: F32, F16, BF16, or, for GGUF alone, Q8_0. Null: as they are, block formats in a folder as F16.
    /// </summary>
    public WeightFormat? Format { get; init; }

    /// <summary>The most bytes of tensors in a file of a folder. Default 5 GB.</summary>
    public long ShardBytes { get; init; } = 5_000_000_000;

    /// <summary>The most bytes of a GGUF file; larger models are split. Null: never.</summary>
    public long? SplitBytes { get; init; }

    /// <summary>Whether what is there already is replaced.</summary>
    public bool Replaces { get; init; }

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    /// <exception cref="InkstoneRequestException">A value is out of its range.</exception>
    internal void Validate(bool isFolder)
    {
        WeightFormat[] formats = isFolder ? [WeightFormat.F32, WeightFormat.F16, WeightFormat.BF16] : [WeightFormat.F32, WeightFormat.F16, WeightFormat.BF16, WeightFormat.Q8_0];
        if (Format is { } format && !formats.Contains(format))
            throw new InkstoneRequestException("a conversion does not write this format", "type", string.Join(", ", formats), format.ToString(),
                isFolder ? null : "For fewer bits convert first, then run `inkstone quantize`.");
        if (ShardBytes < 1_000 || SplitBytes < 1_000)
            throw new InkstoneRequestException("a file's size is out of range", isFolder ? nameof(ShardBytes) : nameof(SplitBytes), "1,000 bytes or more", $"{(isFolder ? ShardBytes : SplitBytes)}");
    }
}

/// <summary>What a conversion wrote.</summary>
/// <param name="Path">The folder or the (first) file.</param>
/// <param name="Family">The network's family as the written file names it.</param>
/// <param name="Files">The files with their bytes.</param>
/// <param name="Numbers">How many numbers each format has.</param>
/// <param name="Notes">What the written form does not keep, and what was written otherwise than asked for.</param>
public sealed record ConversionReport(
    string Path, string Family, IReadOnlyList<KeyValuePair<string, long>> Files, IReadOnlyDictionary<WeightFormat, long> Numbers, IReadOnlyList<string> Notes)
{
    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Sum(file => file.Value);
}
