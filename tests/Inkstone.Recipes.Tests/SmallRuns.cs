using System.Text;
using Inkstone.Models;
using Inkstone.Training;

namespace Inkstone.Recipes.Tests;

/// <summary>A folder of a test's own, with runs small enough to be over in a second.</summary>
public sealed class SmallRuns : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("inkstone-faults-").FullName;

    public string In(params string[] names) => Path.Combine([Root, .. names]);

    public string WriteFile(string name, string text) => WriteFile(name, Encoding.UTF8.GetBytes(text));

    public string WriteFile(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllBytes(In(name), content);
        return In(name);
    }

    /// <summary>A folder of text, made once.</summary>
    public string Text()
    {
        if (!Directory.Exists(In("text")))
            for (var file = 0; file < 8; file++)
                WriteFile($"text/{file}.txt", Sentences(file, 24));
        return In("text");
    }

    public static string Sentences(int seed, int count) => string.Concat(Enumerable.Range(0, count).Select(i =>
        $"The {Word(seed * 31 + i)} returns the {Word(seed + i * 7)} of the {Word(i * 13 + seed * 3)} when {Word(i + 5)} is {i * seed}.\n"));

    public PretrainOptions Options(string name, int steps = 4) => new()
    {
        Text = Text(),
        VocabularySize = 300,
        Output = In(name),
        Model = new LlamaConfig { Width = 8, LayerCount = 1, HeadCount = 1, KeyValueHeadCount = 1, HeadWidth = 8, HiddenWidth = 8, ContextLength = 32 },
        Training = new TrainingOptions { Steps = steps, BatchRows = 64 },
    };

    /// <summary>A run that was stopped after six of its twelve steps, with checkpoints of step 3 and of step 6.</summary>
    public string Stopped(string name, Func<PretrainOptions, PretrainOptions>? change = null)
    {
        using var stop = new CancellationTokenSource();
        PretrainRecipe.Run((change ?? (options => options))(Options(name, 12)), new StopsAt(3, stop), null, stop.Token);
        using var again = new CancellationTokenSource();
        ResumeRecipe.Run(In(name), null, new StopsAt(6, again), null, again.Token);
        return In(name);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static string Word(int i)
    {
        string[] parts = ["buffer", "stream", "value", "index", "reader", "writer", "length", "token", "handle", "option", "name", "culture", "format"];
        return parts[i % parts.Length] + parts[i / parts.Length % parts.Length];
    }
}

/// <summary>Cancels after a step.</summary>
internal sealed class StopsAt(long step, CancellationTokenSource stop) : IRecipeObserver
{
    public void Step(TrainingStep done, RunStatus status)
    {
        if (done.Number == step)
            stop.Cancel();
    }
}

/// <summary>Keeps what a recipe says.</summary>
internal sealed class Notes : IRecipeObserver
{
    public List<string> All { get; } = [];

    public void Note(string text) => All.Add(text);
}

/// <summary>A test that takes minutes: only where INKSTONE_HEAVY=1 asks for it.</summary>
public sealed class HeavyFactAttribute : FactAttribute
{
    public HeavyFactAttribute() => Skip = Environment.GetEnvironmentVariable("INKSTONE_HEAVY") == "1" ? null : "takes minutes; set INKSTONE_HEAVY=1";
}
