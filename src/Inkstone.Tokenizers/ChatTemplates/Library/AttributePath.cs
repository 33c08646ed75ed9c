using System.Globalization;

namespace Inkstone.Tokenizers;

/// <summary>What filters take as <c>attribute</c>: names and indices with dots between, looked up as items.</summary>
internal sealed class AttributePath
{
    private readonly TemplateValue[] _parts;
    private readonly TemplateValue? _absent;

    private AttributePath(TemplateValue[] parts, TemplateValue? absent) => (_parts, _absent) = (parts, absent);

    /// <summary>Reads a path; the item itself where there is none.</summary>
    /// <param name="attribute">The path, an index, or none.</param>
    /// <param name="absent">What stands for a part that is not there.</param>
    /// <param name="state">The rendering.</param>
    public static AttributePath Of(TemplateValue? attribute, TemplateValue? absent, RenderState state) => attribute switch
    {
        null or NoneValue => new([], null),
        TextValue text => new(Array.ConvertAll(text.Text.Split('.'), part => Part(part, text.Origin, state)), absent is NoneValue ? null : absent),
        _ => new([attribute], absent is NoneValue ? null : absent),
    };

    /// <summary>What an item has there.</summary>
    public TemplateValue Of(TemplateValue item, RenderState state)
    {
        foreach (var part in _parts)
        {
            item = Attributes.Item(item, part, state);
            if (_absent is not null && item is UndefinedValue)
                item = _absent;
        }
        return item;
    }

    /// <summary>A key for sorting and comparing: text in lower case unless case counts.</summary>
    public static TemplateValue Key(TemplateValue value, bool caseSensitive, RenderState state) =>
        !caseSensitive && value is TextValue text ? CaseMapping.ToLower(text, state) : value;

    private static TemplateValue Part(string part, TextOrigin origin, RenderState state)
    {
        state.Spend(2);
        return part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit)
            ? new IntegerValue(int.Parse(part, CultureInfo.InvariantCulture), origin)
            : new TextValue(part, origin);
    }
}
