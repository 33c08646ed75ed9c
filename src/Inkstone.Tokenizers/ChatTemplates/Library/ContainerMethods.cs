namespace Inkstone.Tokenizers;

/// <summary>The methods of <c>list</c> and <c>tuple</c> that change nothing; Jinja's sandbox refuses the others.</summary>
internal static class SequenceMethods
{
    /// <summary>A method bound to a sequence, or null where there is none of that name.</summary>
    public static TemplateValue? Find(SequenceValue self, string name)
    {
        switch (name)
        {
            case "count":
                return new FunctionValue(name, (arguments, state) =>
                {
                    var sought = arguments.ByPlace(state, name, 1, 1)[0]!;
                    state.Spend(self.Values.Length);
                    return new IntegerValue(self.Values.Count(item => Comparison.AreEqual(item, sought, state)), self.Origin);
                });
            case "index":
                return new FunctionValue(name, (arguments, state) => Index(self, arguments, state));
            case "copy" when self is ListValue:
                return new FunctionValue(name, (_, _) => self);
            case "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort" when self is ListValue:
                return Attributes.Unsafe(self, name);
            default:
                return null;
        }
    }

    private static IntegerValue Index(SequenceValue self, Arguments arguments, RenderState state)
    {
        var bound = arguments.ByPlace(state, "index", 1, 3);
        var bounds = new SliceBounds(Bound(bound[1]), Bound(bound[2]), null);
        var (start, _, count) = bounds.Over(self.Values.Length, state);
        for (var i = start; i < start + count; i++)
        {
            state.Spend(1);
            if (Comparison.AreEqual(self.Values[i], bound[0]!, state))
                return new IntegerValue(i, self.Origin);
        }
        throw state.Error($"{self.TypeName}.index(x): x not in {self.TypeName}");

        System.Numerics.BigInteger? Bound(TemplateValue? value) => value is null ? null : Numbers.Small(value, state);
    }
}

/// <summary>The methods of <c>dict</c> that change nothing; Jinja's sandbox refuses the others.</summary>
internal static class DictionaryMethods
{
    /// <summary>A method bound to a dictionary, or null where there is none of that name.</summary>
    public static TemplateValue? Find(DictionaryValue self, string name)
    {
        switch (name)
        {
            case "items" or "keys" or "values":
                return new FunctionValue(name, (arguments, state) =>
                {
                    arguments.ByPlace(state, name, 0, 0);
                    return new DictionaryView(self, name);
                });
            case "get":
                return new FunctionValue(name, (arguments, state) =>
                {
                    var bound = arguments.ByPlace(state, name, 1, 2);
                    if (!bound[0]!.IsHashable(state))
                        throw state.Error($"unhashable type: '{bound[0]!.TypeName}'");
                    return self.Find(bound[0]!) ?? bound[1] ?? NoneValue.Instance;
                });
            case "copy":
                return new FunctionValue(name, (_, _) => self);
            case "fromkeys":
                return new FunctionValue(name, (arguments, state) =>
                {
                    var bound = arguments.ByPlace(state, name, 1, 2);
                    var made = new DictionaryValue(state, bound[0]!.Origin);
                    foreach (var key in bound[0]!.Items(state))
                        made.Set(key, bound[1] ?? NoneValue.Instance);
                    return made;
                });
            case "clear" or "pop" or "popitem" or "setdefault" or "update":
                return Attributes.Unsafe(self, name);
            default:
                return null;
        }
    }
}
