using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>Numbers that a part of a block gives: elements of a vector, or rows of a matrix.</summary>
/// <param name="Parameter">The vector or matrix.</param>
/// <param name="First">The first of the elements or rows.</param>
public sealed record ScaleSource(Parameter Parameter, int First = 0);

/// <summary>
/// Numbers that pass from some sources to some matrices and nowhere else, so that dividing number i by s[i] in every source and multiplying each column that reads it by s[i]
/// leaves what the network computes as it was.
/// </summary>
/// <param name="Count">How many numbers there are.</param>
/// <param name="Sources">What gives them: a norm's gain and bias, or a matrix's rows and its bias.</param>
/// <param name="Targets">Every matrix that reads them.</param>
/// <param name="SourceOfColumn">The number that each column of the targets reads; null where column i reads number i.</param>
public sealed record ScaleFold(int Count, IReadOnlyList<ScaleSource> Sources, IReadOnlyList<Parameter> Targets, IReadOnlyList<int>? SourceOfColumn = null)
{
    /// <summary>A norm and the layers that read it.</summary>
    internal static ScaleFold Of(Norm norm, params IReadOnlyList<Linear> readers)
    {
        IReadOnlyList<ScaleSource> sources = norm switch
        {
            RmsNorm rms => [new(rms.Weight)],
            LayerNorm layer => [new(layer.Weight), new(layer.Bias)],
            _ => throw new NotSupportedException(norm.GetType().Name),
        };
        return new(readers[0].Weight.InputWidth, sources, [.. readers.Select(reader => reader.Matrix)]);
    }

    /// <summary>The way down of a gated feed-forward, f(gate) · up: what up gives is proportional to its rows.</summary>
    internal static ScaleFold Of(GatedFeedForward feedForward) =>
        new(feedForward.Down.Weight.InputWidth, Rows(feedForward.Up), [feedForward.Down.Matrix]);

    /// <summary>Values and the projection of attention's result: attention's sums are of values, and heads of queries that share a head of values read the same.</summary>
    internal static ScaleFold Of(Linear values, Linear output, int headWidth)
    {
        var (count, columns) = (values.Weight.OutputWidth, output.Weight.InputWidth);
        var queriesPerValue = columns / count;
        return new(count, Rows(values), [output.Matrix],
            [.. Enumerable.Range(0, columns).Select(column => column / headWidth / queriesPerValue * headWidth + column % headWidth)]);
    }

    private static IReadOnlyList<ScaleSource> Rows(Linear linear) => linear.Bias is null ? [new(linear.Matrix)] : [new(linear.Matrix), new(linear.Bias)];
}
