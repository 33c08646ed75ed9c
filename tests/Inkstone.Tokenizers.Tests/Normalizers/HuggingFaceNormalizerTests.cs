using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Each normaliser over every code point against npm tokenizers 0.23.2 (tests/oracles/normalizers.js).</summary>
public sealed class HuggingFaceNormalizerTests
{
    private static readonly Dictionary<string, Normalizer> Stages = new()
    {
        ["nfc"] = new FormNormalizer(NormalizationKind.Nfc),
        ["nfd"] = new FormNormalizer(NormalizationKind.Nfd),
        ["nfkc"] = new FormNormalizer(NormalizationKind.Nfkc),
        ["nfkd"] = new FormNormalizer(NormalizationKind.Nfkd),
        ["lowercase"] = new LowercaseNormalizer(),
        ["stripAccents"] = new StripAccentsNormalizer(),
        ["nmt"] = new NmtNormalizer(),
        ["strip"] = new StripNormalizer(left: true, right: true),
        ["bertClean"] = new BertNormalizer(cleanText: true, handleChineseCharacters: false, stripAccents: false, lowercase: false),
        ["bertChinese"] = new BertNormalizer(cleanText: false, handleChineseCharacters: true, stripAccents: false, lowercase: false),
        ["bertAccents"] = new BertNormalizer(cleanText: false, handleChineseCharacters: false, stripAccents: true, lowercase: false),
        ["bert"] = new BertNormalizer(cleanText: true, handleChineseCharacters: true, stripAccents: null, lowercase: true),
    };

    public static TheoryData<string> Names => [.. Stages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryCodePointBecomesTheSame(string name)
    {
        var fixture = Path.Combine(AppContext.BaseDirectory, "Fixtures", "normalizers.json");
        var expected = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(fixture))!;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var text = new NormalizedText();
        for (var codePoint = 0; codePoint < 0x110000; codePoint++)
        {
            if (codePoint is >= 0xD800 and <= 0xDFFF)
                continue;
            var character = char.ConvertFromUtf32(codePoint);
            text.Reset(Encoding.UTF8.GetBytes(name == "strip" ? $"{character}a{character}" : $"a{character}\u0301b"), aligned: (codePoint & 1) != 0);
            Stages[name].Normalize(text);
            hash.AppendData(text.Bytes);
            hash.AppendData("\n"u8);
        }
        Assert.Equal(expected[name], Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Ranges in characters of npm tokenizers, here in bytes.</summary>
    [Theory]
    [InlineData("bert", "Éx 中文İ\u0001b", "0-2 2-3 3-4 4-7 4-7 4-7 7-10 7-10 7-10 10-12 13-14")]
    [InlineData("bert", "e\u0301\u0001中", "0-1 4-7 4-7 4-7")]
    [InlineData("strip", " é x ", "1-3 3-4 4-5")]
    [InlineData("lowercase", "aİb", "0-1 1-3 1-3 3-4")]
    public void RangesAreTheSame(string name, string source, string expected)
    {
        var text = new NormalizedText();
        text.Reset(Encoding.UTF8.GetBytes(source), aligned: true);
        Stages[name].Normalize(text);
        var ranges = new List<string>();
        for (var position = 0; position < text.Bytes.Length; position++)
            if ((text.Bytes[position] & 0xC0) != 0x80)
                ranges.Add($"{text.Ranges[position].Start}-{text.Ranges[position].End}");
        Assert.Equal(expected, string.Join(' ', ranges));
    }
}
