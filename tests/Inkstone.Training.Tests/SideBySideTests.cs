namespace Inkstone.Training.Tests;

/// <summary>Several trainers in one process, on several threads and one backend: none disturbs another.</summary>
public sealed class SideBySideTests
{
    [Fact]
    public void Trainers_at_the_same_time_compute_what_each_does_alone()
    {
        var alone = Losses();
        var results = new List<double>[24];

        Parallel.For(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i => results[i] = Losses());

        foreach (var result in results)
        {
            Assert.Equal(alone, result);
        }
    }

    private static List<double> Losses()
    {
        var losses = new List<double>();
        TinyRun.Advance(TinyRun.NewTrainer(), TinyRun.Steps, step => losses.Add(step.Loss));
        return losses;
    }
}
