using System.Text;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

public sealed class UnigramTests
{
    [Fact]
    public void TheBestPathIsTheBestOfAllWays()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = Rng.From(seed).Split("unigram").Cursor();
            var pieces = RandomPieces(random);
            var text = RandomText(random, 10);
            var all = NaiveUnigram.All(pieces, text);
            var sink = new Sink([]);
            var score = new UnigramPath().Find<DoublePrecisionSums, Sink>(pieces, text, 0, ref sink);
            Assert.Equal(all.Max(way => way.Score), score, 9);
            Assert.Equal(score, sink.Ids.Sum(id => id == pieces.UnknownId ? pieces.UnknownScore : pieces.Scores[id]), 9);
            Assert.Contains(all, way => way.Ids.SequenceEqual(sink.Ids));
        }
    }

    [Fact]
    public void TheMarginIsTheDistanceToTheSecondBestWay()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = Rng.From(seed).Split("margin").Cursor();
            var pieces = RandomPieces(random);
            var text = RandomText(random, 5);
            var all = NaiveUnigram.All(pieces, text).OrderByDescending(way => way.Score).ToList();
            var ids = new int[UnigramMargin.LongestWord];
            var count = UnigramMargin.Find(pieces, text, ids, out var margin);
            if (all.Any(way => way.Ids.Contains(pieces.UnknownId)))
            {
                Assert.Equal(-1, count);
                continue;
            }
            Assert.Equal(all.Count == 1 ? double.PositiveInfinity : all[0].Score - all[1].Score, margin, 9);
            if (margin > 1e-9)
                Assert.Equal(all[0].Ids, ids[..count]);
        }
    }

    [Fact]
    public void TheBestWaysComeInOrder()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = Rng.From(seed).Split("n-best").Cursor();
            var pieces = RandomPieces(random);
            var text = RandomText(random, 9);
            var all = NaiveUnigram.All(pieces, text);
            var best = new UnigramLattice(pieces, text).Best(7);
            Assert.Equal(all.Select(way => way.Score).OrderDescending().Take(7).Select(score => Math.Round(score, 9)), best.Select(way => Math.Round(way.Score, 9)));
            Assert.Equal(best.Count, best.Select(way => string.Join(' ', way.Path)).Distinct().Count());
            Assert.All(best, way => Assert.Contains(all, other => other.Ids.SequenceEqual(way.Path.Select(step => step.Id))));
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(1.0)]
    public void WaysAreDrawnAsOftenAsTheyAreProbable(double sharpness)
    {
        var random = Rng.From(5).Split("sampling").Cursor();
        var pieces = Pieces(["a", "b", "ab", "ba", "aba"], [-2, -2.5, -3, -4, -4.5]);
        var text = "abab"u8;
        var all = NaiveUnigram.All(pieces, text);
        var total = all.Sum(way => Math.Exp(sharpness * way.Score));
        var lattice = new UnigramLattice(pieces, text);
        Assert.Equal(Math.Log(total), lattice.LogSum(sharpness), 9);
        const int Draws = 20_000;
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < Draws; i++)
        {
            var drawn = string.Join(' ', lattice.Sample(sharpness, random).Select(step => step.Id));
            counts[drawn] = counts.GetValueOrDefault(drawn) + 1;
        }
        Assert.True(all.Count > 3);
        foreach (var (ids, score) in all)
        {
            var expected = Draws * Math.Exp(sharpness * score) / total;
            Assert.InRange(counts.GetValueOrDefault(string.Join(' ', ids)), expected - 6 * Math.Sqrt(expected) - 1, expected + 6 * Math.Sqrt(expected) + 1);
        }
    }

    [Fact]
    public void StepsGrowWithTheTextTimesTheLongestPiece()
    {
        var pieces = Pieces(["a", "aa", "aaaa", "aaaaaaaa"], [-3, -4, -5, -6]);
        var path = new UnigramPath();
        var sink = new Sink([]);
        var text = Enumerable.Repeat((byte)'a', 1 << 20).ToArray();
        path.Find<SinglePrecisionSums, Sink>(pieces, text, 0, ref sink);
        Assert.Equal(text.Length / 8, sink.Ids.Count);
        Assert.InRange(path.Steps, text.Length, 10L * text.Length);
    }

    [Fact]
    public void MergesByScoreEqualTheirDefinition()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = Rng.From(seed).Split("merges").Cursor();
            var texts = new List<string> { "<unk>", "a", "b", "c" };
            for (var i = 0; i < 14; i++)
            {
                var text = Encoding.UTF8.GetString(RandomText(random, 5));
                if (!texts.Contains(text))
                    texts.Add(text);
            }
            var model = new SentencePieceModel(new()
            {
                Pieces = PieceBlock.Of([.. texts.Select(Encoding.UTF8.GetBytes)]),
                // Few scores, so that many are equal.
                Scores = [.. texts.Select(_ => -(float)random.NextInt(5))],
                Kinds = [.. texts.Select((text, id) => id == 0 ? SentencePieceKind.Unknown : id % 9 == 8 ? SentencePieceKind.UserDefined : SentencePieceKind.Normal)],
                Algorithm = SentencePieceAlgorithm.BytePair,
                Normalization = new() { AddsDummyPrefix = false },
            });
            var pieces = new ScoredPieces(new(model.File));
            var input = RandomText(random, 30);
            var expected = NaiveScoredMerges.Encode(pieces, input).Select(id => id < 0 ? 0 : id).ToList();
            for (var i = expected.Count - 1; i > 0; i--)
            {
                if (expected[i] == 0 && expected[i - 1] == 0)
                    expected.RemoveAt(i);
            }
            Assert.Equal(expected, model.Encode(input));
        }
    }

    [Fact]
    public void CandidatesOfALongRunGrowWithIt()
    {
        var model = SentencePieceModel.Read(Samples.FixtureBytes("sentencepiece-bpe-unsplit.model"), "test");
        var pieces = new ScoredPieces(new(model.File));
        foreach (var length in (int[])[1 << 12, 1 << 16])
        {
            var scratch = new SentencePieceScratch();
            scratch.Merger.Merge(pieces, Enumerable.Repeat((byte)'e', length).ToArray(), scratch);
            Assert.InRange(scratch.Merger.Candidates, 0, 4L * length);
        }
    }

    [Fact]
    public void EncodingAllocatesOnlyItsResult()
    {
        foreach (var name in (string[])["unigram-user", "unigram-bytes", "bpe-bytes", "word", "char"])
        {
            var model = SentencePieceModel.Read(Samples.FixtureBytes($"sentencepiece-{name}.model"), name);
            var text = Samples.FixtureBytes("varied.txt");
            var scratch = new SentencePieceScratch();
            Run(100);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(50);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);

            void Run(int times)
            {
                for (var i = 0; i < times; i++)
                {
                    scratch.Clear();
                    model.Encode(text, scratch);
                }
            }
        }
    }

    private static UnigramPieces RandomPieces(RngCursor random)
    {
        var texts = new List<string> { "a", "b", "é" };
        for (var i = 0; i < 12; i++)
        {
            var text = Encoding.UTF8.GetString(RandomText(random, 4));
            if (!texts.Contains(text))
                texts.Add(text);
        }
        if (random.NextInt(3) == 0)
            texts.Remove("b");
        return Pieces(texts, [.. texts.Select(_ => -(double)(1 + random.NextUniform() * 6))]);
    }

    private static UnigramPieces Pieces(List<string> texts, double[] scores) =>
        new(PieceBlock.Of([.. texts.Select(Encoding.UTF8.GetBytes)]), scores, texts.Count, scores.Min() - UnigramPieces.UnknownPenalty);

    private static byte[] RandomText(RngCursor random, int longest)
    {
        var text = new StringBuilder();
        for (var n = 1 + random.NextInt(longest); n > 0; n--)
            text.Append("aaabbcé中"[random.NextInt(8)]);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private readonly struct Sink(List<int> ids) : UnigramPath.ISink
    {
        public List<int> Ids { get; } = ids;

        public void Add(int id, ReadOnlySpan<byte> text) => Ids.Add(id);
    }
}
