using System.Globalization;

namespace Inkstone.Foundation.Drawing;

/// <summary>Maps values to pixels, linearly or by logarithm, and chooses round ticks.</summary>
internal sealed class ChartScale
{
    private readonly double _low;
    private readonly double _high;
    private readonly double _from;
    private readonly double _to;
    private readonly bool _logarithmic;

    /// <param name="low">The value at <paramref name="from"/>.</param>
    /// <param name="high">The value at <paramref name="to"/>.</param>
    /// <param name="from">A pixel.</param>
    /// <param name="to">Another pixel.</param>
    /// <param name="logarithmic">Whether equal ratios take equal space.</param>
    public ChartScale(double low, double high, double from, double to, bool logarithmic = false)
    {
        if (!(high > low))
            (low, high) = logarithmic ? (low / 2, low * 2) : (low - 0.5, low + 0.5);
        (_low, _high, _from, _to, _logarithmic) = (low, high, from, to, logarithmic);
    }

    public double Low => _low;

    public double High => _high;

    public double Pixel(double value)
    {
        var share = _logarithmic
            ? value > 0 ? Math.Log(value / _low) / Math.Log(_high / _low) : double.NaN
            : (value - _low) / (_high - _low);
        return _from + (share * (_to - _from));
    }

    /// <summary>About so many round values inside the range, with their labels.</summary>
    public IReadOnlyList<(double Value, string Label)> Ticks(int about)
    {
        if (_logarithmic && _high / _low >= 8)
            return LogarithmicTicks(about);
        var step = RoundStep((_high - _low) / Math.Max(1, about));
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 12);
        var ticks = new List<(double, string)>();
        for (var i = Math.Ceiling((_low / step) - 1e-9); i <= Math.Floor((_high / step) + 1e-9); i++)
            ticks.Add(((i * step) + 0.0, Label((i * step) + 0.0, decimals))); // plus zero: no tick says -0
        return ticks;
    }

    /// <summary>A range widened to whole steps, so that the first and last grid lines are its borders.</summary>
    public static (double Low, double High) Widen(double low, double high, int about)
    {
        if (!(high > low))
            (low, high) = (low - 0.5, high + 0.5);
        var step = RoundStep((high - low) / Math.Max(1, about));
        return (Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step);
    }

    /// <summary>A number as a tick says it: 0.25, 1,500, 20k, 3M.</summary>
    public static string Label(double value, int decimals) => Math.Abs(value) switch
    {
        >= 1e15 => value.ToString("0.##e0", CultureInfo.InvariantCulture),
        >= 1e9 => (value / 1e9).ToString("0.###", CultureInfo.InvariantCulture) + "G",
        >= 1e6 => (value / 1e6).ToString("0.###", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0.###", CultureInfo.InvariantCulture) + "k",
        _ => value.ToString("#,0." + new string('0', decimals), CultureInfo.InvariantCulture),
    };

    private List<(double Value, string Label)> LogarithmicTicks(int about)
    {
        var decades = Math.Log10(_high / _low);
        double[] factors = decades * 3 <= about ? [1, 2, 5] : [1];
        var stride = Math.Max(1, (int)Math.Ceiling(decades / about));
        var ticks = new List<(double, string)>();
        for (var exponent = (int)Math.Floor(Math.Log10(_low)); exponent <= Math.Ceiling(Math.Log10(_high)); exponent++)
        {
            if (exponent % stride != 0)
                continue;
            foreach (var factor in factors)
            {
                var value = factor * Math.Pow(10, exponent);
                if (value >= _low * (1 - 1e-9) && value <= _high * (1 + 1e-9))
                    ticks.Add((value, Label(value, Math.Max(0, -exponent))));
            }
        }
        return ticks;
    }

    private static double RoundStep(double raw)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var leading = raw / power;
        return power * (leading < 1.414 ? 1 : leading < 3.162 ? 2 : leading < 7.071 ? 5 : 10); // the nearest by ratio
    }
}
