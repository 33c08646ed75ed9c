using Inkstone.Evaluation;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;
using Xunit.Abstractions;

namespace Inkstone.Recipes.Tests;

/// <summary>What importance, GPTQ and AWQ are for: a result nearer to its source.</summary>
public sealed class QuantizationQualityTests(TrainedFiles files, ITestOutputHelper output) : IClassFixture<TrainedFiles>
{
    private readonly string _target = files.In($"{Guid.NewGuid():N}.gguf");

    [Fact]
    public void TheNetworkHasLearned() => Assert.InRange(files.LastLoss, 0, 1.5);

    [Theory]
    [InlineData("Q4_0", "plain", 0.95)]
    [InlineData("Q4_0", "uneven", 0.8)]
    [InlineData("Q5_1", "outliers", 0.7)]
    public void ImportanceLowersTheDivergence(string mix, string source, double share)
    {
        var plain = Quality(files.In(source + ".gguf"), Options(mix) with { Evaluate = files.Held });
        var weighted = Quality(files.In(source + ".gguf"), Options(mix) with { Evaluate = files.Held, Calibration = files.Calibration });
        output.WriteLine($"{plain}\n{weighted}");
        Assert.True(weighted.Divergence < share * plain.Divergence);
    }

    [Theory]
    [InlineData("Q4_0")]
    [InlineData("Q5_0")]
    public void ScalesThatAreMovedLowerTheDivergenceWhereChannelsStandOut(string mix)
    {
        var plain = Quality(files.WithOutliers, Options(mix) with { Evaluate = files.Held });
        var weighted = Quality(files.WithOutliers, Options(mix) with { Evaluate = files.Held, Calibration = files.Calibration });
        var moved = Quality(files.WithOutliers, Options(mix) with { Evaluate = files.Held, Calibration = files.Calibration, Method = QuantizationMethod.Awq });
        output.WriteLine($"{plain}\n{weighted}\n{moved}");
        Assert.True(moved.Divergence < 0.5 * plain.Divergence);
        Assert.True(moved.Divergence < weighted.Divergence);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FeedbackLowersTheDivergence(bool activationOrder)
    {
        foreach (var source in (string[])[files.Plain, files.Uneven, files.WithOutliers])
        {
            var plain = Quality(source, Options("Q4_0") with { Evaluate = files.Held });
            var weighted = Quality(source, Options("Q4_0") with { Evaluate = files.Held, Calibration = files.Calibration });
            var feedback = Quality(source, Options("Q4_0") with
            {
                Evaluate = files.Held,
                Calibration = files.Calibration,
                Method = QuantizationMethod.Gptq,
                ActivationOrder = activationOrder,
            });
            output.WriteLine($"{plain}\n{weighted}\n{feedback}");
            Assert.True(feedback.Divergence < 0.9 * plain.Divergence);
        }
    }

    [Fact]
    public void FeedbackLowersTheErrorOfEveryProduct()
    {
        ModelQuantization.Quantize(files.Plain, _target, Options("Q4_0"));
        var plain = Rows(_target);
        ModelQuantization.Quantize(files.Plain, _target, Options("Q4_0") with { Calibration = files.Calibration, Method = QuantizationMethod.Gptq });
        var feedback = Rows(_target);
        var source = Rows(files.Plain);
        var placed = TrainedFiles.Load(files.Plain);
        var text = CalibrationText.Read(files.Calibration, Tokenizers.Tokenizer.Load(files.Plain), 128, 32_768, 0);
        var inputs = new BlockInputs(placed, text.Windows);
        foreach (var group in inputs.Groups())
        {
            var moments = new InputMoments(group, 0);
            inputs.Fill([moments], default);
            foreach (var place in group.Places)
            {
                double ErrorOf(Dictionary<string, float[]> rows) => Error(rows[place.Name], source[place.Name], moments.Sums, group.Columns);
                output.WriteLine($"{place.Name}: {ErrorOf(feedback):g4} after {ErrorOf(plain):g4}");
                Assert.True(ErrorOf(feedback) < 0.75 * ErrorOf(plain), place.Name);
            }
        }
    }

    [Theory]
    [InlineData(QuantizationMethod.Gptq)]
    [InlineData(QuantizationMethod.Awq)]
    public void TheSameComesOutTwice(QuantizationMethod method)
    {
        var options = Options("Q4_K_M") with { Calibration = files.Calibration, Method = method, CalibrationTokens = 2_000 };
        ModelQuantization.Quantize(files.Plain, _target, options);
        var first = File.ReadAllBytes(_target);
        ModelQuantization.Quantize(files.Plain, _target, options);
        Assert.Equal(first, File.ReadAllBytes(_target));
    }

    [Fact]
    public void WhatWasKeptOutIsEvaluatedOn()
    {
        var report = ModelQuantization.Quantize(files.Plain, _target, Options("Q8_0") with { Calibration = files.Calibration });
        Assert.True(report.Exists && File.Exists(_target));
        Assert.True(report.Quality!.Tokens > 200);
        Assert.InRange(report.Quality.Divergence, 0, 1e-2);
        Assert.InRange(report.Quality.Agreement, 0.97, 1);
        Assert.Null(ModelQuantization.Quantize(files.Plain, _target, Options("Q8_0")).Quality);
    }

    [Theory]
    [InlineData(0.0, null)]
    [InlineData(null, 100.0)]
    public void AFileThatMissesItsBoundsIsNotLeft(double? increase, double? agreement)
    {
        File.WriteAllText(_target, "what stood there");
        var options = Options("Q4_0") with { Evaluate = files.Held, MaxPerplexityIncrease = increase, MinAgreement = agreement };
        var report = ModelQuantization.Quantize(files.WithOutliers, _target, options);
        Assert.False(report.Exists);
        Assert.Single(report.Missed!);
        Assert.Equal("what stood there", File.ReadAllText(_target));
        Assert.Equal([_target], Directory.GetFiles(Path.GetDirectoryName(_target)!, Path.GetFileName(_target) + "*"));
        Assert.True(ModelQuantization.Quantize(files.WithOutliers, _target, options with { Keep = true }).Exists);
        Assert.Equal("GGUF"u8.ToArray(), File.ReadAllBytes(_target)[..4]);
        var kept = ModelQuantization.Quantize(files.WithOutliers, _target, options with { MaxPerplexityIncrease = 500, MinAgreement = 1 });
        Assert.True(kept.Exists && kept.Missed!.Count == 0);
    }

    [Fact]
    public void WhatDoesNotGoTogetherIsRefused()
    {
        Assert.Throws<InkstoneRequestException>(() => ModelQuantization.Quantize(files.Plain, _target, Options("Q4_0") with { Method = QuantizationMethod.Gptq }));
        Assert.Throws<InkstoneRequestException>(() => ModelQuantization.Quantize(files.Plain, _target, Options("Q4_0") with { MinAgreement = 50 }));
        Assert.Throws<InkstoneRequestException>(() => ModelQuantization.Quantize(files.Plain, _target, Options("Q4_0") with { SaveImportance = _target }));
        Assert.Throws<InkstoneRequestException>(() => ModelQuantization.Quantize(files.Plain, files.Plain, Options("Q4_0")));
        new ImportanceMatrix([], 1, 1, new Dictionary<string, InputSquares> { ["another"] = new([1], [1]) }).Write(_target + ".i");
        Assert.Throws<InkstoneRequestException>(() => ModelQuantization.Quantize(files.Plain, _target, Options("Q4_0") with { Importance = _target + ".i" }));
        File.WriteAllText(_target + ".txt", "short");
        Assert.Throws<InkstoneRequestException>(() => ModelQuantization.Quantize(files.Plain, _target, Options("Q4_0") with { Calibration = _target + ".txt" }));
        Assert.False(File.Exists(_target));
    }

    private static QuantizationOptions Options(string mix) => new() { Mix = QuantizationMix.Named(mix) };

    private ModelComparison Quality(string source, QuantizationOptions options) => ModelQuantization.Quantize(source, _target, options).Quality!;

    private static Dictionary<string, float[]> Rows(string path)
    {
        using var file = GgufFile.Open(path);
        using var store = GgufStore.Over(file);
        return file.Tensors.ToDictionary(tensor => tensor.Name, tensor =>
        {
            var stored = store.Find(tensor.Name)!;
            var numbers = new float[stored.Count];
            stored.Read(numbers);
            return numbers;
        });
    }

    private static double Error(float[] rows, float[] source, float[] moments, int columns)
    {
        var delta = Tensor.From([.. rows.Zip(source, (a, b) => a - b)], [rows.Length / columns, columns]);
        return (delta.MatMul(Tensor.From(moments, [columns, columns])) * delta).Sum().ToScalar();
    }
}
