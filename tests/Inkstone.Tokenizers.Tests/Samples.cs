using System.Text;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Texts that tests share: the fixture, random strings, adversarial strings.</summary>
internal static class Samples
{
    /// <summary>Characters that decide where pieces are cut, of every class and every length in UTF-8.</summary>
    private static readonly string[] Characters =
    [
        "a", "b", "s", "t", "r", "e", "v", "m", "l", "d", "S", "T", "L", "E", "Z", "é", "ſ", "ж", "中", "文", "ا", "ª", "ǅ", "ʰ",
        "0", "7", "9", "½", "Ⅳ", "²", "٣",
        "'", "’", ".", ",", "-", "_", "/", "(", "\"", "+", "€", "…", "\u0301", "\u200D", "\u200B", "\0", "\u001C", "\uFFFD", "\uFEFF", "\uE000",
        " ", " ", " ", " ", "\n", "\n", "\r", "\r\n", "\t", "\v", "\f", "\u0085", "\u00A0", "\u2003", "\u2028", "\u3000",
    ];

    private static readonly string[] Astral = ["🙂", "𝒜", "𐐷", "𠮷", "🏽", "𝟘", "\U000E0041"];

    public static string Fixture(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", name));

    public static byte[] FixtureBytes(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", name));

    /// <summary>The lines of the fixture, line ends kept, as Hugging Face's trainer reads a file.</summary>
    public static string[] VariedLines { get; } = [.. Lines(Fixture("varied.txt"))];

    /// <summary>A small tokenizer trained on the fixture.</summary>
    public static Tokenizer Trained { get; } = BpeTrainer.Train(VariedLines, new() { VocabularySize = 700, MinimumFrequency = 1 });

    public static string Random(RngCursor random, int length, bool astral = true)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            var i = random.NextInt(Characters.Length + (astral ? Astral.Length : 0));
            var character = i < Characters.Length ? Characters[i] : Astral[i - Characters.Length];
            // Runs are where the rules about runs are.
            for (var n = random.NextInt(8) == 0 ? random.NextInt(6) : 1; n > 0; n--)
                text.Append(character);
        }
        return text.ToString();
    }

    public static byte[] RandomBytes(RngCursor random, int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            // Half of them from the small alphabet of a real text, the others anything, broken sequences included.
            bytes[i] = (byte)(random.NextInt(2) == 0 ? "the ink aeiou \n"[random.NextInt(15)] : random.NextInt(256));
        }
        return bytes;
    }

    public static IEnumerable<string> Lines(string text)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = text.IndexOf('\n', start) + 1;
            end = end == 0 ? text.Length : end;
            yield return text[start..end];
        }
    }
}
