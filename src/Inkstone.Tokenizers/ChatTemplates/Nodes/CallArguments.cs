namespace Inkstone.Tokenizers;

/// <summary>The arguments written in a call.</summary>
/// <param name="Positional">By place.</param>
/// <param name="Names">The names of those given by name.</param>
/// <param name="Named">Those given by name.</param>
/// <param name="Spread">After <c>*</c>.</param>
/// <param name="SpreadNamed">After <c>**</c>.</param>
internal sealed record CallArguments(
    TemplateExpression[] Positional, string[] Names, TemplateExpression[] Named, TemplateExpression? Spread, TemplateExpression? SpreadNamed)
{
    /// <summary>The values.</summary>
    public Arguments Evaluate(Scope scope, RenderState state, TemplateValue? caller)
    {
        var positional = new List<TemplateValue>(Positional.Length);
        foreach (var expression in Positional)
            positional.Add(expression.Evaluate(scope, state));
        var named = new List<KeyValuePair<string, TemplateValue>>(Names.Length);
        for (var i = 0; i < Names.Length; i++)
            Add(Names[i], Named[i].Evaluate(scope, state));
        if (Spread is not null)
            positional.AddRange(Spread.Evaluate(scope, state).ToList(state));
        if (SpreadNamed is not null)
        {
            if (SpreadNamed.Evaluate(scope, state) is not DictionaryValue dictionary)
                throw state.Error("argument after ** must be a mapping");
            foreach (var (key, value) in dictionary.Members)
                Add(key is TextValue text ? text.Text : throw state.Error("keywords must be strings"), value);
        }
        if (caller is not null)
            Add("caller", caller);
        return new([.. positional], named.Count == 0 ? null : [.. named]);

        void Add(string name, TemplateValue value)
        {
            state.Spend(1 + named.Count / 8);
            if (named.Exists(argument => argument.Key == name))
                throw state.Error($"got multiple values for keyword argument '{name}'");
            named.Add(new(name, value));
        }
    }
}
