using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// A chat template: a Jinja template that turns a conversation into the text a model was trained on. It renders byte for byte as
/// Python's jinja2 3.1 does in the environment of Hugging Face transformers: an immutable sandbox, <c>trim_blocks</c> and
/// <c>lstrip_blocks</c> on, autoescape off, the loop controls and <c>{% generation %}</c>, <c>tojson</c> without escapes for HTML,
/// <c>raise_exception</c> and <c>strftime_now</c>. Not supported, and refused by name: the tags <c>autoescape</c>, <c>extends</c>,
/// <c>from</c>, <c>import</c> and <c>include</c>, the filters <c>filesizeformat</c>, <c>pprint</c>, <c>random</c>, <c>striptags</c>,
/// <c>urlize</c>, <c>wordwrap</c> and <c>xmlattr</c>. Immutable and safe from many threads.
/// </summary>
public sealed class ChatTemplate
{
    private readonly TemplateNode[] _nodes;
    private readonly List<string> _literals;
    private readonly string[] _variables;

    private ChatTemplate(string source, ChatTemplateLimits limits)
    {
        Source = source;
        _nodes = TemplateParser.Parse(source, limits, out _literals, out _variables);
    }

    /// <summary>The text it was read from.</summary>
    public string Source { get; }

    /// <summary>Reads a template.</summary>
    /// <param name="source">The Jinja source.</param>
    /// <param name="limits">The limits on its length and depth, or null for the defaults.</param>
    /// <exception cref="InkstoneFormatException">It is not a template within the limits; the message names the line.</exception>
    public static ChatTemplate Parse(string source, ChatTemplateLimits? limits = null)
    {
        limits ??= ChatTemplateLimits.Default;
        limits.Validate();
        return new(source, limits);
    }

    /// <summary>Renders a conversation.</summary>
    /// <param name="input">The conversation and what else the template is given.</param>
    /// <param name="limits">The limits on steps, depth and length, or null for the defaults.</param>
    /// <exception cref="InkstoneFormatException">
    /// The template fails, refuses the conversation (<c>raise_exception</c>, whose text is <see cref="InkstoneException.What"/>), or does not
    /// end within the limits; the message names the line.
    /// </exception>
    public ChatRendering Render(ChatTemplateInput input, ChatTemplateLimits? limits = null)
    {
        limits ??= ChatTemplateLimits.Default;
        limits.Validate();
        var state = new RenderState(limits, input.Clock);
        JsonInput.Define(state, input, limits.MaximumDepth);
        var scope = new Scope(null);
        foreach (var name in _variables)
            scope.Set(name, UndefinedValue.OfName(name));
        var rendered = TemplateNode.Capture(_nodes, scope, state);
        return new ChatRendering(rendered, state.Spent);
    }

    /// <summary>
    /// Whether the template writes a token literally, outside tags or in one of its strings. Of added tokens that are not special, those
    /// are control tokens too.
    /// </summary>
    public bool Writes(string token) => token.Length > 0 && _literals.Exists(literal => literal.Contains(token, StringComparison.Ordinal));
}
