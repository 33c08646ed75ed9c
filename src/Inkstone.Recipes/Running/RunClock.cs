namespace Inkstone.Recipes;

/// <summary>Seconds since a recipe began, and how long each of its stages took.</summary>
public sealed class RunClock(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private readonly List<PlannedStage> _stages = [];
    private double _stageStarted;

    /// <summary>The clock itself.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>Seconds since the recipe began.</summary>
    public double Elapsed => Time.GetElapsedTime(_started).TotalSeconds;

    /// <summary>The stages that are over.</summary>
    public IReadOnlyList<PlannedStage> Stages => _stages;

    /// <summary>Ends the running stage under a name and begins the next.</summary>
    public void EndStage(string name)
    {
        var now = Elapsed;
        _stages.Add(new PlannedStage(name, now - _stageStarted, Done: true));
        _stageStarted = now;
    }
}
