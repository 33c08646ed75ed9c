using System.Globalization;
using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary><c>None</c>.</summary>
internal sealed class NoneValue : TemplateValue
{
    private readonly TextOrigin _origin;

    private NoneValue(TextOrigin origin) => _origin = origin;

    /// <summary>As templates write it.</summary>
    public static NoneValue Instance { get; } = new(TextOrigin.Template);

    /// <summary>The null of a request.</summary>
    public static NoneValue OfRequest { get; } = new(TextOrigin.Request);

    public override string TypeName => "NoneType";

    public override string Description => "None";

    public override TextOrigin Origin => _origin;

    public override bool IsTrue(RenderState state) => false;

    public override void WriteRepresentation(TextBuilder output, RenderState state) => output.Append("None", _origin);
}

/// <summary><c>True</c> or <c>False</c>.</summary>
internal sealed class BooleanValue : TemplateValue
{
    private static readonly BooleanValue TemplateTrue = new(true, TextOrigin.Template), TemplateFalse = new(false, TextOrigin.Template);
    private static readonly BooleanValue RequestTrue = new(true, TextOrigin.Request), RequestFalse = new(false, TextOrigin.Request);
    private readonly TextOrigin _origin;

    private BooleanValue(bool value, TextOrigin origin) => (Value, _origin) = (value, origin);

    /// <summary>Which of the two.</summary>
    public bool Value { get; }

    public override string TypeName => "bool";

    public override TextOrigin Origin => _origin;

    /// <summary>The value with an origin.</summary>
    public static BooleanValue Of(bool value, TextOrigin origin = TextOrigin.Template) => (origin & TextOrigin.Request) != 0
        ? value ? RequestTrue : RequestFalse
        : value ? TemplateTrue : TemplateFalse;

    public override bool IsTrue(RenderState state) => Value;

    public override void WriteRepresentation(TextBuilder output, RenderState state) => output.Append(Value ? "True" : "False", _origin);
}

/// <summary>An <c>int</c> of any size.</summary>
internal sealed class IntegerValue(BigInteger value, TextOrigin origin = TextOrigin.Template) : TemplateValue
{
    /// <summary>Its value.</summary>
    public BigInteger Value { get; } = value;

    public override string TypeName => "int";

    public override TextOrigin Origin => origin;

    public override bool IsTrue(RenderState state) => !Value.IsZero;

    public override void WriteRepresentation(TextBuilder output, RenderState state) => output.Append(Text(), origin);

    /// <summary>Its decimal digits.</summary>
    public string Text() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A <c>float</c>.</summary>
internal sealed class FloatValue(double value, TextOrigin origin = TextOrigin.Template) : TemplateValue
{
    /// <summary>Its value.</summary>
    public double Value { get; } = value;

    public override string TypeName => "float";

    public override TextOrigin Origin => origin;

    public override bool IsTrue(RenderState state) => Value != 0;

    public override void WriteRepresentation(TextBuilder output, RenderState state) => output.Append(FloatText.Shortest(Value), origin);
}
