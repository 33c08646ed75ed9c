namespace Inkstone.Cli;

/// <summary>Amounts as people read them.</summary>
internal static class Sizes
{
    /// <summary>Bytes, in the unit that leaves one to three digits before the point.</summary>
    public static string Bytes(long count) => count < 1_000 ? Line($"{count} bytes") : count < 1_000_000 ? Line($"{count / 1e3:F1} kB") : Line($"{count / 1e6:F1} MB");

    /// <summary>A count, in millions where it is large.</summary>
    public static string Count(long count) => count < 1_000_000 ? Line($"{count:N0}") : Line($"{count / 1e6:F2} M");

    /// <summary>A span of time, in the unit that fits it.</summary>
    public static string Time(double seconds) =>
        seconds < 120 ? Line($"{seconds:F0} s") : seconds < 7_200 ? Line($"{seconds / 60:F1} minutes") : Line($"{seconds / 3600:F1} hours");

    private static string Line(FormattableString text) => FormattableString.Invariant(text);
}
