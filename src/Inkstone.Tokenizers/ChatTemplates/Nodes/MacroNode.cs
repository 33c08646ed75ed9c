namespace Inkstone.Tokenizers;

/// <summary>What a macro or a call block takes and does.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">The names of its parameters.</param>
/// <param name="Defaults">The defaults of the last parameters.</param>
/// <param name="Body">What it writes.</param>
/// <param name="TakesCaller">Whether it mentions <c>caller</c>.</param>
/// <param name="TakesMore">Whether it mentions <c>varargs</c>.</param>
/// <param name="TakesNamed">Whether it mentions <c>kwargs</c>.</param>
internal sealed record MacroDefinition(
    string Name, string[] Parameters, TemplateExpression[] Defaults, TemplateNode[] Body, bool TakesCaller, bool TakesMore, bool TakesNamed);

/// <summary><c>{% macro name(parameters) %}…{% endmacro %}</c>.</summary>
internal sealed class MacroNode(MacroDefinition definition, int line) : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state)
    {
        scope.Set(definition.Name, new MacroValue(definition, scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call(parameters) macro(arguments) %}…{% endcall %}</c>.</summary>
internal sealed class CallBlockNode(MacroDefinition caller, CallNode call, int line) : TemplateNode(line)
{
    public override Flow Execute(Scope scope, TextBuilder output, RenderState state)
    {
        call.Call(scope, state, new MacroValue(caller, scope)).WriteText(output, state);
        return Flow.Next;
    }
}

/// <summary>A macro where it was defined.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope closure) : TemplateValue
{
    public override string TypeName => "Macro";

    public override string Description => "jinja2.runtime.Macro object";

    public override TemplateValue? Attribute(string name, RenderState state) => name switch
    {
        "name" => new TextValue(definition.Name),
        "arguments" => new TupleValue(Array.ConvertAll<string, TemplateValue>(definition.Parameters, parameter => new TextValue(parameter))),
        "catch_kwargs" => BooleanValue.Of(definition.TakesNamed),
        "catch_varargs" => BooleanValue.Of(definition.TakesMore),
        "caller" => BooleanValue.Of(definition.TakesCaller),
        _ => null,
    };

    public override void WriteRepresentation(TextBuilder output, RenderState state) => output.Append($"<Macro '{definition.Name}'>", TextOrigin.Template);

    public override TemplateValue Call(Arguments arguments, RenderState state)
    {
        state.Descend();
        var line = state.Line;
        var scope = new Scope(closure);
        Bind(arguments, scope, state);
        var written = TemplateNode.Capture(definition.Body, scope, state);
        state.Line = line;
        state.Ascend();
        return written;
    }

    private void Bind(Arguments arguments, Scope scope, RenderState state)
    {
        var (parameters, defaults) = (definition.Parameters, definition.Defaults);
        var named = arguments.Named.ToList();
        var bound = new TemplateValue?[parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            state.Spend(1 + named.Count / 8);
            bound[i] = i < arguments.Positional.Length ? arguments.Positional[i] : Take(named, parameters[i]);
        }
        if (definition.TakesCaller)
            scope.Set("caller", Take(named, "caller") ?? new UndefinedValue("No caller defined"));
        if (definition.TakesNamed)
        {
            var rest = new DictionaryValue(state);
            foreach (var (name, value) in named)
                rest.Set(new TextValue(name), value);
            scope.Set("kwargs", rest);
        }
        else if (named.Count > 0)
            throw state.Error(named.Exists(argument => argument.Key == "caller")
                ? $"macro '{definition.Name}' was invoked with two values for the special caller argument. This is most likely a bug."
                : $"macro '{definition.Name}' takes no keyword argument '{named[0].Key}'");
        if (definition.TakesMore)
            scope.Set("varargs", new TupleValue(arguments.Positional.Length > parameters.Length ? arguments.Positional[parameters.Length..] : []));
        else if (arguments.Positional.Length > parameters.Length)
            throw state.Error(FormattableString.Invariant($"macro '{definition.Name}' takes not more than {parameters.Length} argument(s)"));
        for (var i = 0; i < parameters.Length; i++)
        {
            var preset = i - parameters.Length + defaults.Length;
            scope.Set(parameters[i], bound[i] ?? (preset >= 0 ? defaults[preset].Evaluate(scope, state)
                : new UndefinedValue($"parameter '{parameters[i]}' was not provided")));
        }
    }

    private static TemplateValue? Take(List<KeyValuePair<string, TemplateValue>> named, string name)
    {
        var at = named.FindIndex(argument => argument.Key == name);
        if (at < 0)
            return null;
        var value = named[at].Value;
        named.RemoveAt(at);
        return value;
    }
}
