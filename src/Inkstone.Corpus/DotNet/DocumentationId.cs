namespace Inkstone.Corpus;

/// <summary>
/// A documentation comment identifier taken apart, as the C# specification (annex D.4.2) writes it:
/// <c>M:System.Collections.Generic.List`1.Add(`0)</c> is a method of the type <c>System.Collections.Generic.List`1</c>.
/// </summary>
/// <param name="Kind">T type, M method, P property, F field, E event, N namespace, O overloads; '!' when it has no such prefix.</param>
/// <param name="Type">The declaring type (the type itself for T), with its back-ticked arities.</param>
/// <param name="Member">
/// The member's name as it stands: <c>#ctor</c>, <c>op_Addition</c>, <c>System#IDisposable#Dispose</c>; empty for types.
/// </param>
/// <param name="Parameters">What stands between the parentheses; null when there are none.</param>
/// <param name="Converted">The type a conversion operator gives, after the tilde; null otherwise.</param>
internal readonly record struct DocumentationId(char Kind, string Type, string Member, string? Parameters, string? Converted)
{
    public static DocumentationId Parse(string id)
    {
        if (id.Length < 2 || id[1] != ':')
            return new('!', id, "", null, null);
        var kind = id[0];
        if (kind is not ('M' or 'P' or 'F' or 'E' or 'O'))
            return new(kind, id[2..], "", null, null);

        var nameEnd = id.AsSpan(2).IndexOfAny('(', '~');
        nameEnd = nameEnd < 0 ? id.Length : nameEnd + 2;
        string? converted = null, parameters = null;
        var rest = id.AsSpan(nameEnd);
        if (rest.LastIndexOf('~') is >= 0 and var tilde)
        {
            converted = rest[(tilde + 1)..].ToString();
            rest = rest[..tilde];
        }
        if (rest.Length >= 2 && rest[0] == '(' && rest[^1] == ')')
            parameters = rest[1..^1].ToString();

        var name = id.AsSpan(2, nameEnd - 2);
        var dot = LastDotOutsideBrackets(name);
        return dot < 0
            ? new(kind, "", name.ToString(), parameters, converted)
            : new(kind, name[..dot].ToString(), name[(dot + 1)..].ToString(), parameters, converted);
    }

    private static int LastDotOutsideBrackets(ReadOnlySpan<char> name)
    {
        var depth = 0;
        for (var i = name.Length - 1; i >= 0; i--)
        {
            switch (name[i])
            {
                case '}' or '>':
                    depth++;
                    break;
                case '{' or '<':
                    depth--;
                    break;
                case '.' when depth == 0:
                    return i;
            }
        }
        return -1;
    }
}
