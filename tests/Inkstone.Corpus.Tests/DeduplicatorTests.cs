using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Corpus.Tests;

public class DeduplicatorTests
{
    private static Document Make(string text, int number = 0) => new(text, number.ToString(CultureInfo.InvariantCulture), "g");

    // Texts of random words; each after the first hundred is one of those with some words changed.
    private static List<Document> Variants(int count, int seed)
    {
        var cursor = Rng.From(seed).Cursor();
        var documents = new List<Document>();
        for (var i = 0; i < count; i++)
        {
            string[] words;
            if (i < 100)
                words = [.. Enumerable.Range(0, 40 + cursor.NextInt(100)).Select(_ => $"w{cursor.NextInt(5_000)}")];
            else
            {
                words = documents[cursor.NextInt(100)].Text.Split(' ');
                for (var changes = cursor.NextInt(12); changes > 0; changes--)
                    words[cursor.NextInt(words.Length)] = $"w{cursor.NextInt(5_000)}";
            }
            documents.Add(Make(string.Join(' ', words), i));
        }
        return documents;
    }

    private static double Jaccard(HashSet<uint> a, HashSet<uint> b)
    {
        var common = a.Count(b.Contains);
        return common / (double)(a.Count + b.Count - common);
    }

    [Fact]
    public void AgreesWithComparingEveryPair()
    {
        const double threshold = 0.8;
        var documents = Variants(700, seed: 3);
        var kept = new Deduplicator(new() { Threshold = threshold }).Filter(documents).Select(d => int.Parse(d.Source, CultureInfo.InvariantCulture)).ToHashSet();
        var sets = documents.Select(d => Shingles.Set(d.Text, 3)).ToList();
        int clearlyAlike = 0, overlooked = 0, dropped = 0, wronglyDropped = 0;
        for (var i = 0; i < documents.Count; i++)
        {
            var nearest = Enumerable.Range(0, i).Where(kept.Contains).Select(j => Jaccard(sets[i], sets[j])).DefaultIfEmpty(0).Max();
            if (nearest >= threshold + 0.1)
            {
                clearlyAlike++;
                overlooked += kept.Contains(i) ? 1 : 0;
            }
            if (!kept.Contains(i))
            {
                dropped++;
                wronglyDropped += nearest < threshold - 0.15 ? 1 : 0;
            }
        }
        Assert.InRange(clearlyAlike, 100, 600);
        Assert.InRange(dropped, 100, 600);
        Assert.Equal(0, overlooked);
        Assert.Equal(0, wronglyDropped);
    }

    [Fact]
    public void EstimatesTheJaccardSimilarity()
    {
        var documents = Variants(400, seed: 5);
        var sets = documents.Select(d => Shingles.Set(d.Text, 3)).ToList();
        var signatures = sets.Select(set =>
        {
            var signature = new ushort[MinHash.Permutations];
            MinHash.Sign(set.ToArray(), signature);
            return signature;
        }).ToList();
        double sum = 0, squares = 0, variance = 0;
        var pairs = 0;
        for (var i = 0; i < documents.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var exact = Jaccard(sets[i], sets[j]);
                if (exact < 0.2)
                    continue;
                var error = MinHash.Similarity(signatures[i], signatures[j]) - exact;
                sum += error;
                squares += error * error;
                variance += exact * (1 - exact) / MinHash.Permutations;
                pairs++;
            }
        }
        Assert.InRange(pairs, 200, 100_000);
        Assert.InRange(sum / pairs, -0.01, 0.01); // no bias
        Assert.InRange(squares / variance, 0.8, 1.25); // the spread that theory gives
    }

    [Fact]
    public void KeepsTheFirstOfEqualTextsAndCounts()
    {
        var deduplicator = new Deduplicator();
        var kept = deduplicator.Filter([Make("one two three four", 0), Make("something else entirely here", 1), Make("one two three four", 2), Make("One, two - three four!", 3)]).ToList();
        Assert.Equal(["0", "1"], kept.Select(d => d.Source));
        Assert.Equal((2, 1, 1), (deduplicator.KeptCount, deduplicator.ExactCount, deduplicator.NearCount));
    }

    [Fact]
    public void NearDuplicatesCanBeKept()
    {
        var deduplicator = new Deduplicator(new() { NearDuplicates = false });
        Assert.Equal(2, deduplicator.Filter([Make("one two three four"), Make("One two three four."), Make("one two three four")]).Count());
    }

    [Theory]
    [InlineData("!!!", "???")]
    [InlineData("a", "b")]
    [InlineData("", "!")]
    public void ShortTextsAreAlikeOnlyWhereTheyAreEqual(string first, string second) =>
        Assert.Equal(2, new Deduplicator().Filter([Make(first), Make(second), Make(first), Make(second)]).Count());

    [Fact]
    public void ScriptsWithoutSpacesHaveAWordACharacter()
    {
        Assert.Equal(8, Shingles.Set("床前明月光疑是地上霜", 3).Count);
        Assert.Equal(2, new Deduplicator().Filter([Make("床前明月光,疑是地上霜。举头望明月,低头思故乡。"), Make("白日依山尽,黄河入海流。欲穷千里目,更上一层楼。"),
            Make("床前明月光疑是地上霜举头望明月低头思故乡")]).Count());
    }

    [Fact]
    public void TheOrderOfArrivalAloneDecides()
    {
        var documents = Variants(5_000, seed: 11);
        var all = new Deduplicator().Filter(documents).Select(d => d.Source).ToList();
        var deduplicator = new Deduplicator();
        var parts = documents.Chunk(333).SelectMany(part => deduplicator.Filter(part)).Select(d => d.Source).ToList();
        Assert.Equal(all, parts);
    }

    [Fact]
    public void FormsThatAreAlikeInPartStayCheap()
    {
        // Every text shares most shingles with every other, below the threshold: chains must not grow with their number.
        var common = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"common{i}"));
        var documents = Enumerable.Range(0, 3_000).Select(i => Make(common + " " + string.Join(' ', Enumerable.Range(0, 40).Select(j => $"own{i}x{j}")), i));
        var deduplicator = new Deduplicator();
        Assert.InRange(deduplicator.Filter(documents).Count(), 2_950, 3_000);
    }

    [Theory]
    [InlineData(0.5, 3)]
    [InlineData(1.01, 3)]
    [InlineData(double.NaN, 3)]
    [InlineData(0.8, 0)]
    [InlineData(0.8, 17)]
    public void OptionsOutOfRangeAreRefused(double threshold, int words) =>
        Assert.Throws<InkstoneRequestException>(() => new Deduplicator(new() { Threshold = threshold, ShingleWords = words }));
}
