using System.Diagnostics;
using Inkstone.Models;

namespace Inkstone.Recipes;

/// <summary>Says how far the reading of weights has come, once it has taken a second: most models are there sooner.</summary>
internal static class WeightReading
{
    private const double SecondsUntold = 1;

    /// <summary>The same options, by which an observer is told of the reading.</summary>
    public static LoadOptions Watched(this LoadOptions options, IRecipeObserver observer)
    {
        var started = Stopwatch.GetTimestamp();
        var isTold = false;
        return options with
        {
            Progress = (done, all) =>
            {
                if (Stopwatch.GetElapsedTime(started).TotalSeconds < SecondsUntold || done == all)
                    return;
                if (!isTold)
                    observer.Stage("reading weights");
                isTold = true;
                observer.Progress(done >> 20, all >> 20, "MiB");
            },
        };
    }
}
