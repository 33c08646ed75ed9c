using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// Ids and decoded text equal to SentencePiece's, for published models and for small ones with every option. What is expected was made by
/// tests/oracles/make-sentencepiece-fixtures.py; a longer file of digests may be named in INKSTONE_SENTENCEPIECE.
/// </summary>
public sealed class SentencePieceParityTests
{
    private static readonly string[] Alphabet =
    [
        "a", "e", "th", "The", "ink", " stone", "model", "<tag>", "<s>", "</s>", "<unk>", "<ctl>", "<0x41>", " ", "  ", "\t", "\n", "\u00a0", "\u3000",
        "▁", ".", ",", "1", "2024", "é", "e\u0301", "Ａ", "①", "㍿", "\u200b", "\ufeff", "\ufffd", "中", "文字", "です", "カ\u3099", "🙂", "👨‍👩‍👧", "𠮷", "ß", "½", "\u0000",
    ];

    private static JsonNode Expected { get; } = JsonNode.Parse(
        Environment.GetEnvironmentVariable("INKSTONE_SENTENCEPIECE") is { } path ? File.ReadAllText(path) : Samples.Fixture("sentencepiece.json"))!;

    [SharedDataTheory]
    [InlineData("llama2")]
    [InlineData("mistral")]
    [InlineData("xlnet")]
    [InlineData("clue")]
    [InlineData("english")]
    [InlineData("japanese")]
    public void PublishedModelsGiveTheSame(string name) =>
        Compare(name, SentencePieceModel.Read(File.ReadAllBytes(SharedData.Path((string)Expected[name]!["path"]!)), name));

    [Theory]
    [InlineData("unigram-user")]
    [InlineData("unigram-bytes")]
    [InlineData("unigram-plain")]
    [InlineData("unigram-suffix")]
    [InlineData("unigram-unsplit")]
    [InlineData("bpe-user")]
    [InlineData("bpe-bytes")]
    [InlineData("bpe-unsplit")]
    [InlineData("word")]
    [InlineData("char")]
    public void ModelsOfEveryOptionGiveTheSame(string name) =>
        Compare(name, SentencePieceModel.Read(Samples.FixtureBytes($"sentencepiece-{name}.model"), name));

    private static void Compare(string name, SentencePieceModel model)
    {
        foreach (var (text, expected) in Expected[name]!.AsObject())
        {
            if (text == "path")
                continue;
            var digest = new Digest(model);
            if (text.StartsWith("fuzz ", StringComparison.Ordinal))
            {
                var random = new Xorshift();
                for (var i = int.Parse(text[5..], System.Globalization.CultureInfo.InvariantCulture); i > 0; i--)
                    digest.Add(Fuzzed(random, model));
            }
            else if (text.StartsWith("whole ", StringComparison.Ordinal))
                digest.Add(File.ReadAllBytes(SharedData.Path(text[6..])));
            else
            {
                ReadOnlySpan<byte> file = File.ReadAllBytes(SharedData.Path(text));
                foreach (var line in file.Split((byte)'\n'))
                    digest.Add(file[line]);
            }
            var (ids, texts) = digest.Finish();
            Assert.Equal((name, text, (long)expected!["tokens"]!), (name, text, digest.Tokens));
            Assert.Equal((name, text, (string)expected["ids"]!), (name, text, ids));
            Assert.Equal((name, text, (string)expected["texts"]!), (name, text, texts));
        }
    }

    /// <summary>One fuzzed text: characters that matter, pieces, any character at all, and broken bytes.</summary>
    internal static byte[] Fuzzed(Xorshift random, SentencePieceModel model)
    {
        var text = new List<byte>();
        for (var n = 1 + random.Next(12); n > 0; n--)
        {
            var kind = random.Next(16);
            if (kind < 9)
                text.AddRange(Encoding.UTF8.GetBytes(Alphabet[random.Next(Alphabet.Length)]));
            else if (kind < 12)
                text.AddRange(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(model.File.Pieces[random.Next(model.File.Pieces.Count)]).Replace('▁', ' ')));
            else if (kind == 12)
                text.AddRange(EvenSurrogates(random.Next(0x110000)));
            else if (kind == 13)
                text.Add((byte)random.Next(256));
            else if (kind == 14)
            {
                var character = Encoding.UTF8.GetBytes(Alphabet[random.Next(Alphabet.Length)]);
                for (var times = 1 + random.Next(20); times > 0; times--)
                    text.AddRange(character);
            }
            else
                text.AddRange([(byte)(0x80 + random.Next(128)), (byte)random.Next(256)]);
        }
        return [.. text];
    }

    private static byte[] EvenSurrogates(int code) => code switch
    {
        < 0x80 => [(byte)code],
        < 0x800 => [(byte)(0xC0 | code >> 6), (byte)(0x80 | code & 0x3F)],
        < 0x10000 => [(byte)(0xE0 | code >> 12), (byte)(0x80 | code >> 6 & 0x3F), (byte)(0x80 | code & 0x3F)],
        _ => [(byte)(0xF0 | code >> 18), (byte)(0x80 | code >> 12 & 0x3F), (byte)(0x80 | code >> 6 & 0x3F), (byte)(0x80 | code & 0x3F)],
    };

    /// <summary>Xorshift, the same as in the script.</summary>
    internal sealed class Xorshift
    {
        private ulong _state = 88172645463325252;

        public int Next(int bound)
        {
            _state ^= _state << 13;
            _state ^= _state >> 7;
            _state ^= _state << 17;
            return (int)((_state >> 33) % (ulong)bound);
        }
    }

    private sealed class Digest(SentencePieceModel model)
    {
        private readonly IncrementalHash _ids = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly IncrementalHash _texts = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Tokens { get; private set; }

        public void Add(ReadOnlySpan<byte> text)
        {
            var ids = model.Encode(text);
            Tokens += ids.Length;
            _ids.AppendData(MemoryMarshal.AsBytes<int>([.. ids, -1]));
            _texts.AppendData(Encoding.UTF8.GetBytes(model.Decode(ids) + "\0"));
        }

        public (string Ids, string Texts) Finish() =>
            (Convert.ToHexStringLower(_ids.GetHashAndReset()), Convert.ToHexStringLower(_texts.GetHashAndReset()));
    }
}
