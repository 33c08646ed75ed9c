using System.Numerics;

namespace Inkstone.Tokenizers;

/// <summary>Python's arithmetic on bool, int and float.</summary>
internal static class Numbers
{
    // Python's own limit on the digits of numbers it reads or writes is 4300.
    private const int MaximumBits = 14_000;

    /// <summary>Whether a value is a bool or an int, and which.</summary>
    public static bool IsInteger(TemplateValue value, out BigInteger integer)
    {
        switch (value)
        {
            case IntegerValue number:
                integer = number.Value;
                return true;
            case BooleanValue truth:
                integer = truth.Value ? BigInteger.One : BigInteger.Zero;
                return true;
            default:
                integer = default;
                return false;
        }
    }

    /// <summary>Whether a value is a number: an integer, or else a fraction.</summary>
    public static bool TryGet(TemplateValue value, out BigInteger? integer, out double fraction)
    {
        (integer, fraction) = (null, 0);
        if (value is FloatValue number)
            fraction = number.Value;
        else if (IsInteger(value, out var whole))
            integer = whole;
        else
            return false;
        return true;
    }

    /// <summary>A whole number that fits 32 bits, or an error.</summary>
    public static int Small(TemplateValue value, RenderState state)
    {
        if (value is UndefinedValue undefined)
            throw state.Error(undefined.Message);
        if (!IsInteger(value, out var integer))
            throw state.Error($"'{value.TypeName}' object cannot be interpreted as an integer");
        if (integer > int.MaxValue || integer < int.MinValue)
            throw state.Error("Python int too large to convert to C ssize_t");
        return (int)integer;
    }

    /// <summary>An integer within the size that is worked with.</summary>
    public static IntegerValue Checked(BigInteger value, TextOrigin origin, RenderState state)
    {
        if (value.GetBitLength() > MaximumBits)
            throw state.Error("the number has too many digits");
        return new(value, origin);
    }

    /// <summary>A double, or an error where an int is beyond it.</summary>
    public static double ToDouble(BigInteger? integer, double fraction, RenderState state)
    {
        if (integer is not { } value)
            return fraction;
        var number = Nearest(value);
        return double.IsInfinity(number) ? throw state.Error("int too large to convert to float") : number;
    }

    /// <summary>Arithmetic; null where the operands are not both numbers.</summary>
    public static TemplateValue? Apply(string operation, TemplateValue left, TemplateValue right, RenderState state)
    {
        if (!TryGet(left, out var a, out var x) || !TryGet(right, out var b, out var y))
            return null;
        var origin = left.Origin | right.Origin;
        if (a is { } i && b is { } j && operation != "/" && !(operation == "**" && j.Sign < 0))
            return Checked(OfIntegers(operation, i, j, state), origin, state);
        if (operation == "/" && a is { } dividend && b is { } divisor)
            return divisor.IsZero ? throw state.Error("division by zero") : new FloatValue(Quotient(dividend, divisor, state), origin);
        return new FloatValue(OfFloats(operation, ToDouble(a, x, state), ToDouble(b, y, state), state), origin);
    }

    private static BigInteger OfIntegers(string operation, BigInteger a, BigInteger b, RenderState state)
    {
        switch (operation)
        {
            case "+":
                return a + b;
            case "-":
                return a - b;
            case "*":
                return a * b;
            case "**":
                if (!a.IsZero && !BigInteger.Abs(a).IsOne && b * (a.GetBitLength() - 1) > MaximumBits)
                    throw state.Error("the number has too many digits");
                return a.IsZero || BigInteger.Abs(a).IsOne ? BigInteger.Pow(a, (int)(b > 2 ? 2 + b % 2 : b)) : BigInteger.Pow(a, (int)b);
            default:
                if (b.IsZero)
                    throw state.Error("integer division or modulo by zero");
                var quotient = BigInteger.DivRem(a, b, out var remainder);
                var adjust = !remainder.IsZero && (remainder.Sign < 0) != (b.Sign < 0);
                return operation == "//" ? adjust ? quotient - 1 : quotient : adjust ? remainder + b : remainder;
        }
    }

    private static double OfFloats(string operation, double a, double b, RenderState state)
    {
        switch (operation)
        {
            case "+":
                return a + b;
            case "-":
                return a - b;
            case "*":
                return a * b;
            case "**":
                if (a == 0 && b < 0)
                    throw state.Error("0.0 cannot be raised to a negative power");
                if (a < 0 && double.IsFinite(b) && b != Math.Floor(b))
                    throw state.Error("complex numbers are not supported");
                var power = Math.Pow(a, b);
                return double.IsInfinity(power) && double.IsFinite(a) && double.IsFinite(b)
                    ? throw state.Error("(34, 'Numerical result out of range')") : power;
            default:
                if (b == 0)
                    throw state.Error(operation == "%" ? "float modulo" : operation == "/" ? "float division by zero" : "float floor division by zero");
                if (operation == "/")
                    return a / b;
                var remainder = a % b;
                if (remainder != 0 && (remainder < 0) != (b < 0))
                    remainder += b;
                else if (remainder == 0)
                    remainder = Math.CopySign(0, b);
                if (operation == "%")
                    return remainder;
                var quotient = (a - remainder) / b;
                var floor = Math.Floor(quotient);
                return quotient == 0 ? Math.CopySign(0, a / b) : quotient - floor > 0.5 ? floor + 1 : floor;
        }
    }

    // Correctly rounded: scaled so that the quotient has 64 bits and a sticky one.
    private static double Quotient(BigInteger a, BigInteger b, RenderState state)
    {
        const long Exact = 1L << 53;
        if (BigInteger.Abs(a) <= Exact && BigInteger.Abs(b) <= Exact)
            return (double)a / (double)b;
        var shift = (int)(b.GetBitLength() - a.GetBitLength()) + 66;
        var quotient = BigInteger.DivRem(shift > 0 ? BigInteger.Abs(a) << shift : BigInteger.Abs(a),
            shift < 0 ? BigInteger.Abs(b) << -shift : BigInteger.Abs(b), out var rest);
        if (!rest.IsZero)
            quotient |= 1;
        var scaled = Math.ScaleB(Nearest(quotient), -shift);
        if (double.IsInfinity(scaled))
            throw state.Error("integer division result too large for a float");
        return a.Sign * b.Sign < 0 ? -scaled : scaled;
    }

    // BigInteger's own conversion truncates; Python rounds to the nearest, ties to even.
    private static double Nearest(BigInteger value)
    {
        var size = BigInteger.Abs(value);
        var drop = (int)Math.Min(int.MaxValue, size.GetBitLength()) - 54;
        if (drop <= 0)
            return (double)value;
        var top = (ulong)(size >> drop);
        var sticky = !(size & ((BigInteger.One << drop) - 1)).IsZero;
        var rounded = (top >> 1) + ((top & 1) != 0 && (sticky || (top & 2) != 0) ? 1UL : 0UL);
        var result = Math.ScaleB(rounded, drop + 1);
        return value.Sign < 0 ? -result : result;
    }
}
