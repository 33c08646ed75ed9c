using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>Who watches a recipe: a terminal, a page, a program's log. Every method may be left as it is.</summary>
public interface IRecipeObserver
{
    /// <summary>A stage of the recipe begins.</summary>
    void Stage(string name)
    {
    }

    /// <summary>How far the current stage has come; the total is null where it is not known.</summary>
    void Progress(long done, long? total, string unit)
    {
    }

    /// <summary>Something worth a line.</summary>
    void Note(string text)
    {
    }

    /// <summary>The plan, before training begins.</summary>
    void Planned(TrainingPlan plan, RunFacts facts)
    {
    }

    /// <summary>A training step was made.</summary>
    void Step(TrainingStep step, RunStatus status)
    {
    }

    /// <summary>The held-out sample was scored.</summary>
    void Validated(ValidationPoint point)
    {
    }

    /// <summary>The model wrote something.</summary>
    void Sample(GeneratedSample sample)
    {
    }
}

/// <summary>Watches nothing.</summary>
public sealed class SilentObserver : IRecipeObserver
{
    /// <summary>The one instance.</summary>
    public static SilentObserver Instance { get; } = new();
}
