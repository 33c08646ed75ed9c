namespace Inkstone.Tokenizers;

/// <summary>Variables of one part of a template; what is not here is looked for outside.</summary>
internal sealed class Scope(Scope? outer)
{
    private Dictionary<string, TemplateValue>? _variables;

    /// <summary>Finds a variable, then what the rendering was given, then what is defined in every template.</summary>
    public TemplateValue Find(string name, RenderState state)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._variables is { } variables && variables.TryGetValue(name, out var value))
                return value;
        }
        return state.Context.TryGetValue(name, out var given) ? given : Globals.Find(name) ?? UndefinedValue.OfName(name);
    }

    /// <summary>Sets a variable here.</summary>
    public void Set(string name, TemplateValue value) => (_variables ??= new(StringComparer.Ordinal))[name] = value;

    /// <summary>The scope of the whole template.</summary>
    public Scope Outermost => Outer is null ? this : Outer.Outermost;

    private Scope? Outer { get; } = outer;
}
