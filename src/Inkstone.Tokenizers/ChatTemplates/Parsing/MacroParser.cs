namespace Inkstone.Tokenizers;

/// <content>Macros and calls with a body.</content>
internal sealed partial class TemplateParser
{
    private MacroNode Macro(int line)
    {
        var name = _tokens.Expect(TemplateTokenKind.Name);
        ExpressionParser.CheckAssignable(name);
        _expressions.Mention(name.Text, isAssigned: true);
        return new(Definition(name.Text, "endmacro"), line);
    }

    private CallBlockNode CallBlock(int line)
    {
        // The signature comes before the call, the body after it.
        var (parameters, defaults) = _tokens.Current.IsOperator("(") ? Signature() : ([], []);
        if (_expressions.Expression() is not CallNode call)
            throw TemplateErrors.At(line, "expected call");
        return new(Definition("caller", "endcall", parameters, defaults), call, line);
    }

    private MacroDefinition Definition(string name, string end)
    {
        var (parameters, defaults) = Signature();
        return Definition(name, end, parameters, defaults);
    }

    private MacroDefinition Definition(string name, string end, string[] parameters, TemplateExpression[] defaults)
    {
        var outer = _expressions.Special;
        _expressions.Special = SpecialNames.None;
        var body = OutsideLoops(() => Body(end));
        var used = _expressions.Special;
        _expressions.Special = outer | used;
        var explicitCaller = Array.IndexOf(parameters, "caller");
        if (explicitCaller >= 0 && (used & SpecialNames.Caller) != 0 && explicitCaller < parameters.Length - defaults.Length)
            throw TemplateErrors.At(_tokens.Current.Line,
                "When defining macros or call blocks the special \"caller\" argument must be omitted or be given a default.");
        return new(name, parameters, defaults, body, Takes(SpecialNames.Caller, "caller"), Takes(SpecialNames.More, "varargs"),
            Takes(SpecialNames.Named, "kwargs"));

        bool Takes(SpecialNames special, string parameter) => (used & special) != 0 && !parameters.Contains(parameter);
    }

    private (string[] Parameters, TemplateExpression[] Defaults) Signature()
    {
        var parameters = new List<string>();
        var defaults = new List<TemplateExpression>();
        _tokens.Expect("(");
        while (!_tokens.Current.IsOperator(")"))
        {
            if (parameters.Count > 0)
                _tokens.Expect(",");
            var name = _tokens.Expect(TemplateTokenKind.Name);
            ExpressionParser.CheckAssignable(name);
            if (_tokens.TakeIf("="))
                defaults.Add(Inside(_expressions.Expression));
            else if (defaults.Count > 0)
                throw TemplateErrors.At(name.Line, "non-default argument follows default argument");
            if (parameters.Contains(name.Text))
                throw TemplateErrors.At(name.Line, $"duplicate argument '{name.Text}' in a definition");
            parameters.Add(name.Text);
        }
        _tokens.Take();
        return ([.. parameters], [.. defaults]);
    }
}
