using System.Text;

namespace Inkstone.Corpus;

/// <summary>
/// Writes identifiers for a reader: the headline of a member's own document, and the shorter form that stands where
/// another text refers to it.
/// </summary>
internal sealed class MemberNames(TypeCatalog catalog)
{
    private readonly Dictionary<string, string> _references = new(StringComparer.Ordinal);

    /// <summary>
    /// The first line of a document, declaring type first:
    /// <c>System.Collections.Generic.List&lt;T&gt;.Add(T item) — method</c>.
    /// </summary>
    /// <param name="id">The member's identifier.</param>
    /// <param name="parameters">The documented parameters in order: name and description.</param>
    public string Headline(string id, IReadOnlyList<(string Name, string Description)> parameters)
    {
        var parts = DocumentationId.Parse(id);
        if (parts.Kind == 'T')
            return catalog.FullName(parts.Type) + " — type";
        var (interfaceName, member) = SplitExplicit(parts.Member);
        var methodParameters = catalog.MethodParameters(id, member);
        var types = ReadParameters(parts, methodParameters);
        var names = types.Count == parameters.Count ? parameters : [];
        var list = types.Select((type, i) => names.Count == 0 ? Typed(type, null) : $"{Typed(type, names[i].Description)} {names[i].Name}");
        var owner = catalog.FullName(parts.Type) + (interfaceName.Length == 0 ? "" : "." + Interface(interfaceName));
        return parts.Kind switch
        {
            'F' => $"{owner}.{member} — field",
            'E' => $"{owner}.{member} — event",
            'P' when types.Count > 0 => $"{owner}.this[{string.Join(", ", list)}] — indexer",
            'P' => $"{owner}.{member} — property",
            _ => Method(owner, parts, member, methodParameters, string.Join(", ", list), withKind: true),
        };
    }

    /// <summary>
    /// What stands for a <c>cref</c> in running text: <c>List&lt;T&gt;</c>, <c>List&lt;T&gt;.Count</c>,
    /// <c>String.IndexOf(char, int)</c>.
    /// </summary>
    public string Reference(string id)
    {
        if (!_references.TryGetValue(id, out var text))
            _references.Add(id, text = MakeReference(id));
        return text;
    }

    private string MakeReference(string id)
    {
        if (id.Contains('%'))
            id = Uri.UnescapeDataString(id);
        var parts = DocumentationId.Parse(id);
        switch (parts.Kind)
        {
            case 'T':
                return new TypeReferenceReader(parts.Type, catalog, [], []).ReadList() is [var only] && parts.Type.Contains('{')
                    ? only.Type
                    : catalog.ShortName(parts.Type);
            case 'N':
                return parts.Type;
            case 'M' or 'P' or 'F' or 'E' or 'O':
                break;
            default: // unresolved: "!:Name", or a bare unique identifier of another documentation set
                return catalog.ShortName(id.StartsWith("!:", StringComparison.Ordinal) ? id[2..] : id).TrimEnd('*', '.');
        }
        var (interfaceName, member) = SplitExplicit(parts.Member);
        var owner = catalog.ShortName(parts.Type) + (interfaceName.Length == 0 ? "" : "." + Interface(interfaceName));
        var methodParameters = catalog.MethodParameters(id, member);
        var list = string.Join(", ", ReadParameters(parts, methodParameters).Select(type => Typed(type, null)));
        return parts.Kind switch
        {
            'M' => Method(owner, parts, member, methodParameters, list, withKind: false),
            'P' when list.Length > 0 => $"{owner}.{member}[{list}]",
            _ => $"{owner}.{TypeCatalog.SplitArity(member).Name}",
        };
    }

    private string Method(string owner, in DocumentationId parts, string member, string[] methodParameters, string list, bool withKind)
    {
        if (member is "#ctor" or "#cctor")
            return $"{owner}({list})" + (!withKind ? "" : member == "#ctor" ? " — constructor" : " — static constructor");
        if (member.StartsWith("op_", StringComparison.Ordinal))
        {
            var symbol = OperatorSymbol(member);
            var target = parts.Converted is null ? ""
                : " " + ReadType(parts.Converted, catalog.TypeParameters(parts.Type), methodParameters);
            return $"{owner}.{symbol}{target}({list})" + (withKind ? " — operator" : "");
        }
        var text = new StringBuilder(owner);
        if (owner.Length > 0)
            text.Append('.');
        text.Append(TypeCatalog.SplitArity(member).Name);
        if (methodParameters.Length > 0)
            text.Append('<').AppendJoin(", ", methodParameters).Append('>');
        return text.Append('(').Append(list).Append(')').Append(withKind ? " — method" : "").ToString();
    }

    private List<TypeReferenceReader.Parameter> ReadParameters(in DocumentationId parts, string[] methodParameters) =>
        parts.Parameters is null ? []
            : new TypeReferenceReader(parts.Parameters, catalog, catalog.TypeParameters(parts.Type), methodParameters).ReadList();

    private string ReadType(string type, string[] typeParameters, string[] methodParameters) =>
        new TypeReferenceReader(type, catalog, typeParameters, methodParameters).ReadList() is [var first, ..] ? first.Type : type;

    private string Interface(string name) => ReadType(name, [], []);

    // An identifier does not tell ref from out; the description of an out parameter nearly always does.
    private static string Typed(TypeReferenceReader.Parameter parameter, string? description)
    {
        if (!parameter.ByReference)
            return parameter.Type;
        var isOut = description is not null
            && (description.StartsWith("When this method returns", StringComparison.Ordinal)
                || description.Contains("passed uninitialized", StringComparison.Ordinal)
                || description.Contains("treated as uninitialized", StringComparison.Ordinal));
        return (isOut ? "out " : "ref ") + parameter.Type;
    }

    // "System#Collections#Generic#ICollection{T}#Add" is Add, implemented explicitly for ICollection<T>.
    private static (string Interface, string Member) SplitExplicit(string member)
    {
        if (member.StartsWith('#') || !member.Contains('#'))
            return ("", member);
        var plain = member.Replace('#', '.').Replace('@', ',').Replace('<', '{').Replace('>', '}');
        var dot = plain.LastIndexOf('.');
        return dot <= plain.LastIndexOf('}') - 1 ? ("", plain) : (plain[..dot], plain[(dot + 1)..]);
    }

    private static string OperatorSymbol(string member)
    {
        var isChecked = member.StartsWith("op_Checked", StringComparison.Ordinal);
        var symbol = (isChecked ? member[10..] : member[3..]) switch
        {
            "Implicit" => "implicit operator",
            "Explicit" => isChecked ? "explicit operator checked" : "explicit operator",
            "Addition" or "UnaryPlus" => "+",
            "Subtraction" or "UnaryNegation" => "-",
            "Multiply" => "*",
            "Division" => "/",
            "Modulus" => "%",
            "BitwiseAnd" => "&",
            "BitwiseOr" => "|",
            "ExclusiveOr" => "^",
            "OnesComplement" => "~",
            "LogicalNot" => "!",
            "LeftShift" => "<<",
            "RightShift" => ">>",
            "UnsignedRightShift" => ">>>",
            "Equality" => "==",
            "Inequality" => "!=",
            "LessThan" => "<",
            "LessThanOrEqual" => "<=",
            "GreaterThan" => ">",
            "GreaterThanOrEqual" => ">=",
            "Increment" => "++",
            "Decrement" => "--",
            "True" => "true",
            "False" => "false",
            var other => other,
        };
        return symbol.Contains("operator", StringComparison.Ordinal) ? symbol : (isChecked ? "operator checked " : "operator ") + symbol;
    }
}
