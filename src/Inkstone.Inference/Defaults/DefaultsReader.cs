namespace Inkstone.Inference;

/// <summary>What a file was found to say of generation, while it is read.</summary>
internal sealed class DefaultsReader
{
    private readonly List<KeyValuePair<string, string>> _applied = [];
    private readonly List<KeyValuePair<string, string>> _notApplied = [];

    /// <summary>The end tokens; null where the file names none.</summary>
    public IReadOnlyList<int>? EndTokens { get; set; }

    public IReadOnlyList<KeyValuePair<string, string>> Applied => _applied;

    public IReadOnlyList<KeyValuePair<string, string>> NotApplied => _notApplied;

    /// <summary>What the file changes of options; null: nothing.</summary>
    public Func<GenerationOptions, GenerationOptions>? Change { get; private set; }

    /// <summary>Notes a value, and what it does.</summary>
    public void Apply(string name, string value, Func<GenerationOptions, GenerationOptions> change)
    {
        _applied.Add(new(name, value));
        var before = Change;
        Change = before is null ? change : options => change(before(options));
    }

    /// <summary>Notes a value that nothing is done with.</summary>
    public void Leave(string name, string value, string why = "not supported") => _notApplied.Add(new(name, $"{value} ({why})"));
}
