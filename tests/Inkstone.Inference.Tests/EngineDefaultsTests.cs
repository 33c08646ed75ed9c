namespace Inkstone.Inference.Tests;

/// <summary>An engine with what a checkpoint says of generation.</summary>
public sealed class EngineDefaultsTests : EngineTest
{
    [Fact]
    public async Task AnEngineEndsAtEachOfThem()
    {
        var model = Samples.Llama(64);
        var options = new GenerationOptions { MaxTokens = 40, Temperature = 0 };
        var all = await Tokens(StartAs(model, new() { EndTokens = [] }), "the river", options);
        foreach (var end in (int[])[all[3], all[7]])
        {
            int[] ends = [end, 1];
            var tokens = await Tokens(StartAs(model, new() { EndTokens = ends }), "the river", options);
            Assert.Equal(end, tokens[^1]);
            Assert.Equal(all.TakeWhile(token => !ends.Contains(token)), tokens[..^1]);
        }
    }
}
