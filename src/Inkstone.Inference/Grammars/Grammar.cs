using System.Runtime.CompilerServices;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>
/// The form that a text must have, made of a GBNF grammar, a regular expression or a JSON schema. Immutable; keep it and use it for many texts, since what
/// is worked out for one is kept for the next. See the folder's README for what each notation may hold.
/// </summary>
public sealed class Grammar
{
    private readonly ConditionalWeakTable<TokenVocabulary, TokenMasks> _masks = [];
    private readonly GrammarLimits _limits;

    internal Grammar(GrammarRules rules, int root, GrammarLimits limits)
    {
        _limits = limits;
        Automaton = AutomatonBuilder.Build(rules, root, limits);
    }

    /// <summary>Reads a grammar in GBNF, the notation of llama.cpp; its rule <c>root</c> is the whole text.</summary>
    /// <param name="text">The grammar.</param>
    /// <param name="limits">What it may cost; null for the defaults.</param>
    /// <exception cref="InkstoneRequestException">It is malformed, beyond a limit, matches nothing, or has a rule that begins with itself.</exception>
    public static Grammar FromGbnf(string text, GrammarLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        limits ??= GrammarLimits.Default;
        CheckLength(text, "grammar", limits);
        var rules = new GrammarRules();
        return new(rules, new GbnfReader(text, rules, limits).Read(), limits);
    }

    /// <summary>Reads a regular expression, which is to match the whole text.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="limits">What it may cost; null for the defaults.</param>
    /// <exception cref="InkstoneRequestException">It is malformed, beyond a limit, or holds what is not supported, such as back-references and look-around.</exception>
    public static Grammar FromRegex(string expression, GrammarLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(expression);
        limits ??= GrammarLimits.Default;
        CheckLength(expression, "regular expression", limits);
        var rules = new GrammarRules();
        var root = rules.Declare("expression");
        rules.Define(root, new RegexReader(expression, "regular expression", limits, set => new GrammarExpression.Character(set)).ReadWhole());
        return new(rules, root, limits);
    }

    /// <summary>Reads a JSON schema; the text is then JSON that is valid against it.</summary>
    /// <param name="schema">The schema, JSON in its 2020-12 dialect.</param>
    /// <param name="limits">What it may cost; null for the defaults.</param>
    /// <exception cref="InkstoneRequestException">It is malformed, beyond a limit, satisfied by nothing, or has a keyword that is not supported.</exception>
    public static Grammar FromJsonSchema(string schema, GrammarLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        limits ??= GrammarLimits.Default;
        CheckLength(schema, "schema", limits);
        var rules = new GrammarRules();
        return new(rules, new SchemaReader(SchemaDocument.Parse(schema, limits), rules, limits).Read(), limits);
    }

    /// <summary>Any JSON object; nesting as deep as JSON readers take by default, 64.</summary>
    public static Grammar JsonObject { get; } = MakeJsonObject();

    /// <summary>The rules as automata.</summary>
    internal GrammarAutomaton Automaton { get; }

    /// <summary>The masks of a vocabulary's tokens.</summary>
    internal TokenMasks MasksOf(TokenVocabulary vocabulary) => _masks.GetValue(vocabulary, key => new(Automaton, key, _limits));

    /// <summary>A machine of its own that has read nothing.</summary>
    internal PushdownMachine Machine() => new(Automaton, _limits);

    /// <summary>Refuses a text that is too long.</summary>
    internal static void CheckLength(string text, string name, GrammarLimits limits)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > limits.TextBytes)
        {
            throw new InkstoneRequestException("the text is too long", name,
                FormattableString.Invariant($"at most {limits.TextBytes} bytes"), FormattableString.Invariant($"{bytes} bytes"));
        }
    }

    private static Grammar MakeJsonObject()
    {
        var rules = new GrammarRules();
        var root = rules.Declare("JSON object");
        rules.Define(root, new JsonPieces(rules).Object);
        return new(rules, root, GrammarLimits.Default with { Depth = 64 });
    }
}
