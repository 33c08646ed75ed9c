using System.Globalization;

namespace Inkstone.Inference;

/// <summary>A bound of a number.</summary>
/// <param name="Value">Where it lies.</param>
/// <param name="IsExcluded">Whether the number itself is outside.</param>
internal readonly record struct NumberBound(decimal Value, bool IsExcluded)
{
    /// <summary>The bound of the negative number.</summary>
    public NumberBound Negated => this with { Value = -Value };

    /// <summary>The digits after the point without zeros at the end.</summary>
    public string Fraction
    {
        get
        {
            var digits = Math.Abs(Value).ToString(CultureInfo.InvariantCulture);
            var point = digits.IndexOf('.', StringComparison.Ordinal);
            return point < 0 ? "" : digits[(point + 1)..].TrimEnd('0');
        }
    }
}
