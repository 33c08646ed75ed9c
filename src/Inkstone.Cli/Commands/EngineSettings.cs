using System.CommandLine;
using Inkstone.Recipes;
using Inkstone.Tensors;

namespace Inkstone.Cli;

/// <summary>The options of opening a model for use: memory, threads, and a model that guesses ahead.</summary>
internal sealed class EngineSettings
{
    private readonly Option<int?> _context = new("--context")
    {
        Description = "The longest sequence, prompt and answer. Default: what the model was trained for, or the most that fits.",
        HelpName = "N",
    };

    private readonly Option<string> _cache = new("--cache") { Description = "How keys and values are stored: f32, f16 or q8. Default f16.", HelpName = "FORMAT", DefaultValueFactory = _ => "f16" };
    private readonly Option<bool> _noMap = new("--no-mmap") { Description = "Read weights into memory of their own: a mapped file that is cut short while it is used ends the process." };
    private readonly Option<bool> _noRepack = new("--no-repack") { Description = "Use block formats in the form of the file: less memory, slower." };
    private readonly Option<int?> _threads = new("--threads") { Description = "Threads that compute. Default: one for each logical processor.", HelpName = "N" };
    private readonly Option<bool> _ignoreMemory = SharedOptions.IgnoreMemory();
    private readonly Option<string?> _draft = new("--draft") { Description = "A smaller model of the same vocabulary guesses tokens ahead.", HelpName = "MODEL" };

    public EngineSettings() => _cache.AcceptOnlyFromAmong("f32", "f16", "q8");

    public IEnumerable<Option> Memory => [_context, _cache, _noMap, _noRepack, _threads, _ignoreMemory];

    public Option Draft => _draft;

    public void AddTo(Command command)
    {
        foreach (var option in Memory.Append(_draft))
            command.Options.Add(option);
    }

    /// <summary>The options, checked before anything is opened.</summary>
    public SessionOptions Read(ParseResult result)
    {
        var options = new SessionOptions
        {
            ContextLength = result.GetValue(_context),
            CacheStorage = result.GetValue(_cache) switch { "f32" => RowStorage.Single, "q8" => RowStorage.Rounded, _ => RowStorage.Half },
            Mapped = !result.GetValue(_noMap),
            Interleave = !result.GetValue(_noRepack),
            Threads = result.GetValue(_threads),
            DraftModel = result.GetValue(_draft),
            IgnoresMemory = result.GetValue(_ignoreMemory),
        };
        options.Validate();
        return options;
    }
}
