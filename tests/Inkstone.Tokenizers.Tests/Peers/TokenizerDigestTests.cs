using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Ids and offsets of real text by published vocabularies, equal to npm tokenizers' by digest (tests/oracles/tokenizer-digests.js).</summary>
public sealed class TokenizerDigestTests
{
    [SharedDataTheory]
    [InlineData("gpt2")]
    [InlineData("phi3")]
    [InlineData("minilm")]
    [InlineData("bert-cased")]
    [InlineData("bert-uncased")]
    [InlineData("bert-chinese")]
    [InlineData("qwen2")]
    public void IdsAndOffsetsEqual(string name)
    {
        var tokenizer = Tokenizer.FromJson(PublishedTokenizers.Json(name));
        var options = new EncodeOptions { Specials = Specials.All, OffsetUnit = OffsetUnit.Bytes };
        foreach (var (file, expected) in JsonNode.Parse(Samples.Fixture("tokenizer-digests.json"))![name]!.AsObject())
        {
            string[] lines = [.. File.ReadAllText(SharedData.Path(file)).Split('\n').Select(line => line.EndsWith('\r') ? line[..^1] : line)];
            var (ids, offsets) = (new List<int>(), new List<int>());
            for (var i = 0; i < lines.Length; i++)
            {
                tokenizer.Encode(lines[i].AsSpan(), ids, Specials.All);
                ids.Add(-1);
                if (i % 10 == 0)
                    AddOffsets(lines[i], tokenizer.EncodeDetailed(lines[i], null, options), offsets);
            }
            Assert.Equal((file, (int)expected!["tokens"]!), (file, ids.Count - lines.Length));
            Assert.Equal((file, (string)expected["ids"]!), (file, Digest(ids)));
            Assert.Equal((file, (string)expected["offsets"]!), (file, Digest(offsets)));
        }
    }

    private static void AddOffsets(string line, TokenEncoding encoding, List<int> offsets)
    {
        var utf8 = Encoding.UTF8.GetBytes(line);
        var characters = new int[utf8.Length + 1];
        for (var i = 0; i < utf8.Length; i++)
            characters[i + 1] = characters[i] + ((utf8[i] & 0xC0) == 0x80 ? 0 : 1);
        foreach (var offset in encoding.Offsets)
            offsets.AddRange([Place(offset.Start), Place(offset.End)]);
        offsets.Add(-1);

        // Inside a character, the peer rounds down.
        int Place(int place) => place == utf8.Length || (utf8[place] & 0xC0) != 0x80 ? characters[place] : characters[place] - 1;
    }

    private static string Digest(List<int> row) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(row))));
}
