using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Training.Tests;

public sealed class OptionsJsonTests
{
    [Fact]
    public void Options_come_back_as_they_were()
    {
        var options = new TrainingOptions
        {
            Steps = 7,
            LearningRate = 0.1 + 0.2,
            Schedule = ScheduleKind.WarmupStableDecay,
            DecayStart = 3,
            Shuffle = false,
            Seed = long.MinValue,
            Optimizer = new() { Kind = OptimizerKind.Muon, Epsilon = 1e-300 },
        };
        var json = BoundedJson.Parse(StableJson.ToBytes(writer => OptionsJson.Write(writer, options)), "run.json").AsObject();
        Assert.Equal(options, OptionsJson.Read<TrainingOptions>(json));
        Assert.Empty(json.UnusedKeys());
    }

    [Fact]
    public void What_is_left_out_keeps_its_default() => Assert.Equal(new TrainingOptions { Steps = 3 }, Read("""{"Steps":3,"Optimizer":{},"DecaySteps":null}"""));

    [Theory]
    [InlineData("""{"Steps":"3"}""", "Steps")]
    [InlineData("""{"Steps":3.5}""", "Steps")]
    [InlineData("""{"Steps":3000000000}""", "Steps")]
    [InlineData("""{"Schedule":"cosine"}""", "Constant, Cosine, WarmupStableDecay")]
    [InlineData("""{"Schedule":"1"}""", "Schedule")]
    [InlineData("""{"Shuffle":1}""", "Shuffle")]
    [InlineData("""{"Optimizer":{"Beta1":"x"}}""", "Beta1")]
    [InlineData("""{"Optimizer":3}""", "Optimizer")]
    [InlineData("""{"Stepz":3}""", "Stepz")]
    [InlineData("""{"Optimizer":{"beta1":0.5}}""", "Optimizer.beta1")]
    public void What_is_not_understood_is_named(string json, string says) =>
        Assert.Contains(says, Assert.Throws<InkstoneFormatException>(() => Read(json)).Message, StringComparison.Ordinal);

    private static TrainingOptions Read(string text)
    {
        var json = BoundedJson.Parse(System.Text.Encoding.UTF8.GetBytes(text), "config").AsObject();
        var options = OptionsJson.Read<TrainingOptions>(json);
        json.RefuseUnused();
        return options;
    }
}
