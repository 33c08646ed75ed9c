using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers.Tests;

public sealed class SentencePieceFileTests
{
    private static readonly string[] Fixtures = ["unigram-user", "unigram-bytes", "bpe-user", "word", "char"];

    [Fact]
    public void WhatIsWrittenIsReadAgain()
    {
        foreach (var name in Fixtures)
        {
            var file = SentencePieceReader.Read(Samples.FixtureBytes($"sentencepiece-{name}.model"), name);
            var written = SentencePieceWriter.Write(file);
            var again = SentencePieceReader.Read(written, name);
            Assert.Equal(written, SentencePieceWriter.Write(again));
            Assert.Equal((file.Algorithm, file.HasByteFallback, file.HasWhitespaceSuffix, file.UnknownSurface), (again.Algorithm, again.HasByteFallback, again.HasWhitespaceSuffix, again.UnknownSurface));
            Assert.Equal((file.UnknownId, file.BeginId, file.EndId, file.PadId), (again.UnknownId, again.BeginId, again.EndId, again.PadId));
            Assert.Equal(file.Normalization, again.Normalization);
            Assert.Equal(file.Scores, again.Scores);
            Assert.Equal(file.Kinds, again.Kinds);
            for (var id = 0; id < file.Pieces.Count; id++)
                Assert.Equal(file.Pieces[id], again.Pieces[id]);
        }
    }

    [Fact]
    public void AModelMadeHereSaysTheSameWhenItIsRead()
    {
        var file = new SentencePieceFile
        {
            Pieces = PieceBlock.Of([.. new[] { "<pad>", "<s>", "</s>", "<unk>", "▁", "a" }.Select(Encoding.UTF8.GetBytes)]),
            Scores = [0, 0, 0, 0, -1, -2],
            Kinds = [SentencePieceKind.Control, SentencePieceKind.Control, SentencePieceKind.Control, SentencePieceKind.Unknown, SentencePieceKind.Normal, SentencePieceKind.Normal],
            BeginId = 1,
            EndId = 2,
            PadId = 0,
            UnknownSurface = "?",
        };
        var again = SentencePieceReader.Read(SentencePieceWriter.Write(file), "test");
        Assert.Equal((3, 1, 2, 0, "?"), (again.UnknownId, again.BeginId, again.EndId, again.PadId, again.UnknownSurface));
        Assert.Equal([4, 5, 3], new SentencePieceModel(again).Encode("ab"u8));
        Assert.Equal("a?", new SentencePieceModel(again).Decode([1, 4, 5, 3, 2]));
    }

    public static TheoryData<string, string[], int[]> BadModels => new()
    {
        { "holds no piece", [], [] },
        { "a piece is empty", ["<unk>", ""], [2, 1] },
        { "no unknown piece, or several", ["a", "b"], [1, 1] },
        { "no unknown piece, or several", ["a", "b"], [2, 2] },
        { "two pieces have the same text", ["<unk>", "a", "b", "a"], [2, 1, 1, 4] },
        { "a byte piece in a model without byte fallback", ["<unk>", "<0x41>"], [2, 6] },
        { "of an unknown kind", ["<unk>", "a"], [2, 7] },
    };

    [Theory, MemberData(nameof(BadModels))]
    public void ModelsThatCannotBeAreRefused(string part, string[] pieces, int[] kinds)
    {
        var writer = new ProtobufWriter();
        for (var id = 0; id < pieces.Length; id++)
        {
            var piece = new ProtobufWriter();
            piece.WriteString(1, pieces[id]);
            piece.WriteInt32(3, kinds[id]);
            writer.WriteMessage(1, piece);
        }
        var bytes = writer.Written.ToArray();
        Assert.Contains(part, Assert.Throws<InkstoneFormatException>(() => SentencePieceModel.Read(bytes, "test")).Message);
    }

    [Fact]
    public void CharacterMapsThatCannotBeAreRefused()
    {
        Assert.Throws<InkstoneFormatException>(() => new CharacterMap([1, 2, 3], "map"));
        Assert.Throws<InkstoneFormatException>(() => new CharacterMap([255, 255, 255, 255, 0, 0, 0, 0], "map"));
        Assert.Throws<InkstoneFormatException>(() => new CharacterMap([4, 0, 0, 0, 0, 0, 0, 0, (byte)'x'], "map"));
        Assert.Throws<InkstoneFormatException>(() => new CharacterMap([4, 0, 0, 0, 0, 0, 0, 0, .. new string('x', 2000).Select(c => (byte)c), 0], "map"));
    }
}
