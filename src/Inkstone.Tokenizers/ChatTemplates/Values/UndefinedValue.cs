namespace Inkstone.Tokenizers;

/// <summary>What Jinja gives for what is not there: prints as nothing, iterates over nothing, and refuses everything else.</summary>
internal sealed class UndefinedValue : TemplateValue
{
    private readonly (TemplateValue Owner, TemplateValue Key, RenderState State)? _item;
    private string? _message;

    /// <summary>With the error raised where more is asked of it.</summary>
    public UndefinedValue(string message) => _message = message;

    private UndefinedValue(TemplateValue owner, TemplateValue key, RenderState state) => _item = (owner, key, state);

    /// <summary>The error raised where more is asked of it.</summary>
    public string Message => _message ??= Describe();

    public override string TypeName => "Undefined";

    public override string Description => "jinja2.runtime.Undefined object";

    /// <summary>A name that is not there.</summary>
    public static UndefinedValue OfName(string name) => new($"'{name}' is undefined");

    /// <summary>An item or attribute that is not there.</summary>
    public static UndefinedValue OfItem(TemplateValue owner, TemplateValue key, RenderState state) => new(owner, key, state);

    public override bool IsTrue(RenderState state) => false;

    public override int? Length(RenderState state) => 0;

    public override IEnumerable<TemplateValue> Iterate(RenderState state) => [];

    public override TemplateValue Item(TemplateValue key, RenderState state) => throw state.Error(Message);

    public override TemplateValue? Attribute(string name, RenderState state) =>
        name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal) ? null : throw state.Error(Message);

    public override TemplateValue Slice(SliceBounds bounds, RenderState state) => throw state.Error(Message);

    public override TemplateValue Call(Arguments arguments, RenderState state) => throw state.Error(Message);

    public override void WriteRepresentation(TextBuilder output, RenderState state) => output.Append("Undefined", TextOrigin.Template);

    public override void WriteText(TextBuilder output, RenderState state)
    {
    }

    public override TextValue ToText(RenderState state) => TextValue.Empty;

    private string Describe()
    {
        var (owner, key, state) = _item!.Value;
        var output = new TextBuilder(state);
        key.WriteRepresentation(output, state);
        var shown = output.ToText().Text;
        return key is TextValue ? $"'{owner.Description}' has no attribute {shown}" : $"{owner.Description} has no element {shown}";
    }
}
