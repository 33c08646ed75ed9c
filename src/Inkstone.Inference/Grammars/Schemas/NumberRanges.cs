using System.Globalization;
using System.Numerics;
using static Inkstone.Inference.GrammarExpression;

namespace Inkstone.Inference;

/// <summary>Decimal numbers between bounds, written without exponents.</summary>
internal static class NumberRanges
{
    private const int WholeDigits = 19;
    private const int FractionDigits = 20;

    /// <summary>Whole numbers from a bound to a bound; null for none, which means 19 digits at most, or as many as the other bound has.</summary>
    public static GrammarExpression Integers(BigInteger? least, BigInteger? most)
    {
        var (low, high) = Bounded(least, most);
        var options = new List<GrammarExpression>();
        if (low < 0)
            options.Add(Of(Text("-"), Between(BigInteger.Max(1, -high), -low)));
        if (high >= 0)
            options.Add(Between(BigInteger.Max(0, low), high));
        return OneOf([.. options]);
    }

    /// <summary>Numbers between bounds, each of which may itself be allowed or not. Zero has no sign.</summary>
    public static GrammarExpression Numbers(NumberBound? least, NumberBound? most)
    {
        var options = new List<GrammarExpression>();
        if (most is null || most.Value.Value >= 0)
            options.Add(Magnitudes(least is { Value: >= 0 } ? least : new NumberBound(0, false), most));
        if (least is null || least.Value.Value < 0)
            options.Add(Of(Text("-"), Magnitudes(most is { Value: < 0 } high ? high.Negated : new NumberBound(0, true), least?.Negated)));
        return OneOf([.. options]);
    }

    private static (BigInteger Low, BigInteger High) Bounded(BigInteger? least, BigInteger? most)
    {
        var digits = Math.Max(WholeDigits, Math.Max(Length(least), Length(most)));
        var largest = BigInteger.Pow(10, digits) - 1;
        return (least ?? -largest, most ?? largest);
    }

    private static int Length(BigInteger? value) => value is { } number ? BigInteger.Abs(number).ToString(CultureInfo.InvariantCulture).Length : 0;

    private static GrammarExpression Magnitudes(NumberBound? least, NumberBound? most)
    {
        var (low, high) = (new BigInteger(decimal.Truncate(least!.Value.Value)), most is { } bound ? new BigInteger(decimal.Truncate(bound.Value)) : (BigInteger?)null);
        var top = Bounded(low, high).High;
        if (top < low)
            return Nothing;
        if (low == top)
            return Of(Between(low, low), Fraction(least, most));
        return OneOf(
            Of(Between(low, low), Fraction(least, null)),
            Of(Between(low + 1, high is null ? top : top - 1), Fraction(null, null)),
            high is null ? Nothing : Of(Between(top, top), Fraction(null, most)));
    }

    private static GrammarExpression Fraction(NumberBound? least, NumberBound? most)
    {
        var (low, high) = (least?.Fraction, most?.Fraction);
        var none = (low is not { Length: > 0 } && least is not { IsExcluded: true }) && (high is not { Length: 0 } || !most!.Value.IsExcluded);
        var some = Of(Text("."), FractionFrom(0, low, least is { IsExcluded: true }, high, most is { IsExcluded: true }));
        return none ? Optional(some) : some;
    }

    /// <summary>The digits of a fraction from a place on; a bound that is null has been left behind.</summary>
    private static GrammarExpression FractionFrom(int place, string? low, bool lowExcluded, string? high, bool highExcluded)
    {
        if (low is not null && place >= low.Length && !lowExcluded)
            low = null;
        if (low is null && high is null)
            return new Repeat(new Character(RegexSets.Digit), place == 0 ? 1 : 0, Math.Max(1, FractionDigits - place));
        var options = new List<GrammarExpression>();
        if (place > 0 && low is null && (place < high!.Length || !highExcluded))
            options.Add(Empty);
        if (place < Math.Max(FractionDigits, Math.Max(low?.Length ?? 0, high?.Length ?? 0) + 2))
        {
            var (from, to) = (low is null ? '0' : Digit(low, place), high is null ? '9' : Digit(high, place));
            for (var digit = from; digit <= to; digit++)
            {
                var (lower, upper) = (low is not null && digit == from, high is not null && digit == to);
                if (!lower && !upper)
                {
                    // All digits between lead to the same.
                    var last = high is null ? '9' : (char)(to - 1);
                    options.Add(Of(new Character(CodePointSet.Range(digit, last)), FractionFrom(place + 1, null, false, null, false)));
                    digit = last;
                }
                else
                    options.Add(Of(Text(digit.ToString()), FractionFrom(place + 1, lower ? low : null, lowExcluded, upper ? high : null, highExcluded)));
            }
        }
        return OneOf([.. options]);
    }

    private static char Digit(string fraction, int place) => place < fraction.Length ? fraction[place] : '0';

    private static GrammarExpression Between(BigInteger low, BigInteger high)
    {
        var options = new List<GrammarExpression>();
        for (var from = low; from <= high;)
        {
            var first = from.ToString(CultureInfo.InvariantCulture);
            var to = BigInteger.Min(high, BigInteger.Pow(10, first.Length) - 1);
            options.Add(SameLength(first, to.ToString(CultureInfo.InvariantCulture)));
            from = to + 1;
        }
        return OneOf([.. options]);
    }

    private static GrammarExpression SameLength(string low, string high)
    {
        if (low.Length == 0)
            return Empty;
        if (low.All(digit => digit == '0') && high.All(digit => digit == '9'))
            return new Repeat(new Character(RegexSets.Digit), low.Length, low.Length);
        if (low[0] == high[0])
            return Of(Text(low[..1]), SameLength(low[1..], high[1..]));
        var (nines, zeros) = (new string('9', low.Length - 1), new string('0', low.Length - 1));
        var options = new List<GrammarExpression> { Of(Text(low[..1]), SameLength(low[1..], nines)), Of(Text(high[..1]), SameLength(zeros, high[1..])) };
        if (high[0] - low[0] > 1)
            options.Add(Of(new Character(CodePointSet.Range(low[0] + 1, high[0] - 1)), SameLength(zeros, nines)));
        return OneOf([.. options]);
    }
}
