using Inkstone.Foundation.Randomness;
using Inkstone.Inference;

namespace Inkstone.Recipes;

/// <summary>A vocabulary of 128,256 tokens like a byte-level one of today: every byte, numbers of up to three digits, runs of punctuation, words with and without a space.</summary>
internal static class BenchVocabulary
{
    public const int Count = 128_256;

    /// <summary>What JSON without a stated form and with one looks like.</summary>
    public const string Schema =
        """
        {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0,"maximum":150},"email":{"type":"string","format":"email"},
        "tags":{"type":"array","items":{"type":"string","maxLength":24},"maxItems":8},"kind":{"enum":["reader","writer","editor"]},
        "address":{"type":"object","properties":{"street":{"type":"string"},"number":{"type":"number"},"isHome":{"type":"boolean"}},"required":["street"],"additionalProperties":false}},
        "required":["name","age","tags","kind"],"additionalProperties":false}
        """;

    /// <summary>The vocabulary, of fixed seed.</summary>
    public static TokenVocabulary Create()
    {
        const string punctuation = "\"\\{}[]()<>:;,.!?-_=+*/&|%$#@^~`' \n\t";
        var random = Rng.From(128).Split("vocabulary").Cursor();
        var tokens = new HashSet<string>(StringComparer.Ordinal);
        for (var number = 0; number < 1_000; number++)
            tokens.Add(FormattableString.Invariant($"{number}"));
        while (tokens.Count < 6_000)
            tokens.Add(Drawn(punctuation, 2 + random.NextInt(5)));
        while (tokens.Count < 10_000)
            tokens.Add(Drawn("日本語中文字月光海川山田人大小上下前後", 1 + random.NextInt(4)));
        while (tokens.Count < Count - 256)
        {
            var word = Drawn("etaoinshrdlucmfwypvbgkjqxz", 2 + random.NextInt(4) + random.NextInt(6));
            tokens.Add((random.NextInt(2) == 0 ? " " : "") + (random.NextInt(4) == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word));
        }
        return new TokenVocabulary([.. Enumerable.Range(0, 256).Select(value => new ReadOnlyMemory<byte>([(byte)value])),
            .. tokens.Select(token => new ReadOnlyMemory<byte>(System.Text.Encoding.UTF8.GetBytes(token)))]);

        // the first letters come most often, so that words share beginnings
        string Drawn(string letters, int length) => string.Concat(Enumerable.Range(0, length).Select(_ => letters[Math.Min(random.NextInt(letters.Length), random.NextInt(letters.Length))]));
    }
}
