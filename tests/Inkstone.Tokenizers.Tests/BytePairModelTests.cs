using System.Text;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

/// <summary>The fast encoder against the naive loop that defines byte pair encoding.</summary>
public sealed class BytePairModelTests
{
    private static BytePairModel Model => Samples.Trained.ByteLevelModel!;

    [Fact]
    public void EqualsTheDefinitionOnAMegabyteOfRandomText()
    {
        var random = Rng.From(3).Cursor();
        var total = 0;
        while (total < 1 << 20)
        {
            var length = 1 + random.NextInt(400);
            var bytes = random.NextInt(2) == 0 ? Samples.RandomBytes(random, length) : Encoding.UTF8.GetBytes(Samples.Random(random, length));
            total += bytes.Length;
            Assert.Equal(Naive(Model, bytes), Piece(Model, bytes));
        }
    }

    [Fact]
    public void EqualsTheDefinitionOnAdversarialPieces()
    {
        foreach (var unit in (string[])["a", "ab", "abc", "aab", "the", "the ink ", "\0", "中", "aaaaaaab", "abcabd"])
        {
            for (var length = 1; length < 300; length += length < 70 ? 1 : 17)
            {
                var piece = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, length)))[..length];
                Assert.Equal(Naive(Model, piece), Piece(Model, piece));
            }
        }
    }

    [Fact]
    public void EqualsTheDefinitionUnderRandomRules()
    {
        // Rules no training would give: any two tokens may join, in any order of rank.
        for (var seed = 0; seed < 30; seed++)
        {
            var random = Rng.From(seed).Split("rules").Cursor();
            var model = RandomModel(random, alphabet: 3, merges: 40);
            for (var i = 0; i < 60; i++)
            {
                var piece = new byte[1 + random.NextInt(200)];
                foreach (ref var value in piece.AsSpan())
                    value = (byte)('a' + random.NextInt(3));
                Assert.Equal(Naive(model, piece), Piece(model, piece));
            }
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("the")]
    [InlineData("中文")]
    public void AMegabyteWithoutSpacesTakesAStepForAByteOrSo(string unit)
    {
        var piece = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, (1 << 20) / Encoding.UTF8.GetByteCount(unit))));
        var scratch = new EncodeScratch();
        Model.EncodePiece(piece, scratch);
        // The proof allows three heap entries a byte, each log n; the naive loop would need n² / 2.
        Assert.InRange(scratch.LongPieces.Steps, 1, 3L * piece.Length);
        Assert.Equal(piece, scratch.Ids.ToArray().SelectMany(id => Model.Pieces[id].ToArray()));
    }

    [Fact]
    public void ShortPiecesTakeAtMostTheirBoundOfStepsAByte()
    {
        var random = Rng.From(5).Cursor();
        var scratch = new EncodeScratch();
        var bytes = 0L;
        for (var i = 0; i < 2000; i++)
        {
            var piece = Encoding.UTF8.GetBytes(Samples.Random(random, 40))[..40];
            bytes += piece.Length;
            Model.EncodePiece(piece, scratch);
        }
        Assert.InRange(scratch.ShortSteps, bytes, bytes * BytePairModel.LongestShortPiece);
    }

    [Fact]
    public void TheCacheChangesNothing()
    {
        // Far more different words than the cache has lines, each met several times.
        var random = Rng.From(6).Cursor();
        var words = Enumerable.Range(0, 30_000).Select(_ => Samples.Random(random, 1 + random.NextInt(14)).Trim()).Where(word => word.Length > 0).ToArray();
        var scratch = new EncodeScratch();
        for (var i = 0; i < 60_000; i++)
        {
            var word = Encoding.UTF8.GetBytes(words[random.NextInt(words.Length)]);
            scratch.Clear();
            Model.Encode(word, PreTokenizer.Gpt2, scratch);
            var expected = new List<int>();
            for (int start = 0, end; start < word.Length; start = end)
            {
                end = PreTokenizer.Gpt2.Next(word, start);
                expected.AddRange(Naive(Model, word[start..end]));
            }
            Assert.Equal(expected, scratch.Ids.ToArray());
        }
    }

    [Fact]
    public void IgnoringMergesTakesAWholePieceFromTheVocabulary()
    {
        // "abc" is in the vocabulary, but no merge leads to it.
        var (bytes, starts, lengths) = Vocabulary(["abc"u8.ToArray()]);
        var pieces = new PieceTable(bytes, starts, lengths);
        var merges = new MergeTable([]);
        Assert.Equal([97, 98, 99], Piece(new BytePairModel(pieces, merges), "abc"u8));
        Assert.Equal([256], Piece(new BytePairModel(pieces, merges, ignoreMerges: true), "abc"u8));
        Assert.Equal([97, 98], Piece(new BytePairModel(pieces, merges, ignoreMerges: true), "ab"u8));
    }

    private static int[] Piece(BytePairModel model, ReadOnlySpan<byte> piece)
    {
        var scratch = model.Rent();
        model.EncodePiece(piece, scratch);
        int[] ids = [.. scratch.Ids];
        model.Return(scratch);
        return ids;
    }

    private static List<int> Naive(BytePairModel model, byte[] piece) => NaiveMerges.Encode(piece.Select(value => model.ByteIds[value]), model.Merges);

    private static BytePairModel RandomModel(RngCursor random, int alphabet, int merges)
    {
        var tokens = Enumerable.Range(0, alphabet).Select(i => (Bytes: new[] { (byte)('a' + i) }, Id: 'a' + i)).ToList();
        var rules = new List<Merge>();
        var made = new List<byte[]>();
        while (rules.Count < merges)
        {
            var (left, right) = (tokens[random.NextInt(tokens.Count)], tokens[random.NextInt(tokens.Count)]);
            byte[] bytes = [.. left.Bytes, .. right.Bytes];
            if (bytes.Length > 24 || rules.Any(rule => rule.Left == left.Id && rule.Right == right.Id))
                continue;
            // Several rules may make one token.
            var same = tokens.FindIndex(token => token.Bytes.AsSpan().SequenceEqual(bytes));
            var id = same >= 0 ? tokens[same].Id : 256 + made.Count;
            if (same < 0)
            {
                made.Add(bytes);
                tokens.Add((bytes, id));
            }
            rules.Add(new(left.Id, right.Id, id));
        }
        var order = rules.ToArray();
        random.Shuffle<Merge>(order);
        var (all, starts, lengths) = Vocabulary(made);
        return new BytePairModel(new PieceTable(all, starts, lengths), new MergeTable(order));
    }

    private static (byte[] Bytes, int[] Starts, int[] Lengths) Vocabulary(List<byte[]> beyondBytes)
    {
        var tokens = Enumerable.Range(0, 256).Select(value => new[] { (byte)value }).Concat(beyondBytes).ToList();
        var starts = new int[tokens.Count];
        for (var i = 1; i < tokens.Count; i++)
            starts[i] = starts[i - 1] + tokens[i - 1].Length;
        return ([.. tokens.SelectMany(token => token)], starts, [.. tokens.Select(token => token.Length)]);
    }
}
