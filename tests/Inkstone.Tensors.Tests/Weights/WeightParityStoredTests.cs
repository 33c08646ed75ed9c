namespace Inkstone.Tensors.Tests;

/// <summary>Block formats beside what ggml gave for the same samples (see <see cref="WeightParityTests"/>).</summary>
public sealed class WeightParityStoredTests
{
    public static TheoryData<WeightFormat> Formats => [.. WeightFormats.All];

    [Theory, MemberData(nameof(Formats))]
    public void EveryScaleIsReadAsGgmlReadsIt(WeightFormat format) =>
        Assert.Equal(WeightFixture.All[format.Name()].Sweep, WeightSamples.Digest(format, WeightSamples.Sweep(format)));

    [Theory, MemberData(nameof(Formats))]
    public void RandomBlocksAreReadAsGgmlReadsThem(WeightFormat format) =>
        Assert.Equal(WeightFixture.All[format.Name()].Random, WeightSamples.Digest(format, WeightSamples.Random(format)));

    [Theory, MemberData(nameof(Formats))]
    public void NoMoreIsLostInWritingThanGgmlLoses(WeightFormat format)
    {
        const double Allowed = 1.02;
        var importance = WeightSamples.Importance();
        foreach (var (kind, theirs) in WeightFixture.All[format.Name()].Errors)
        {
            var ours = WeightSamples.Errors(format, WeightSamples.RowsOf(kind), importance);
            for (var i = 0; i < ours.Length; i++)
                Assert.True(ours[i] <= Allowed * theirs[i], FormattableString.Invariant($"{format}, {kind}, {i}: {ours[i]} against {theirs[i]}"));
        }
    }
}
