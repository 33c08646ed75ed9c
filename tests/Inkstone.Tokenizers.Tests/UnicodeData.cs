using System.Diagnostics;
using System.Globalization;

namespace Inkstone.Tokenizers.Tests;

/// <summary>The files of Debian's package unicode-data 15.0, where it is installed.</summary>
internal static class UnicodeData
{
    private const string Root = "/usr/share/unicode";

    public static bool Has(string file) => File.Exists(Path.Combine(Root, file));

    /// <summary>The lines of a file, packed by bzip2 or not.</summary>
    public static IEnumerable<string> Lines(string file)
    {
        var path = Path.Combine(Root, file);
        if (!file.EndsWith(".bz2", StringComparison.Ordinal))
            return File.ReadLines(path);
        var start = new ProcessStartInfo("bzip2", ["-dc", path]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n');
    }

    /// <summary>Code points in hexadecimal, parted by spaces, as text.</summary>
    public static string Text(string codePoints) =>
        string.Concat(codePoints.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(code => char.ConvertFromUtf32(int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));
}

/// <summary>A test on a file of unicode-data.</summary>
internal sealed class UnicodeDataFactAttribute : FactAttribute
{
    public UnicodeDataFactAttribute(string file) => Skip = UnicodeData.Has(file) ? null : $"needs /usr/share/unicode/{file} (Debian: unicode-data), which is not there";
}
