using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Recipes.Tests;

/// <summary>Text that is missing, empty, tiny, broken, or very much: a clear error and its exit code, or a run that works; and nothing left behind by a run that could not begin.</summary>
public sealed class TextFaultTests : IDisposable
{
    private readonly SmallRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("missing", 3, "missing: There is no such file or folder")]
    [InlineData("empty.txt", 4, "it is empty")]
    [InlineData("empty-folder", 4, "an empty folder")]
    [InlineData("spaces.txt", 4, "it holds no text")]
    [InlineData("tiny.txt", 4, "expected at least 2000 bytes after cleaning, found 6 bytes")]
    [InlineData("binary.txt", 4, "it is binary")]
    [InlineData("latin1.txt", 4, "it is not UTF-8")]
    [InlineData("broken.json", 4, "it is not JSON")]
    [InlineData("no-field.jsonl", 4, "no object in it has a text")]
    [InlineData("one-word.txt", 4, "Give more text")]
    public void TextThatCannotBeTrainedOn(string name, int code, string said)
    {
        _runs.WriteFile("empty.txt", "");
        Directory.CreateDirectory(_runs.In("empty-folder"));
        _runs.WriteFile("spaces.txt", " \n\t\n ");
        _runs.WriteFile("tiny.txt", "tiny\n!");
        _runs.WriteFile("binary.txt", [.. Enumerable.Range(0, 5_000).Select(i => (byte)(i * 7))]);
        _runs.WriteFile("latin1.txt", Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("Die Größe überschreitet die Länge.\n", 100))));
        _runs.WriteFile("broken.json", "[\"" + new string('x', 3_000));
        _runs.WriteFile("no-field.jsonl", "{\"title\": \"a\"}\n");
        _runs.WriteFile("one-word.txt", string.Concat(Enumerable.Repeat("word ", 2_000)));
        var options = _runs.Options("run") with { Text = _runs.In(name) };
        var error = Assert.ThrowsAny<InkstoneException>(() => PretrainRecipe.Run(options));
        Assert.True(code == error.ExitCode, error.Message);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Fix);
        Assert.False(Directory.Exists(options.Output)); // so that the corrected command can be given the same folder
        error = Assert.ThrowsAny<InkstoneException>(() => TokenizerRecipe.Train(_runs.In(name), _runs.In("tokenizer.json"), new() { VocabularySize = 5_000 }));
        Assert.True(name is "tiny.txt" or "one-word.txt" ? error.ExitCode == 2 : error.ExitCode == code, error.Message);
        Assert.False(File.Exists(_runs.In("tokenizer.json")));
    }

    [Fact]
    public void TextSmallerThanOneBatchIsRepeated()
    {
        var text = _runs.WriteFile("small.txt", string.Concat(Enumerable.Range(0, 90).Select(i => $"The value {i} of buffer {i * 7 % 13} is read by reader {i * i % 17}.\n\n")));
        var outcome = PretrainRecipe.Run(_runs.Options("run") with { Text = text, Training = new() { Steps = 2, BatchRows = 8_192 } });
        Assert.Equal(2, outcome.Steps);
        Assert.True(outcome.Facts.TrainTokens < 8_192);
        Assert.True(double.IsFinite(outcome.Score!.BitsPerByte));
    }

    [Fact]
    public void InvalidBytesAreReplacedAndCounted()
    {
        var bytes = Encoding.UTF8.GetBytes(SmallRuns.Sentences(1, 200));
        bytes[777] = 0xFF;
        _runs.WriteFile("mixed/a.txt", bytes);
        _runs.WriteFile("mixed/b.txt", SmallRuns.Sentences(2, 200));
        _runs.WriteFile("mixed/picture.png", [.. Enumerable.Range(0, 3_000).Select(i => (byte)i)]);
        var notes = new Notes();
        PretrainRecipe.Run(_runs.Options("run", 1) with { Text = _runs.In("mixed") }, notes);
        Assert.Contains(notes.All, note => note.Contains("picture.png: it is binary", StringComparison.Ordinal));
        Assert.Contains(notes.All, note => note.Contains("a.txt: 1 characters cannot be decoded", StringComparison.Ordinal));
    }

    [Fact]
    public void AVocabularyLargerThanTheTextSupportsIsMadeSmallerAndSaidSo()
    {
        var notes = new Notes();
        var outcome = PretrainRecipe.Run(_runs.Options("run", 1) with { VocabularySize = 50_000 }, notes);
        Assert.True(outcome.Facts.VocabularySize < 50_000);
        Assert.Contains(notes.All, note => note.Contains("not the 50,000 asked for", StringComparison.Ordinal));
        var error = Assert.Throws<InkstoneRequestException>(() => TokenizerRecipe.Train(_runs.Text(), _runs.In("tokenizer.json"), new() { VocabularySize = 50_000 }));
        Assert.Contains("larger than the text supports", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OneGiantLineIsCutAndTrainedOn() => TrainOnOneLine(2 << 20);

    [HeavyFact]
    public void OneLineOf64MegabytesIsCutAndTrainedOn()
    {
        var before = GC.GetTotalAllocatedBytes();
        TrainOnOneLine(64 << 20);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64L * (64 << 20)); // linear: some tens of bytes a byte, in all stages together
    }

    [Fact]
    public void AFolderOfManyTinyFilesIsRead() => TrainOnTinyFiles(3_000);

    [HeavyFact]
    public void AFolderOfAMillionTinyFilesIsRead() => TrainOnTinyFiles(1_000_000);

    private void TrainOnOneLine(int length)
    {
        var sentences = SmallRuns.Sentences(1, 150).Replace('\n', ' ');
        var line = new StringBuilder(length + sentences.Length);
        for (var i = 0; line.Length < length; i++)
            line.Append(sentences.Replace("when", $"when {i} and", StringComparison.Ordinal));
        var text = _runs.WriteFile("line.txt", line.ToString());
        var outcome = PretrainRecipe.Run(_runs.Options("run", 2) with { Text = text });
        Assert.Equal(2, outcome.Steps);
        Assert.True(outcome.Facts.Corpus.BytesRead > length * 0.99);
        var notes = new Notes();
        Assert.True(TokenizerRecipe.Train(text, _runs.In("tokenizer.json"), new() { VocabularySize = 300 }, notes).Result.Bytes > length * 0.99);
        Assert.Empty(notes.All);
    }

    private void TrainOnTinyFiles(int count)
    {
        for (var file = 0; file < count; file++)
        {
            if (file % 1_000 == 0)
                Directory.CreateDirectory(_runs.In("many", $"{file / 1_000}"));
            File.WriteAllText(_runs.In("many", $"{file / 1_000}", $"{file}.txt"), $"Note {file}: value {file * 7919L % 104_729} of {file * 31L % 1_009} is {file * 17L % 65_537}.");
        }
        var outcome = PretrainRecipe.Run(_runs.Options("run", 2) with { Text = _runs.In("many") });
        Assert.Equal(count, outcome.Facts.Corpus.DocumentsRead);
        Assert.Equal(0, outcome.Facts.Corpus.SkippedCount);
        Assert.Equal(2, outcome.Steps);
    }
}
