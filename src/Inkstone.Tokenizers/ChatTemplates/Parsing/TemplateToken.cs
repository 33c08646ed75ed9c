namespace Inkstone.Tokenizers;

/// <summary>What a token of a template is.</summary>
internal enum TemplateTokenKind : byte
{
    /// <summary>The end of the template.</summary>
    End,

    /// <summary>Text outside tags.</summary>
    Data,

    /// <summary><c>{{</c>.</summary>
    VariableBegin,

    /// <summary><c>}}</c>.</summary>
    VariableEnd,

    /// <summary><c>{%</c>.</summary>
    BlockBegin,

    /// <summary><c>%}</c>.</summary>
    BlockEnd,

    /// <summary>A name or keyword.</summary>
    Name,

    /// <summary>A string, its escapes resolved.</summary>
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a fraction or exponent.</summary>
    Float,

    /// <summary>An operator or bracket.</summary>
    Operator,
}

/// <summary>A token of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its characters; of a string, what it stands for.</param>
/// <param name="Line">The line it begins in, from 1.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, int Line)
{
    /// <summary>Whether it is this name.</summary>
    public bool IsName(string name) => Kind == TemplateTokenKind.Name && Text == name;

    /// <summary>Whether it is this operator.</summary>
    public bool IsOperator(string text) => Kind == TemplateTokenKind.Operator && Text == text;

    /// <summary>As errors show it.</summary>
    public string Description => Kind switch
    {
        TemplateTokenKind.End => "end of template",
        TemplateTokenKind.Data => "template data / text",
        TemplateTokenKind.VariableBegin => "begin of print statement",
        TemplateTokenKind.VariableEnd => "end of print statement",
        TemplateTokenKind.BlockBegin => "begin of statement block",
        TemplateTokenKind.BlockEnd => "end of statement block",
        TemplateTokenKind.String => "string",
        TemplateTokenKind.Integer => "integer",
        TemplateTokenKind.Float => "float",
        _ => Text,
    };
}
