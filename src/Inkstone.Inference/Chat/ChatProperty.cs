using System.Globalization;
using System.Text.Json;
using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>An option by a name that the chat interface does not have a member for.</summary>
internal readonly struct ChatProperty
{
    private static readonly Dictionary<string, Func<GenerationOptions, ChatProperty, GenerationOptions>> Known = new()
    {
        ["min_p"] = (options, value) => options with { MinP = value.Number() },
        ["typical_p"] = (options, value) => options with { TypicalP = value.Number() },
        ["top_n_sigma"] = (options, value) => options with { TopNSigma = value.Number() },
        ["xtc_probability"] = (options, value) => options with { XtcProbability = value.Number() },
        ["xtc_threshold"] = (options, value) => options with { XtcThreshold = value.Number() },
        ["repetition_penalty"] = (options, value) => options with { RepetitionPenalty = value.Number() },
        ["repetition_window"] = (options, value) => options with { RepetitionWindow = value.Integer() },
        ["dry_multiplier"] = (options, value) => options with { DryMultiplier = value.Number() },
        ["dry_base"] = (options, value) => options with { DryBase = value.Number() },
        ["dry_allowed_length"] = (options, value) => options with { DryAllowedLength = value.Integer() },
        ["dry_window"] = (options, value) => options with { DryWindow = value.Integer() },
        ["min_tokens"] = (options, value) => options with { MinTokens = value.Integer() },
        ["logit_bias"] = (options, value) => options with { LogitBias = value.Biases() },
        ["cache_prompt"] = (options, value) => options with { CachePrompt = value.Boolean() },
        ["cache_salt"] = (options, value) => options with { CacheSalt = value.Text() },
    };

    private const string TemplateVariables = "chat_template_kwargs";

    private readonly string _where;
    private readonly string _name;
    private readonly JsonElement _value;

    public ChatProperty(string name, object? value)
    {
        (_name, _where) = (name, $"ChatOptions.AdditionalProperties[{name}]");
        _value = ChatJson.Of(value, _where);
    }

    /// <summary>The options with this one; a variable of the template goes to the others.</summary>
    public GenerationOptions Apply(GenerationOptions options, Dictionary<string, JsonElement> variables)
    {
        if (_name == TemplateVariables)
        {
            foreach (var (name, value) in Members())
                variables[name] = value;
            return options;
        }
        return Known.TryGetValue(_name, out var apply) ? apply(options, this)
            : throw new InkstoneRequestException("the option is not known", _where, string.Join(", ", Known.Keys.Append(TemplateVariables)), _name);
    }

    private double Number() => _value.ValueKind == JsonValueKind.Number && _value.TryGetDouble(out var number) ? number : throw Wrong("a number");

    private int Integer() => _value.ValueKind == JsonValueKind.Number && _value.TryGetInt32(out var number) ? number : throw Wrong("a whole number");

    private bool Boolean() => _value.ValueKind is JsonValueKind.True or JsonValueKind.False ? _value.GetBoolean() : throw Wrong("true or false");

    private string Text() => _value.ValueKind == JsonValueKind.String ? ChatJson.TextOf(_value, _where) : throw Wrong("a text");

    private Dictionary<int, double> Biases()
    {
        var biases = new Dictionary<int, double>();
        foreach (var (name, value) in Members())
            biases[int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var token) ? token : throw Wrong("ids of tokens")] =
                value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong("a number for each id");
        return biases;
    }

    private List<(string Name, JsonElement Value)> Members() => _value.ValueKind == JsonValueKind.Object
        ? [.. _value.EnumerateObject().Select(member => (member.Name, member.Value.Clone()))] : throw Wrong("an object");

    private InkstoneRequestException Wrong(string expected) => new("the value is of another kind", _where, expected, $"{_value.ValueKind}");
}
