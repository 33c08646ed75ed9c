using Inkstone.Foundation.Randomness;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>Training and encoding of a byte-level BPE tokenizer, over made-up prose.</summary>
internal static class TokenizerSuite
{
    public static IEnumerable<BenchResult> Run(BenchMachine machine)
    {
        var text = Prose(4 << 20);
        var bytes = System.Text.Encoding.UTF8.GetByteCount(text);
        var options = new BpeTrainerOptions { VocabularySize = 4_096, AllowSmaller = true };
        var tokenizer = BpeTrainer.Train([text], options);
        yield return new BenchResult("tokenizer", "train 4,096", bytes / BenchMachine.MedianSeconds(() => BpeTrainer.Train([text], options)) / 1e6, "MB/s", null);
        var utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        yield return new BenchResult("tokenizer", "encode, one thread", bytes / BenchMachine.MedianSeconds(() => tokenizer.Encode(utf8)) / 1e6, "MB/s", null);
    }

    /// <summary>Words of made-up syllables with a natural spread of frequencies.</summary>
    private static string Prose(int length)
    {
        string[] syllables = ["ta", "ren", "mo", "li", "s", "ing", "er", "con", "de", "pro", "th", "e", "a", "tion", "ck", "u", "ly", "ment"];
        var cursor = Rng.From(8).Cursor();
        var words = Enumerable.Range(0, 20_000).Select(_ => string.Concat(Enumerable.Range(0, 1 + cursor.NextInt(4)).Select(_ => syllables[cursor.NextInt(syllables.Length)]))).ToArray();
        var text = new System.Text.StringBuilder(length + 64);
        while (text.Length < length)
            text.Append(words[(int)Math.Min(words.Length - 1, Math.Exp(cursor.NextDouble() * Math.Log(words.Length)) - 1)]).Append(cursor.NextInt(12) == 0 ? ". " : " ");
        return text.ToString();
    }
}
