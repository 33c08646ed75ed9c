using System.Globalization;
using static System.FormattableString;

namespace Inkstone.Corpus;

/// <summary>
/// The types that the documentation describes and the names of their type parameters: what an identifier alone does not
/// say (<c>Dictionary`2</c> is <c>Dictionary&lt;TKey, TValue&gt;</c>; <c>System.Environment.SpecialFolder</c> is nested).
/// </summary>
internal sealed class TypeCatalog
{
    private readonly Dictionary<string, string[]> _typeParameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _methodParameters = new(StringComparer.Ordinal);

    /// <summary>Adds a type or a generic method by its identifier, with its documented type parameters.</summary>
    public void Add(string id, string[] typeParameters)
    {
        if (id.StartsWith("T:", StringComparison.Ordinal))
            _typeParameters.TryAdd(id[2..], typeParameters);
        else if (typeParameters.Length > 0)
            _methodParameters.TryAdd(id, typeParameters);
    }

    /// <summary>The documented type parameters of a method; names made up where there are none.</summary>
    public string[] MethodParameters(string id, string member) =>
        Names(_methodParameters.GetValueOrDefault(id), SplitArity(member).Arity);

    /// <summary>The whole name, namespace included: <c>System.Collections.Generic.List&lt;T&gt;.Enumerator</c>.</summary>
    public string FullName(string type) => Display(type, 0);

    /// <summary>The name without its namespace: <c>List&lt;T&gt;.Enumerator</c>.</summary>
    public string ShortName(string type) => Display(type, StartOfName(type));

    /// <summary>The outermost type around this one, without arity: <c>System.Collections.Generic.List</c>.</summary>
    public string OutermostName(string type)
    {
        var start = StartOfName(type);
        var end = type.IndexOf('.', start);
        return SplitArity(end < 0 ? type : type[..end]).Name;
    }

    /// <summary>All type parameters in scope inside a type, those of the types around it first.</summary>
    public string[] TypeParameters(string type)
    {
        var all = new List<string>();
        for (var end = type.IndexOf('`'); end >= 0; end = end < type.Length ? type.IndexOf('`', end) : -1)
        {
            var next = type.IndexOf('.', end);
            end = next < 0 ? type.Length : next;
            all.AddRange(OwnParameters(type[..end]));
        }
        return [.. all];
    }

    /// <summary>Where, in a dotted name, the first type begins: the shortest documented prefix ends there, else the last part.</summary>
    public int StartOfName(string type)
    {
        var lookup = _typeParameters.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int start = 0, end; start < type.Length; start = end + 1)
        {
            end = type.IndexOf('.', start);
            if (end < 0)
                return start;
            if (type.AsSpan(start, end - start).Contains('`') || lookup.ContainsKey(type.AsSpan(0, end)))
                return start;
        }
        return 0;
    }

    private string Display(string type, int start)
    {
        if (!type.Contains('`'))
            return type[start..];
        var text = new System.Text.StringBuilder();
        while (start < type.Length)
        {
            var end = type.IndexOf('.', start);
            end = end < 0 ? type.Length : end;
            if (text.Length > 0)
                text.Append('.');
            text.Append(SplitArity(type[start..end]).Name);
            if (OwnParameters(type[..end]) is { Length: > 0 } names)
                text.Append('<').AppendJoin(", ", names).Append('>');
            start = end + 1;
        }
        return text.ToString();
    }

    private string[] OwnParameters(string type)
    {
        var arity = SplitArity(type[(type.LastIndexOf('.') + 1)..]).Arity;
        return arity == 0 ? [] : Names(_typeParameters.GetValueOrDefault(type), arity);
    }

    private static string[] Names(string[]? documented, int arity)
    {
        if (documented is not null && documented.Length == arity)
            return documented;
        return arity == 1 ? ["T"] : [.. Enumerable.Range(1, arity).Select(i => Invariant($"T{i}"))];
    }

    /// <summary><c>List`1</c> into <c>List</c> and 1; <c>Select``2</c> into <c>Select</c> and 2.</summary>
    public static (string Name, int Arity) SplitArity(string name)
    {
        var tick = name.LastIndexOf('`');
        if (tick < 0 || !int.TryParse(name.AsSpan(tick + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var arity) || arity > 64)
            return (name, 0);
        return (name[..tick].TrimEnd('`'), arity);
    }
}
