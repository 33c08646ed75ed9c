using Inkstone.Models;

namespace Inkstone.Recipes.Tests;

public class WeightReadingTests
{
    [Fact]
    public void IsToldOnceItHasTakenASecond()
    {
        var observer = new Heard();
        var progress = LoadOptions.ForUse.Watched(observer).Progress!;
        progress(1L << 20, 9L << 20);
        Assert.Empty(observer.Said);
        Thread.Sleep(1_050);
        progress(2L << 20, 9L << 20);
        progress(3L << 20, 9L << 20);
        progress(9L << 20, 9L << 20);
        Assert.Equal(["reading weights", "2 of 9 MiB", "3 of 9 MiB"], observer.Said);
    }

    private sealed class Heard : IRecipeObserver
    {
        public List<string> Said { get; } = [];

        public void Stage(string name) => Said.Add(name);

        public void Progress(long done, long? total, string unit) => Said.Add($"{done} of {total} {unit}");
    }
}
