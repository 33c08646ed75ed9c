using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Recipes;

/// <summary>What training a size takes, estimated without training.</summary>
/// <param name="Size">The size's name.</param>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="MemoryBytes">Peak memory of a step.</param>
/// <param name="Fits">Whether that is within nine tenths of the machine's memory.</param>
/// <param name="FitsWithRecomputation">Whether it is when blocks' intermediates are made again.</param>
/// <param name="Seconds">Time for the asked tokens.</param>
public sealed record SizeEstimate(string Size, long Parameters, long MemoryBytes, bool Fits, bool FitsWithRecomputation, double Seconds)
{
    /// <summary>The share of the measured peak that training is taken to reach, optimiser included.</summary>
    public const double AssumedShareOfPeak = 0.4;

    /// <summary>Estimates a size.</summary>
    /// <exception cref="InkstoneRequestException">A value is out of its range.</exception>
    public static SizeEstimate Of(ModelSize size, int vocabularySize, int contextLength, int rows, double tokens, double peakGflops, long machineBytes)
    {
        if (!(tokens >= 1 && tokens <= 1e15))
            throw new InkstoneRequestException("the value is out of range", nameof(tokens), "1 to 10^15", tokens.ToString(CultureInfo.InvariantCulture));
        if (rows is < 1 or > 1 << 24)
            throw new InkstoneRequestException("the value is out of range", "batchRows", "1 to 16,777,216", rows.ToString(CultureInfo.InvariantCulture));
        var config = size.Config(vocabularySize, contextLength);
        config.Validate();
        var memory = MemoryEstimate.TrainingBytes(config, rows, recompute: false);
        return new SizeEstimate(size.Name, MemoryEstimate.Parameters(config), memory, memory <= 0.9 * machineBytes,
            MemoryEstimate.TrainingBytes(config, rows, recompute: true) <= 0.9 * machineBytes,
            tokens * size.TrainingFlopsPerToken(vocabularySize, contextLength) / (peakGflops * 1e9 * AssumedShareOfPeak));
    }
}
