using System.CommandLine;
using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Inference;

namespace Inkstone.Cli;

/// <summary>The options of writing text, as generate and chat have them. What is not given is what the checkpoint says, and where it says nothing, the tool's own default.</summary>
internal sealed class GenerationSettings
{
    private readonly List<(Option Option, Func<ParseResult, GenerationOptions, GenerationOptions> Apply)> _settings = [];
    private readonly GenerationOptions _own;
    private readonly Option<bool> _lookup = new("--lookup") { Description = "Guess tokens ahead from what followed the last ones before. The answer stays the same." };

    /// <summary>Makes the options.</summary>
    /// <param name="maxTokens">The most tokens where nothing says otherwise.</param>
    /// <param name="maxTokensInChat">And in a conversation, where there are such.</param>
    public GenerationSettings(int maxTokens, int? maxTokensInChat = null)
    {
        _own = new() { MaxTokens = maxTokens, Temperature = 0.7, TopP = 0.95 };
        Drawing =
        [
            Number<double>("--temperature", "Below 1 surer, above 1 bolder, 0 always the most probable. Default 0.7.", (options, value) => options with { Temperature = value }),
            Number<int>("--top-k", "Only this many of the most probable tokens (0: all).", (options, value) => options with { TopK = value }),
            Number<double>("--top-p", "Only the most probable tokens that sum to this. Default 0.95.", (options, value) => options with { TopP = value }),
            Number<double>("--min-p", "Only tokens at least this share as probable as the most probable.", (options, value) => options with { MinP = value }),
            Number<double>("--typical", "Only the tokens nearest to the expected surprise that sum to this (1: all).", (options, value) => options with { TypicalP = value }),
            Number<double>("--top-n-sigma", "Only tokens at most this many standard deviations below the best (0: all).", (options, value) => options with { TopNSigma = value }),
            Number<double>("--xtc-probability", "How often the most probable tokens are left out (0: never).", (options, value) => options with { XtcProbability = value }),
            Number<double>("--xtc-threshold", "Which those are: at least this probable. Default 0.1.", (options, value) => options with { XtcThreshold = value }),
            Number<long>("--seed", "The same seed gives the same result. Default 0.", (options, value) => options with { Seed = value }),
        ];
        Repetition =
        [
            Number<double>("--repetition-penalty", "Makes tokens of prompt and answer less likely (1: not).", (options, value) => options with { RepetitionPenalty = value }),
            Number<int>("--repetition-window", "How many last tokens that looks at (0: all).", (options, value) => options with { RepetitionWindow = value }),
            Number<double>("--presence-penalty", "Taken from the score of each token that the answer holds, −2 to 2.", (options, value) => options with { PresencePenalty = value }),
            Number<double>("--frequency-penalty", "The same for each time that it holds it.", (options, value) => options with { FrequencyPenalty = value }),
            Number<double>("--dry-multiplier", "Penalty of repeating sequences (DRY; 0: none).", (options, value) => options with { DryMultiplier = value }),
            Number<double>("--dry-base", "How it grows with the sequence's length. Default 1.75.", (options, value) => options with { DryBase = value }),
            Number<int>("--dry-allowed-length", "Shorter repeats are free. Default 2.", (options, value) => options with { DryAllowedLength = value }),
            Number<int>("--dry-window", "How many last tokens DRY looks at (0: all).", (options, value) => options with { DryWindow = value }),
            Texts("--dry-breaker", "A text over which no repeat reaches; may be given more than once. Default: line end : \" *", (options, texts) => options with { DryBreakers = texts }),
        ];
        Answer =
        [
            Number<int>("--max-tokens", string.Create(CultureInfo.InvariantCulture, $"The most tokens to write. Default {maxTokens}{(maxTokensInChat is { } most ? $", in a conversation {most}" : "")}."), (options, value) => options with { MaxTokens = value }),
            Number<int>("--min-tokens", "Do not end before this many tokens.", (options, value) => options with { MinTokens = value }),
            Texts("--stop", "A text that ends the answer; may be given more than once.", (options, texts) => options with { Stop = texts }),
            Flag("--ignore-end", "Go on where the model would end.", options => options with { IgnoreEndOfText = true }),
            Texts("--logit-bias", "ID=NUMBER, added to a token's score, −100 to 100; may be given more than once.", (options, texts) => options with { LogitBias = Biases(texts) }),
        ];
        Guessing = [_lookup, Number<int>("--draft-length", "How many tokens are guessed at a time, 1 to 32. Default 4.", (options, value) => options with { DraftLength = value })];
        Overflow = Flag("--shift", "Where the context is full, drop older tokens and go on; each time is told. Default: the answer ends.", options => options with { Overflow = ContextOverflow.Shift });
    }

    /// <summary>How tokens are drawn.</summary>
    public IReadOnlyList<Option> Drawing { get; }

    /// <summary>What is done about repetition.</summary>
    public IReadOnlyList<Option> Repetition { get; }

    /// <summary>Where an answer ends, and what it may hold.</summary>
    public IReadOnlyList<Option> Answer { get; }

    /// <summary>How tokens are guessed ahead.</summary>
    public IReadOnlyList<Option> Guessing { get; }

    /// <summary>What happens when the context is full.</summary>
    public Option Overflow { get; }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[.. Drawing, .. Repetition, .. Answer, .. Guessing, Overflow])
            command.Options.Add(option);
    }

    /// <summary>What is asked for.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="defaults">What the checkpoint says; null while none is open, to check what was given.</param>
    /// <param name="hasDraft">Whether there is a model that guesses ahead.</param>
    /// <param name="maxTokens">The most tokens where nothing says otherwise; null means as the options were made.</param>
    /// <exception cref="InkstoneRequestException">A value is out of its range.</exception>
    public GenerationOptions Read(ParseResult result, GenerationDefaults? defaults, bool hasDraft, int? maxTokens = null)
    {
        var own = maxTokens is { } most ? _own with { MaxTokens = most } : _own;
        var options = defaults?.Over(own) ?? own;
        foreach (var (option, apply) in _settings)
            if (IsGiven(result, option))
                options = apply(result, options);
        if (hasDraft && result.GetValue(_lookup))
            throw new InkstoneRequestException("tokens are guessed in one way", "--lookup", "--lookup or --draft", "both");
        options = options with { Speculation = hasDraft ? Speculation.DraftModel : result.GetValue(_lookup) ? Speculation.PromptLookup : Speculation.None };
        options.Validate();
        return options;
    }

    /// <summary>Whether an option stands on the command line.</summary>
    public static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private Option Number<T>(string name, string description, Func<GenerationOptions, T, GenerationOptions> change)
        where T : struct
    {
        var option = new Option<T?>(name) { Description = description, HelpName = "N" };
        return Add(option, (result, options) => result.GetValue(option) is { } value ? change(options, value) : options);
    }

    private Option Texts(string name, string description, Func<GenerationOptions, string[], GenerationOptions> change)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = name == "--logit-bias" ? "ID=N" : "TEXT", AllowMultipleArgumentsPerToken = false };
        return Add(option, (result, options) => result.GetValue(option) is { Length: > 0 } texts ? change(options, texts) : options);
    }

    private Option Flag(string name, string description, Func<GenerationOptions, GenerationOptions> change)
    {
        var option = new Option<bool>(name) { Description = description };
        return Add(option, (result, options) => result.GetValue(option) ? change(options) : options);
    }

    private Option Add(Option option, Func<ParseResult, GenerationOptions, GenerationOptions> apply)
    {
        _settings.Add((option, apply));
        return option;
    }

    private static Dictionary<int, double> Biases(string[] texts)
    {
        var biases = new Dictionary<int, double>();
        foreach (var text in texts)
        {
            var parts = text.Split('=', 2);
            if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var token)
                || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var bias))
                throw new InkstoneRequestException("not a token's id and a number", "--logit-bias", "ID=NUMBER, such as 50256=-100", Excerpt.Of(text));
            biases[token] = bias;
        }
        return biases;
    }
}
