namespace Inkstone.Tokenizers;

/// <summary>Python's binary operators on values of every type.</summary>
internal static class Operators
{
    /// <summary>Applies one of <c>+ - * / // % **</c>.</summary>
    public static TemplateValue Apply(string operation, TemplateValue left, TemplateValue right, RenderState state)
    {
        if (Numbers.Apply(operation, left, right, state) is { } number)
            return number;
        if (operation == "%" && left is TextValue format)
            return PercentFormat.Apply(format, right, state);
        if ((left as UndefinedValue ?? right as UndefinedValue) is { } undefined)
            throw state.Error(undefined.Message);
        switch (operation)
        {
            case "+":
                return Add(left, right, state);
            case "*" when Numbers.IsInteger(right, out _) && left is TextValue or SequenceValue:
                return Repeat(left, right, state);
            case "*" when Numbers.IsInteger(left, out _) && right is TextValue or SequenceValue:
                return Repeat(right, left, state);
            case "*" when left is TextValue or SequenceValue || right is TextValue or SequenceValue:
                throw state.Error($"can't multiply sequence by non-int of type '{(left is TextValue or SequenceValue ? right : left).TypeName}'");
            default:
                throw Unsupported(operation == "**" ? "** or pow()" : operation, left, right, state);
        }
    }

    /// <summary>The sign operators.</summary>
    public static TemplateValue Negate(TemplateValue value, bool minus, RenderState state)
    {
        if (!Numbers.TryGet(value, out var integer, out var fraction))
            throw state.Error(value is UndefinedValue undefined ? undefined.Message
                : $"bad operand type for unary {(minus ? '-' : '+')}: '{value.TypeName}'");
        return integer is { } whole ? new IntegerValue(minus ? -whole : whole, value.Origin) : new FloatValue(minus ? -fraction : fraction, value.Origin);
    }

    private static TemplateValue Add(TemplateValue left, TemplateValue right, RenderState state)
    {
        switch (left, right)
        {
            case (TextValue a, TextValue b):
                if (!a.IsMarkup && !b.IsMarkup)
                    return TextValue.Concatenate(a, b, state);
                a = a.IsMarkup ? a : TextFilters.EscapeText(a, state);
                b = b.IsMarkup ? b : TextFilters.EscapeText(b, state);
                return TextValue.Concatenate(a, b, state).AsMarkup(true);
            case (ListValue a, ListValue b):
                return Join(a, b, state);
            case (TupleValue a, TupleValue b):
                return Join(a, b, state);
            case (TextValue, _):
                throw state.Error($"can only concatenate str (not \"{right.TypeName}\") to str");
            case (SequenceValue, _):
                throw state.Error($"can only concatenate {left.TypeName} (not \"{right.TypeName}\") to {left.TypeName}");
            default:
                throw Unsupported("+", left, right, state);
        }
    }

    private static SequenceValue Join(SequenceValue left, SequenceValue right, RenderState state)
    {
        state.Spend(2L * (left.Values.Length + (long)right.Values.Length));
        return left.WithItems([.. left.Values, .. right.Values], left.Origin | right.Origin);
    }

    private static TemplateValue Repeat(TemplateValue value, TemplateValue times, RenderState state)
    {
        Numbers.IsInteger(times, out var given);
        if (given > long.MaxValue || given < long.MinValue)
            throw state.Error("cannot fit 'int' into an index-sized integer");
        var count = given.Sign < 0 ? 0 : given > int.MaxValue ? int.MaxValue : (int)given;
        if (value is TextValue text)
        {
            state.CheckText((long)text.Size * count);
            var output = new TextBuilder(state);
            for (var i = 0; i < count && text.Size > 0; i++)
                output.Append(text);
            return output.ToText().AsMarkup(text.IsMarkup);
        }
        var sequence = (SequenceValue)value;
        state.Spend(2L * sequence.Values.Length * count);
        var items = new TemplateValue[checked(sequence.Values.Length * count)];
        for (var i = 0; i < items.Length; i += sequence.Values.Length)
            sequence.Values.CopyTo(items, i);
        return sequence.WithItems(items, sequence.Origin);
    }

    private static Foundation.Errors.InkstoneFormatException Unsupported(string operation, TemplateValue left, TemplateValue right, RenderState state) =>
        state.Error($"unsupported operand type(s) for {operation}: '{left.TypeName}' and '{right.TypeName}'");
}
