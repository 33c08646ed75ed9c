using System.Text;
using Inkstone.Foundation.Formats;
using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Mutants of SentencePiece models and of their character maps.</summary>
public sealed class SentencePieceMutationTests
{
    private static readonly string[] Fixtures = ["unigram-user", "bpe-user", "char", "unigram-plain", "bpe-unsplit"];

    [Fact]
    public void Models()
    {
        byte[][] seeds = [.. Fixtures.Select(name => Samples.FixtureBytes($"sentencepiece-{name}.model")), WithMap()];
        byte[][] words = [[0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x0A, 0x02], [0x18, 0x04], [0x18, 0x05], [0x12, 0x02, 0x18, 0x02], [0x20], [0xE2, 0x96, 0x81], [0x00], [0x80], [0xC0, 0x80], "<0x41>"u8.ToArray(), "ab"u8.ToArray()];
        var text = Encoding.UTF8.GetBytes(" the  ink é中文 🙂 77\n");
        Mutations.Run(new ProtobufMutator(seeds, words).Mutate, bytes => Tokenizer.FromSentencePiece(bytes, "fuzz"), tokenizer =>
        {
            var ids = tokenizer.Encode(text);
            foreach (var id in ids)
                Assert.InRange(id, 0, tokenizer.VocabularySize - 1);
            tokenizer.Decode(ids);
        });
    }

    [Fact]
    public void CharacterMaps()
    {
        var text = Encoding.UTF8.GetBytes("Ａ①㍿ e\u0301 ﷺ ½ \u3000 中文 カ\u3099 🙂\t\u200B");
        Assert.Equal("A1㍿ é ﷺ 1⁄2   中文 ガ :-)", Normalized(new(SmallCharacterMap.Sample, "test"), text));
        byte[][] words = [[0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0x80], [0xE3, 0xFF, 0xFF, 0x7F]];
        Mutations.Run(new ByteMutator([SmallCharacterMap.Sample], words).Mutate, bytes => new CharacterMap(bytes, "fuzz"), map => Normalized(map, text), refuses: 50);
    }

    private static string Normalized(CharacterMap map, byte[] text)
    {
        var scratch = new SentencePieceScratch();
        new SentencePieceNormalizer(new() { Map = map, AddsDummyPrefix = false, RemovesExtraWhitespace = false }, false, null).Normalize(text, scratch);
        return Encoding.UTF8.GetString(scratch.Text);
    }

    private static byte[] WithMap()
    {
        // A message that stands twice is one: this adds to the options that are there.
        var (options, file) = (new ProtobufWriter(), new ProtobufWriter());
        options.WriteBytes(2, SmallCharacterMap.Sample);
        file.WriteMessage(3, options);
        return [.. Samples.FixtureBytes("sentencepiece-char.model"), .. file.Written];
    }
}
