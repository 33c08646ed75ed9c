using System.Text;
using static System.FormattableString;

namespace Inkstone.Corpus;

/// <summary>
/// Finds out how the beginning of a file is encoded, or that it is no text: UTF-8 with or without byte order mark, UTF-16
/// and UTF-32 with one, UTF-16 without one where every second byte is zero (text in Latin letters).
/// </summary>
internal static class TextEncodingProbe
{
    public const int SampleLength = 1 << 16;
    private const double MostInvalid = 0.01; // of the characters; more is another encoding or no text
    private const double MostControls = 0.05;

    /// <summary>The encoding and the length of its mark, or null and the reason why this is no text.</summary>
    public static (Encoding? Encoding, int MarkLength, string Why) Probe(ReadOnlySpan<byte> sample, bool whole)
    {
        switch (sample)
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                return Check(new UTF8Encoding(false), 3, sample, whole);
            case [0xFF, 0xFE, 0, 0, ..]:
                return Check(new UTF32Encoding(false, false), 4, sample, whole);
            case [0xFF, 0xFE, ..]:
                return Check(new UnicodeEncoding(false, false), 2, sample, whole);
            case [0xFE, 0xFF, ..]:
                return Check(new UnicodeEncoding(true, false), 2, sample, whole);
        }
        if (!sample.Contains((byte)0))
            return Check(new UTF8Encoding(false), 0, sample, whole);
        int even = 0, odd = 0;
        for (var i = 0; i < sample.Length; i++)
        {
            if (sample[i] == 0)
                _ = (i & 1) == 0 ? even++ : odd++;
        }
        var half = sample.Length / 2;
        if (odd > half * 0.7 && even == 0)
            return Check(new UnicodeEncoding(false, false), 0, sample, whole);
        if (even > half * 0.7 && odd == 0)
            return Check(new UnicodeEncoding(true, false), 0, sample, whole);
        return (null, 0, "it is binary (it holds zero bytes)");
    }

    private static (Encoding?, int, string) Check(Encoding encoding, int mark, ReadOnlySpan<byte> sample, bool whole)
    {
        var bytes = sample[mark..];
        var chars = new char[encoding.GetMaxCharCount(bytes.Length)];
        encoding.GetDecoder().Convert(bytes, chars, flush: whole, out _, out var count, out _);
        int invalid = 0, controls = 0;
        foreach (var c in chars.AsSpan(0, count))
        {
            if (c == '\uFFFD')
                invalid++;
            else if (c < ' ' && c is not ('\t' or '\n' or '\r' or '\f' or '\u001B'))
                controls++;
        }
        if (invalid > count * MostInvalid)
        {
            var share = invalid / (double)count;
            return (null, 0, share > 0.3
                ? "it is binary"
                : Invariant($"it is not {encoding.WebName.ToUpperInvariant()} ({share * 100:0.#} % of it is invalid): ")
                    + "binary, or in another encoding; convert it to UTF-8");
        }
        return controls > count * MostControls ? (null, 0, "it is binary (it is full of control characters)") : (encoding, mark, "");
    }
}
