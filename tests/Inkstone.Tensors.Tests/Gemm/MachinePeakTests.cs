namespace Inkstone.Tensors.Tests;

public sealed class MachinePeakTests
{
    [Fact]
    public void TheMeasurementNamesWhatItMeasured()
    {
        using var team = new WorkerTeam(2);
        var peak = MachinePeak.Measure(team);
        Assert.Equal(2, peak.Cores);
        Assert.Equal(VectorWidths.Widest, peak.Width);
        Assert.True(peak.FmaGflops > 0 && double.IsFinite(peak.FmaGflops));
        Assert.True(peak.ReadGBps > 0 && double.IsFinite(peak.ReadGBps));
        Assert.NotEmpty(peak.Processor);
    }

    [Theory]
    [InlineData(0x00A00F11u, 25, 1, "Zen 3")]
    [InlineData(0x00A20F10u, 25, 33, "Zen 3")]
    [InlineData(0x00A10F11u, 25, 17, "Zen 4")]
    [InlineData(0x00A60F12u, 25, 97, "Zen 4")]
    [InlineData(0x00B00F21u, 26, 2, "Zen 5")]
    [InlineData(0x00830F10u, 23, 49, "Zen 2")]
    [InlineData(0x00800F12u, 23, 1, "Zen 1")]
    public void GenerationsOfAmd(uint signature, int family, int model, string generation)
    {
        Assert.Equal((family, model), ProcessorName.FamilyAndModel(signature));
        Assert.Equal(generation, ProcessorName.Generation("AuthenticAMD", family, model));
    }

    [Fact]
    public void OthersHaveFamilyAndModelOnly()
    {
        Assert.Equal((6, 143), ProcessorName.FamilyAndModel(0x000806F8));
        Assert.Null(ProcessorName.Generation("GenuineIntel", 6, 143));
    }
}
