using System.Globalization;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary><c>datetime.strftime</c> of a time without a zone, in the C locale, with glibc's flags.</summary>
internal static class ClockText
{
    private static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    /// <summary>Formats a time.</summary>
    public static string Format(DateTime time, string format, RenderState state)
    {
        var output = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            state.SpendText(1, output.Length);
            if (format[i] != '%' || i + 1 == format.Length)
            {
                output.Append(format[i]);
                continue;
            }
            var flag = format[i + 1] is '-' or '_' or '0' or '^' or '#' && i + 2 < format.Length ? format[++i] : '\0';
            output.Append(Directive(time, format[++i], flag) ?? (flag == '\0' ? $"%{format[i]}" : $"%{flag}{format[i]}"));
        }
        return output.ToString();
    }

    private static string? Directive(DateTime time, char directive, char flag)
    {
        var day = time.DayOfWeek.ToString();
        var hour = (time.Hour + 11) % 12 + 1;
        return directive switch
        {
            'a' => Case(day[..3], flag),
            'A' => Case(day, flag),
            'b' or 'h' => Case(Months[time.Month - 1][..3], flag),
            'B' => Case(Months[time.Month - 1], flag),
            'c' => $"{day[..3]} {Months[time.Month - 1][..3]} {Padded(time.Day, 2, '_')} {Clock(time)} {Padded(time.Year, 4, '-')}",
            'C' => Padded(time.Year / 100, 2, flag),
            'd' => Padded(time.Day, 2, flag),
            'D' or 'x' => $"{Padded(time.Month, 2)}/{Padded(time.Day, 2)}/{Padded(time.Year % 100, 2)}",
            'e' => Padded(time.Day, 2, flag == '\0' ? '_' : flag),
            'f' => Padded((int)(time.TimeOfDay.Ticks % TimeSpan.TicksPerSecond / 10), 6),
            'F' => $"{Padded(time.Year, 4, '-')}-{Padded(time.Month, 2)}-{Padded(time.Day, 2)}",
            'g' => Padded(ISOWeek.GetYear(time) % 100, 2, flag),
            'G' => Padded(ISOWeek.GetYear(time), 4, flag == '\0' ? '-' : flag),
            'H' => Padded(time.Hour, 2, flag),
            'I' => Padded(hour, 2, flag),
            'j' => Padded(time.DayOfYear, 3, flag),
            'k' => Padded(time.Hour, 2, flag == '\0' ? '_' : flag),
            'l' => Padded(hour, 2, flag == '\0' ? '_' : flag),
            'm' => Padded(time.Month, 2, flag),
            'M' => Padded(time.Minute, 2, flag),
            'n' => "\n",
            'p' => flag == '#' ? HalfDay(time).ToLowerInvariant() : HalfDay(time),
            'P' => HalfDay(time).ToLowerInvariant(),
            'r' => $"{Padded(hour, 2)}:{Padded(time.Minute, 2)}:{Padded(time.Second, 2)} {HalfDay(time)}",
            'R' => $"{Padded(time.Hour, 2)}:{Padded(time.Minute, 2)}",
            'S' => Padded(time.Second, 2, flag),
            't' => "\t",
            'T' or 'X' => Clock(time),
            'u' => Padded(((int)time.DayOfWeek + 6) % 7 + 1, 1),
            'U' => Padded((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2, flag),
            'V' => Padded(ISOWeek.GetWeekOfYear(time), 2, flag),
            'w' => Padded((int)time.DayOfWeek, 1),
            'W' => Padded((time.DayOfYear + 6 - ((int)time.DayOfWeek + 6) % 7) / 7, 2, flag),
            'y' => Padded(time.Year % 100, 2, flag),
            'Y' => Padded(time.Year, 4, flag == '\0' ? '-' : flag),
            'z' or 'Z' => "",
            '%' => "%",
            _ => null,
        };
    }

    private static string Clock(DateTime time) => $"{Padded(time.Hour, 2)}:{Padded(time.Minute, 2)}:{Padded(time.Second, 2)}";

    private static string HalfDay(DateTime time) => time.Hour < 12 ? "AM" : "PM";

    private static string Case(string text, char flag) => flag is '^' or '#' ? text.ToUpperInvariant() : text;

    private static string Padded(int number, int width, char flag = '\0')
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        return flag == '-' ? digits : digits.PadLeft(width, flag == '_' ? ' ' : '0');
    }
}
