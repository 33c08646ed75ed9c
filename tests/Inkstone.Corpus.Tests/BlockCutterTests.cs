using System.Text;
using System.Text.RegularExpressions;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Corpus.Tests;

public class BlockCutterTests
{
    private static List<string> Cut(string text, int wanted, int greatest, Func<int> chunk)
    {
        var cutter = new BlockCutter(wanted, greatest);
        var pieces = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var length = Math.Min(chunk(), text.Length - start);
            cutter.Add(text.AsSpan(start, length));
            start += length;
            while (cutter.TryTake() is { } piece)
                pieces.Add(piece);
        }
        while (cutter.TakeRest() is { } rest)
            pieces.Add(rest);
        return pieces;
    }

    // The rule of the class, written for the whole text at once.
    private static List<string> Oracle(string text, int wanted, int greatest)
    {
        text = text.Replace("\r\n", "\n").Replace('\r', '\n');
        var pieces = new List<string>();
        while (text.Length > 0)
        {
            var head = text[..Math.Min(greatest, text.Length)];
            var blank = head.Length <= wanted ? Match.Empty : new Regex("\n[ \t]*\n").Match(head, wanted);
            var end = blank.Success ? blank.Index + blank.Length : text.Length <= greatest ? text.Length : Forced(head);
            pieces.Add(text[..end]);
            text = text[end..];
        }
        return pieces;
    }

    private static int Forced(string head)
    {
        var tail = head[(head.Length / 2)..];
        var end = tail.LastIndexOf('\n');
        end = end >= 0 ? end : tail.LastIndexOfAny([' ', '\t']);
        return end >= 0 ? head.Length / 2 + end + 1 : char.IsHighSurrogate(head[^1]) ? head.Length - 1 : head.Length;
    }

    [Fact]
    public void TheCutsDoNotDependOnHowTheTextArrives()
    {
        string[] parts = ["word", " ", "\t", "\n", "\n\n", "\r\n", "\r", "\n \n", "😀", "x"];
        var cursor = Rng.From(4).Cursor();
        for (var round = 0; round < 3_000; round++)
        {
            var text = new StringBuilder();
            for (var count = cursor.NextInt(120); count > 0; count--)
                text.Append(parts[cursor.NextInt(parts.Length)]);
            var whole = text.ToString();
            var (wanted, greatest) = (8 + cursor.NextInt(20), 40 + cursor.NextInt(20));
            var expected = Oracle(whole, wanted, greatest);
            Assert.Equal(expected, Cut(whole, wanted, greatest, () => int.MaxValue));
            Assert.Equal(expected, Cut(whole, wanted, greatest, () => 1));
            Assert.Equal(expected, Cut(whole, wanted, greatest, () => 1 + cursor.NextInt(50)));
        }
    }
}
