using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Xunit.Abstractions;

namespace Inkstone.Corpus.Tests;

public class CorpusPreparationTests(ITestOutputHelper output)
{
    private static string Paragraphs(int count, int seed)
    {
        var cursor = Rng.From(seed).Cursor();
        return string.Join("\n\n", Enumerable.Range(0, count).Select(_ => string.Join(' ', Enumerable.Range(0, 20).Select(_ => $"word{cursor.NextInt(2_000)}"))));
    }

    [Fact]
    public void AFolderIsSplitByFile()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 100; i++)
            folder.Write($"{i}.txt", Paragraphs(5, i) + "  \r\n\r\n\r\n");
        folder.Write("twin.txt", Paragraphs(5, 3));
        folder.Write("near.txt", Paragraphs(5, 4) + " and a bit.");
        folder.Write("bad.bin", [0, 0, 1]);
        folder.Write("junk.txt", "\u200B");
        var progress = new List<CorpusProgress>();
        var corpus = CorpusPreparation.Prepare(folder.Path, Rng.From(42), new() { Split = new() { ValidationShare = 0.1 } }, progress.Add);
        Assert.Equal(CorpusGrouping.File, corpus.Report.Grouping);
        Assert.Equal((1, 1, 1), (corpus.Report.ExactDuplicates, corpus.Report.NearDuplicates, corpus.Report.EmptyDocuments));
        Assert.Equal(100, corpus.Train.Count + corpus.Validation.Count);
        Assert.InRange(corpus.Validation.Count, 8, 10);
        Assert.Equal("bad.bin", Assert.Single(corpus.Report.Skipped).Name);
        Assert.All(corpus.Train, d => Assert.Same(d.Text, TextCleaner.Clean(d.Text)));
        Assert.Equal([CorpusStage.Reading, CorpusStage.Splitting], progress.Select(p => p.Stage).Distinct());
    }

    [Fact]
    public void OneFileIsSplitByParagraphBlock()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("book.txt", Paragraphs(500, 1));
        var corpus = CorpusPreparation.Prepare(path, Rng.From(42));
        Assert.Equal(CorpusGrouping.ParagraphBlock, corpus.Report.Grouping);
        Assert.InRange(corpus.Report.ValidationBytes, 1, corpus.Report.TrainBytes / 10);
        Assert.Equal(0, corpus.Report.NearDuplicates);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AFewLargeFilesAreCutIntoBlocks(int files)
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < files; i++)
            folder.Write($"{i}.txt", Paragraphs(300, i));
        var corpus = CorpusPreparation.Prepare(folder.Path, Rng.From(42));
        Assert.Equal(CorpusGrouping.ParagraphBlock, corpus.Report.Grouping);
        Assert.InRange(corpus.Report.ValidationBytes, 1, corpus.Report.TrainBytes / 10);
        Assert.Empty(corpus.Train.Select(d => d.Group).Intersect(corpus.Validation.Select(d => d.Group)));
    }

    [Fact]
    public void TheSameSeedGivesTheSameCorpus()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 50; i++)
            folder.Write($"{i}.txt", Paragraphs(5, i));
        var options = new CorpusOptions { Split = new() { ValidationShare = 0.2 } };
        var first = CorpusPreparation.Prepare(folder.Path, Rng.From(1), options);
        var second = CorpusPreparation.Prepare(folder.Path, Rng.From(1), options);
        Assert.Equal(first.Train, second.Train);
        Assert.Equal(first.Validation, second.Validation);
        Assert.NotEqual(first.Validation, CorpusPreparation.Prepare(folder.Path, Rng.From(2), options).Validation);
    }

    [Theory]
    [InlineData("Too short.", "too small")]
    [InlineData("\u200B\u200B", "Cleaning left no text")]
    [InlineData("", "no text to read")]
    public void TooLittleTextIsAClearError(string text, string expected)
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<InkstoneFormatException>(() => CorpusPreparation.Prepare(folder.Write("a.txt", text), Rng.From(1)));
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void OneGiantLineIsEnough()
    {
        using var folder = new TemporaryFolder();
        var corpus = CorpusPreparation.Prepare(folder.Write("a.txt", Paragraphs(100, 1).Replace('\n', ' ')), Rng.From(1));
        Assert.NotEmpty(corpus.Validation);
        Assert.NotEmpty(corpus.Train);
    }

    [Fact]
    public void TextBeyondTheLimitIsLeftOutAndSaidSo()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 40; i++)
            folder.Write($"{i}.txt", Paragraphs(5, i));
        var corpus = CorpusPreparation.Prepare(folder.Path, Rng.From(1), new() { MaximumTextBytes = 10_000 });
        Assert.True(corpus.Report.Truncated);
        Assert.InRange(corpus.Report.TrainBytes + corpus.Report.ValidationBytes, 5_000, 10_000);
    }

    [Fact]
    public void CancellingEndsTheWork()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.txt", Paragraphs(100, 1));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => CorpusPreparation.Prepare(folder.Path, Rng.From(1), cancellation: source.Token));
    }

    [Fact]
    public void TheRunningSdkGivesItsDocumentation()
    {
        PreparedCorpus corpus;
        try
        {
            corpus = CorpusPreparation.Prepare(null, Rng.From(42));
        }
        catch (InkstoneNotFoundException e)
        {
            throw Xunit.Sdk.SkipException.ForSkip("This machine has no API documentation: " + e.Message);
        }
        var report = corpus.Report;
        output.WriteLine(report.ToString());
        Assert.Equal(CorpusGrouping.DeclaringType, report.Grouping);
        Assert.Empty(report.Skipped);
        Assert.InRange(report.TrainBytes, 5_000_000, 60_000_000);
        Assert.InRange(report.ValidationBytes, 60_000, 400_000);
        Assert.Empty(corpus.Train.Select(d => d.Group).Intersect(corpus.Validation.Select(d => d.Group)));
        Assert.DoesNotContain(corpus.Train, d => d.Group.StartsWith("System.Runtime.Intrinsics", StringComparison.Ordinal));
        var add = Assert.Single(corpus.Train.Concat(corpus.Validation), d => d.Source == "M:System.Collections.Generic.List`1.Add(`0)");
        Assert.Equal("System.Collections.Generic.List", add.Group);
        Assert.StartsWith("System.Collections.Generic.List<T>.Add(T item) — method\n\nAdds an object to the end of the List<T>.\n\nParameters:\n- item: ", add.Text);
        // The whole rendering: no identifier syntax, no mark-up, nothing left unclean.
        Assert.All(corpus.Train, d =>
        {
            Assert.Same(d.Text, TextCleaner.Clean(d.Text));
            var headline = d.Text.AsSpan(0, d.Text.IndexOf('\n'));
            Assert.True(headline.IndexOfAny("`#{}@") < 0, d.Text);
            Assert.True(headline.Contains(" — ", StringComparison.Ordinal), d.Text);
        });
    }
}
