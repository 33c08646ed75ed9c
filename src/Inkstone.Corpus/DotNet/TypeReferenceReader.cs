using System.Buffers;
using System.Globalization;
using System.Text;

namespace Inkstone.Corpus;

/// <summary>
/// Reads the types of an identifier's parameter list and writes them as C# does, without namespaces:
/// <c>System.Collections.Generic.IEnumerable{`0}[]@</c> becomes <c>ref IEnumerable&lt;T&gt;[]</c>.
/// What does not follow the grammar is taken over as it stands.
/// </summary>
internal ref struct TypeReferenceReader(ReadOnlySpan<char> text, TypeCatalog catalog, string[] typeParameters, string[] methodParameters)
{
    private const int MaximumDepth = 32;
    private static readonly SearchValues<char> Delimiters = SearchValues.Create(",()[]{}@*!^|~");
    private readonly ReadOnlySpan<char> _text = text;
    private int _position;

    /// <summary>One parameter's type, and whether it is passed by reference.</summary>
    public readonly record struct Parameter(string Type, bool ByReference);

    /// <summary>All types of a comma-separated list.</summary>
    public List<Parameter> ReadList()
    {
        var list = new List<Parameter>();
        while (_position < _text.Length)
        {
            var start = _position;
            var type = ReadType(0);
            var byReference = Take('@');
            SkipModifier();
            list.Add(new(type, byReference));
            if (!Take(',') && _position < _text.Length)
                return [new(_text[start..].ToString(), false)];
        }
        return list;
    }

    private string ReadType(int depth)
    {
        if (depth > MaximumDepth)
        {
            var rest = _text[_position..].ToString();
            _position = _text.Length;
            return rest;
        }
        while (Take(' '))
        {
        }
        var type = _position < _text.Length && _text[_position] == '`' ? ReadTypeParameter()
            : _text[_position..].StartsWith("delegate*", StringComparison.Ordinal) ? ReadFunctionPointer(depth)
            : ReadName(depth);
        while (_position < _text.Length)
        {
            if (Take('*'))
                type += "*";
            else if (_text[_position] == '[' && _text[_position..].IndexOf(']') is > 0 and var close)
            {
                type += "[" + new string(',', _text.Slice(_position, close).Count(',')) + "]";
                _position += close + 1;
            }
            else if (_text[_position] is '!' or '^')
                SkipModifier();
            else
                break;
        }
        return type;
    }

    // "delegate* unmanaged{System.IntPtr, System.Void}"
    private string ReadFunctionPointer(int depth)
    {
        var brace = _text[_position..].IndexOf('{');
        var name = _text.Slice(_position, brace < 0 ? _text.Length - _position : brace).ToString();
        _position += name.Length;
        return brace < 0 ? name : name + ReadArguments(depth, []);
    }

    // From the opening brace on; the arguments are added to the list.
    private string ReadArguments(int depth, List<string> arguments)
    {
        _position++;
        do
            arguments.Add(ReadType(depth + 1));
        while (Take(','));
        Take('}');
        return "<" + string.Join(", ", arguments) + ">";
    }

    private string ReadTypeParameter()
    {
        var ticks = 0;
        while (Take('`'))
            ticks++;
        var start = _position;
        while (_position < _text.Length && char.IsAsciiDigit(_text[_position]))
            _position++;
        var names = ticks == 1 ? typeParameters : methodParameters;
        var digits = _text[start.._position];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < names.Length
            ? names[index]
            : $"T{digits}";
    }

    private string ReadName(int depth)
    {
        var whole = new StringBuilder(); // the name as the catalogue writes it, with arities
        var shown = new List<(int End, string Arguments)>(); // where each part with arguments ends in it
        List<string>? arguments = null;
        while (_position < _text.Length)
        {
            var length = _text[_position..].IndexOfAny(Delimiters);
            length = length < 0 ? _text.Length - _position : length;
            whole.Append(_text.Slice(_position, length));
            _position += length;
            if (_position >= _text.Length || _text[_position] != '{')
                break;
            arguments = [];
            shown.Add((whole.Length, ReadArguments(depth, arguments)));
            if (_position >= _text.Length || _text[_position] != '.')
                break;
        }

        var name = whole.ToString();
        if (shown.Count == 0)
            return Keyword(name) ?? catalog.ShortName(name);
        if (name == "System.Nullable" && arguments is [var inner])
            return inner + "?";
        if (name == "System.ValueTuple" && arguments is { Count: > 1 })
            return "(" + string.Join(", ", arguments) + ")";

        // The first part with arguments is a type for certain; one around it may be documented.
        var start = Math.Min(catalog.StartOfName(name), name.AsSpan(0, shown[0].End).LastIndexOf('.') + 1);
        var text = new StringBuilder();
        foreach (var (end, list) in shown)
        {
            text.Append(name, start, end - start).Append(list);
            start = end;
        }
        return text.Append(name, start, name.Length - start).ToString();
    }

    private bool Take(char expected)
    {
        if (_position >= _text.Length || _text[_position] != expected)
            return false;
        _position++;
        return true;
    }

    // A required or optional modifier ("|System.Runtime.InteropServices.InAttribute") says nothing to a reader.
    private void SkipModifier()
    {
        if (_position >= _text.Length || _text[_position] is not ('!' or '|' or '^'))
            return;
        var length = _text[_position..].IndexOfAny(",)}");
        _position = length < 0 ? _text.Length : _position + length;
    }

    private static string? Keyword(string type) => type switch
    {
        "System.Boolean" => "bool",
        "System.Byte" => "byte",
        "System.SByte" => "sbyte",
        "System.Char" => "char",
        "System.Decimal" => "decimal",
        "System.Double" => "double",
        "System.Single" => "float",
        "System.Int16" => "short",
        "System.Int32" => "int",
        "System.Int64" => "long",
        "System.UInt16" => "ushort",
        "System.UInt32" => "uint",
        "System.UInt64" => "ulong",
        "System.IntPtr" => "nint",
        "System.UIntPtr" => "nuint",
        "System.Object" => "object",
        "System.String" => "string",
        "System.Void" => "void",
        _ => null,
    };
}
