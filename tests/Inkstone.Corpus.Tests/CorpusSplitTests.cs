using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Corpus.Tests;

public class CorpusSplitTests
{
    private static List<Document> Documents(int groups, int perGroup, int length) =>
        [.. from g in Enumerable.Range(0, groups) from i in Enumerable.Range(0, perGroup) select new Document(new string('x', length), $"{g}/{i}", $"group {g}")];

    [Fact]
    public void NoGroupIsOnBothSidesAndNothingIsLost()
    {
        var documents = Documents(500, 7, 300);
        var split = CorpusSplit.Split(documents, Rng.From(1));
        Assert.Empty(split.Train.Select(d => d.Group).Intersect(split.Validation.Select(d => d.Group)));
        Assert.Equal(documents.OrderBy(d => d.Source), split.Train.Concat(split.Validation).OrderBy(d => d.Source));
        Assert.InRange(split.ValidationBytes, 0.8 * 0.016 * 500 * 7 * 300, 0.016 * 500 * 7 * 300 + 1);
        Assert.Equal(500L * 7 * 300, split.TrainBytes + split.ValidationBytes);
        Assert.Equal(split.ValidationGroupCount, split.Validation.DistinctBy(d => d.Group).Count());
    }

    [Fact]
    public void SeedAndNamesDecideNotTheOrder()
    {
        var documents = Documents(300, 3, 200);
        var reversed = Enumerable.Reverse(documents).ToList();
        static HashSet<string> Held(List<Document> list, long seed) => [.. CorpusSplit.Split(list, Rng.From(seed)).Validation.Select(d => d.Group)];
        Assert.True(Held(documents, 5).SetEquals(Held(documents, 5)));
        Assert.True(Held(documents, 5).SetEquals(Held(reversed, 5)));
        Assert.False(Held(documents, 5).SetEquals(Held(documents, 6)));
    }

    [Fact]
    public void TheCapHolds()
    {
        var split = CorpusSplit.Split(Documents(1_000, 1, 1_000), Rng.From(1), new() { ValidationShare = 0.5, MaximumValidationBytes = 10_000 });
        Assert.Equal(10_000, split.ValidationBytes);
    }

    [Fact]
    public void WhereNoGroupFitsTheSmallestIsHeldOut()
    {
        List<Document> documents = [new(new string('a', 9_000), "a", "a"), new(new string('b', 1_000), "b", "b"), new(new string('c', 5_000), "c", "c")];
        Assert.Equal(["b"], CorpusSplit.Split(documents, Rng.From(1)).Validation.Select(d => d.Group));
    }

    [Fact]
    public void TooLittleTextIsAnErrorThatSaysHowMuchIsNeeded()
    {
        var error = Assert.Throws<InkstoneFormatException>(() => CorpusSplit.Split(Documents(10, 1, 10), Rng.From(1)));
        Assert.Contains("2000 bytes", error.Message);
        Assert.Contains("100 bytes", error.Message);
        Assert.Throws<InkstoneFormatException>(() => CorpusSplit.Split([], Rng.From(1)));
    }

    [Fact]
    public void OneGroupCannotBeSplit() =>
        Assert.Contains("1 groups", Assert.Throws<InkstoneFormatException>(() => CorpusSplit.Split(Documents(1, 50, 100), Rng.From(1))).Message);

    [Theory]
    [InlineData(0, 1, 0.2, 1)]
    [InlineData(0.6, 1, 0.2, 1)]
    [InlineData(double.NaN, 1, 0.2, 1)]
    [InlineData(0.1, 0, 0.2, 1)]
    [InlineData(0.1, 1, 0, 1)]
    [InlineData(0.1, 1, 0.2, 0)]
    public void OptionsOutOfRangeAreRefused(double share, long cap, double largest, long minimum) =>
        Assert.Throws<InkstoneRequestException>(() => CorpusSplit.Split(Documents(10, 10, 100), Rng.From(1),
            new() { ValidationShare = share, MaximumValidationBytes = cap, LargestGroupShare = largest, MinimumBytes = minimum }));
}
