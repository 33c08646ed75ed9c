namespace Inkstone.Tokenizers;

/// <summary>The arguments of a call.</summary>
internal readonly struct Arguments(TemplateValue[] positional, KeyValuePair<string, TemplateValue>[]? named = null)
{
    /// <summary>No arguments.</summary>
    public static Arguments None { get; } = new([]);

    /// <summary>Those given by place.</summary>
    public TemplateValue[] Positional { get; } = positional;

    /// <summary>Those given by name.</summary>
    public KeyValuePair<string, TemplateValue>[] Named { get; } = named ?? [];

    /// <summary>The first argument given by place, or null.</summary>
    public TemplateValue? First => Positional.Length > 0 ? Positional[0] : null;

    /// <summary>Each parameter's argument, null where it is left out.</summary>
    /// <param name="state">The rendering.</param>
    /// <param name="function">The name used in errors.</param>
    /// <param name="required">How many of the first parameters must be given.</param>
    /// <param name="parameters">The names of the parameters.</param>
    public TemplateValue?[] Bind(RenderState state, string function, int required, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Length > parameters.Length)
            throw state.Error(FormattableString.Invariant(
                $"{function}() takes at most {parameters.Length} argument(s) ({Positional.Length} given)"));
        var bound = new TemplateValue?[parameters.Length];
        Positional.CopyTo(bound, 0);
        foreach (var (name, value) in Named)
        {
            var place = parameters.IndexOf(name);
            if (place < 0)
                throw state.Error($"{function}() got an unexpected keyword argument '{name}'");
            if (bound[place] is not null)
                throw state.Error($"{function}() got multiple values for argument '{name}'");
            bound[place] = value;
        }
        for (var i = 0; i < required; i++)
        {
            if (bound[i] is null)
                throw state.Error($"{function}() missing required argument '{parameters[i]}'");
        }
        return bound;
    }

    /// <summary>Arguments of a function that takes none by name.</summary>
    public TemplateValue?[] ByPlace(RenderState state, string function, int required, int most)
    {
        if (Named.Length > 0)
            throw state.Error($"{function}() takes no keyword arguments");
        if (Positional.Length < required || Positional.Length > most)
        {
            var (bound, count) = required == most ? ("exactly", most) : Positional.Length < required ? ("at least", required) : ("at most", most);
            throw state.Error(FormattableString.Invariant($"{function}() takes {bound} {count} argument(s) ({Positional.Length} given)"));
        }
        var given = new TemplateValue?[most];
        Positional.CopyTo(given, 0);
        return given;
    }

    /// <summary>All but the first arguments given by place.</summary>
    public Arguments Skip(int count) => new(Positional[count..], Named);
}
