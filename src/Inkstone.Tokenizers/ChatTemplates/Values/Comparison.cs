using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary>Python's equality, order and membership.</summary>
internal static class Comparison
{
    /// <summary><c>==</c>.</summary>
    public static bool AreEqual(TemplateValue left, TemplateValue right, RenderState state)
    {
        if (left is TextValue text)
            return right is TextValue other && text.Size == other.Size && SameText(text, other, state);
        if (ReferenceEquals(left, right) && left is not FloatValue)
            return true;
        if (Numbers.TryGet(left, out var a, out var x))
            return Numbers.TryGet(right, out var b, out var y) && OfNumbers(a, x, b, y) == 0;
        return (left, right) switch
        {
            (NoneValue, NoneValue) or (UndefinedValue, UndefinedValue) => true,
            (ListValue p, ListValue q) => AreEqual(p.Values, q.Values, state),
            (TupleValue p, TupleValue q) => AreEqual(p.Values, q.Values, state),
            (DictionaryValue p, DictionaryValue q) => AreEqual(p, q, state),
            (RangeValue p, RangeValue q) => p.Length(state) == q.Length(state) && p.Iterate(state).Zip(q.Iterate(state))
                .All(pair => AreEqual(pair.First, pair.Second, state)),
            _ => false,
        };
    }

    /// <summary>An order such as <c>&lt;</c>: negative, zero or positive, null where a number is none; an error where there is no order.</summary>
    public static int? Order(TemplateValue left, TemplateValue right, string operation, RenderState state)
    {
        state.Spend(1);
        if (Numbers.TryGet(left, out var a, out var x) && Numbers.TryGet(right, out var b, out var y))
            return OfNumbers(a, x, b, y);
        switch (left, right)
        {
            case (TextValue p, TextValue q):
                state.Spend(Math.Min(p.Size, q.Size) / 64);
                return OfText(p.Text, q.Text);
            case (ListValue p, ListValue q):
                return OfSequences(p.Values, q.Values, operation, state);
            case (TupleValue p, TupleValue q):
                return OfSequences(p.Values, q.Values, operation, state);
        }
        if ((left as UndefinedValue ?? right as UndefinedValue) is { } undefined)
            throw state.Error(undefined.Message);
        throw state.Error($"'{operation}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
    }

    /// <summary>Whether left stands in a certain order to right.</summary>
    public static bool Holds(TemplateValue left, TemplateValue right, string operation, RenderState state) => operation switch
    {
        "==" => AreEqual(left, right, state),
        "!=" => !AreEqual(left, right, state),
        "<" => Order(left, right, operation, state) < 0,
        "<=" => Order(left, right, operation, state) <= 0,
        ">" => Order(left, right, operation, state) > 0,
        ">=" => Order(left, right, operation, state) >= 0,
        "in" => Contains(right, left, state),
        _ => !Contains(right, left, state),
    };

    /// <summary><c>item in container</c>.</summary>
    public static bool Contains(TemplateValue container, TemplateValue item, RenderState state)
    {
        switch (container)
        {
            case TextValue text:
                if (item is not TextValue part)
                    throw state.Error($"'in <string>' requires string as left operand, not {item.TypeName}");
                state.Spend(text.Size / 64);
                return text.Text.Contains(part.Text, StringComparison.Ordinal);
            case DictionaryValue dictionary:
                if (!item.IsHashable(state))
                    throw state.Error($"unhashable type: '{item.TypeName}'");
                return dictionary.Find(item) is not null;
        }
        var items = container.Iterate(state) ?? throw state.Error($"argument of type '{container.TypeName}' is not iterable");
        foreach (var candidate in items)
        {
            state.Spend(1);
            if (AreEqual(candidate, item, state))
                return true;
        }
        return false;
    }

    private static bool SameText(TextValue left, TextValue right, RenderState state)
    {
        state.Spend(left.Size / 64);
        return string.Equals(left.Text, right.Text, StringComparison.Ordinal);
    }

    private static bool AreEqual(TemplateValue[] left, TemplateValue[] right, RenderState state)
    {
        if (left.Length != right.Length)
            return false;
        for (var i = 0; i < left.Length; i++)
        {
            state.Enter();
            if (!AreEqual(left[i], right[i], state))
                return false;
        }
        return true;
    }

    private static bool AreEqual(DictionaryValue left, DictionaryValue right, RenderState state)
    {
        if (left.Count != right.Count)
            return false;
        foreach (var (key, value) in left.Members)
        {
            state.Enter();
            if (right.Find(key) is not { } other || !AreEqual(value, other, state))
                return false;
        }
        return true;
    }

    private static int? OfSequences(TemplateValue[] left, TemplateValue[] right, string operation, RenderState state)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            state.Enter();
            if (!AreEqual(left[i], right[i], state))
                return Order(left[i], right[i], operation, state);
        }
        return left.Length.CompareTo(right.Length);
    }

    private static int? OfNumbers(BigInteger? a, double x, BigInteger? b, double y)
    {
        if (a is { } i && b is { } j)
            return i.CompareTo(j);
        if (double.IsNaN(x) || double.IsNaN(y))
            return null;
        if (a is null && b is null)
            return x.CompareTo(y);
        return a is { } whole ? OfMixed(whole, y) : -OfMixed(b!.Value, x);
    }

    private static int OfMixed(BigInteger whole, double number)
    {
        if (double.IsInfinity(number))
            return number > 0 ? -1 : 1;
        var order = whole.CompareTo(new BigInteger(Math.Floor(number)));
        return order == 0 && number != Math.Floor(number) ? -1 : order;
    }

    /// <summary>By code points: in UTF-16 the surrogates come before U+E000, in Python after.</summary>
    public static int OfText(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
            return left.Length.CompareTo(right.Length);
        return PointAt(left, same).CompareTo(PointAt(right, same));
    }

    private static int PointAt(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1])
        ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
}
