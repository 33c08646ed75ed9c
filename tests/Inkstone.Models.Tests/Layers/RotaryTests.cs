using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models.Tests;

/// <summary>Rotary tables that grow, and scalings in GGUF files.</summary>
public sealed class RotaryTests
{
    private static readonly LlamaConfig Small = new()
    {
        VocabularySize = 17,
        ContextLength = 96,
        Width = 32,
        LayerCount = 1,
        HeadCount = 4,
        KeyValueHeadCount = 4,
        HeadWidth = 8,
        HiddenWidth = 16,
    };

    [Fact]
    public void FarPositionsAreTabulatedWhenTheyAreReached()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rotary = new Rotary(128, 1 << 20, 10_000, RotaryPairing.Halves, Backend.Default);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        foreach (var position in (int[])[3, 1_023, 1_024, 5_000, 2_000, 40_000])
        {
            using var scope = PoolScope.Open();
            var layout = new TokenLayout(0, 1) { Positions = [position] };
            var x = Tensor.From([.. Enumerable.Repeat(1f, 64), .. Enumerable.Repeat(0f, 64)], [1, 1, 128]);
            var turned = rotary.Apply(x, FullPass.Over([0], layout)).ToArray();
            for (var i = 0; i < 64; i++)
            {
                var (sine, cosine) = Math.SinCos(position * Math.Pow(10_000, -i / 64.0));
                Assert.Equal(cosine, turned[i], 1e-6);
                Assert.Equal(sine, turned[64 + i], 1e-6);
            }
        }
    }

    [Fact]
    public void LongRopeTakesTheListOfTheServedContext()
    {
        var scaling = new LongRotaryScaling([1, 2], [4, 8], 100);
        Assert.Equal([1, 0.01 / 2], scaling.Frequencies(4, 10_000, 100), Near);
        Assert.Equal([0.25, 0.01 / 8], scaling.Frequencies(4, 10_000, 101), Near);
        Assert.Equal(100, new LlamaConfig { ContextLength = 101, RotaryScaling = scaling }.WithContext(100).ContextLength);

        static bool Near(double a, double b) => Math.Abs(a - b) < 1e-12;
    }

    [Fact]
    public void PositionsOfATableGoNoFurther()
    {
        var config = new Gpt2Config { ContextLength = 64 };
        Assert.Equal(64, config.WithContext(32).ContextLength);
        Assert.Throws<InkstoneRequestException>(() => config.WithContext(65));
    }

    public static TheoryData<string> Scalings => ["linear", "yarn", "yarn, stated factor", "llama3", "llama3, own settings", "lists", "one list"];

    [Theory, MemberData(nameof(Scalings))]
    public void AFileKeepsTheScaling(string name)
    {
        RotaryScaling scaling = name switch
        {
            "linear" => new LinearRotaryScaling(2.5),
            "yarn" => new YarnRotaryScaling(4, 24) { BetaFast = 16 },
            "yarn, stated factor" => new YarnRotaryScaling(4, 24) { AttentionFactor = 1.25 },
            "llama3" => new Llama3RotaryScaling(8, 32),
            "llama3, own settings" => new Llama3RotaryScaling(8, 32) { LowFrequencyFactor = 1.5 },
            "lists" => new LongRotaryScaling([1, 1, 1.1f, 1.2f], [1, 2, 3, 4], 32) { AttentionFactor = 1.2 },
            _ => new LongRotaryScaling([1, 2, 3, 4], [1, 2, 3, 4], 32),
        };
        var read = ThroughFile(Small with { RotaryScaling = scaling }, _ => { }).RotaryScaling!;
        Assert.Equal(scaling.Frequencies(8, 10_000, 96), read.Frequencies(8, 10_000, 96));
        Assert.Equal(scaling.Magnitude, read.Magnitude, 1e-7);
        if (name is "linear" or "yarn" or "llama3" or "lists")
            Assert.Equal(scaling, read);
    }

    [Theory]
    [InlineData("mystery", "rope.scaling.type")]
    [InlineData("linear", "rope.scaling.type")]
    public void AScalingThatIsNotKnownOrDoesNotFitIsRefused(string kind, string named)
    {
        var error = Assert.Throws<InkstoneFormatException>(() =>
            ThroughFile(Small with { RotaryScaling = new Llama3RotaryScaling(8, 32) }, values => values.Set("llama.rope.scaling.type", kind)));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DynamicScalingIsNotWrittenWhereNobodyReadsIt() =>
        Assert.Throws<InkstoneRequestException>(() => ThroughFile(Small with { RotaryScaling = new DynamicRotaryScaling(2, 32) }, _ => { }));

    private static LlamaConfig ThroughFile(LlamaConfig config, Action<GgufValues> change)
    {
        var path = Path.GetTempFileName();
        try
        {
            var model = new Llama(config, Rng.From(1));
            var values = GgufModel.ValuesOf(model.Config);
            change(values);
            using (var stream = File.Create(path))
                GgufWriter.Write(values, GgufModel.TensorsOf(model), stream);
            using var file = GgufFile.Open(path);
            return (LlamaConfig)GgufModel.ReadConfig(file).Config;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
