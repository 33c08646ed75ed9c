using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Corpus.Tests;

public class TextSourceTests
{
    private const string Sample = "Grüße, 世界! A line.\nAnother line.";

    private static (List<Document> Documents, List<SkippedFile> Skipped) Read(string path, TextSourceOptions? options = null)
    {
        var skipped = new List<SkippedFile>();
        return ([.. TextSource.Read(path, (options ?? new()) with { Skipped = skipped.Add })], skipped);
    }

    public static TheoryData<string, byte[]> Encodings() => new()
    {
        { "UTF-8", Encoding.UTF8.GetBytes(Sample) },
        { "UTF-8 with mark", [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Sample)] },
        { "UTF-16 LE", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Sample)] },
        { "UTF-16 BE", [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Sample)] },
        { "UTF-32 LE", [.. Encoding.UTF32.Preamble, .. Encoding.UTF32.GetBytes(Sample)] },
        { "UTF-16 LE without mark", Encoding.Unicode.GetBytes(Sample) },
        { "UTF-16 BE without mark", Encoding.BigEndianUnicode.GetBytes(Sample) },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void EveryEncodingGivesTheSameText(string name, byte[] content)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.txt", content);
        folder.Write("b.json", [.. content.AsSpan(0, content.Length - content.Length)]); // empty, passed over
        var (documents, skipped) = Read(folder.Path);
        Assert.True(documents.Count == 1 && documents[0].Text == Sample, name);
        Assert.Equal("a.txt", documents[0].Group);
        Assert.Equal("it is empty", Assert.Single(skipped).Why);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void JsonIsReadInUtf16Too(bool lines)
    {
        using var folder = new TemporaryFolder();
        folder.Write(lines ? "a.jsonl" : "a.json", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("{\"text\":\"Grüße\"}\n")]);
        Assert.Equal(["Grüße"], Read(folder.Path).Documents.Select(d => d.Text));
    }

    [Theory]
    [InlineData("a.json", "{\"text\":\"one\"}", "one")]
    [InlineData("a.json", "[{\"text\":\"one\",\"body\":\"no\"},{\"body\":\"two\"},{\"other\":\"no\"},{\"content\":\"three\"}]", "one|two|three")]
    [InlineData("a.json", "{\"body\":\"no\",\"text\":\"one\"}", "one")]
    [InlineData("a.json", "{\"data\":{\"rows\":[{\"text\":\"one\"}]},\"text\":5}", "one")]
    [InlineData("a.json", "{\"text\":\"one\"}\n{\"text\":\"two\"}", "one|two")]
    [InlineData("a.jsonl", "{\"text\":\"one\"}\r\n\r\n{\"text\":\"two\\nlines\"}", "one|two\nlines")]
    [InlineData("a.ndjson", "{\"text\":\"one\"}\nnot json\n{\"text\":\"two\"}\n{\"text\":", "one|two")]
    [InlineData("a.xml", "<r><a>one</a><b>two</b> <c>thr<i>ee</i></c></r>", "one\ntwo three")]
    [InlineData("a.xml", "<r>\n    <a>one</a>\n    <b><![CDATA[t<w>o]]></b>\n</r>", "\none\nt<w>o\n")]
    [InlineData("a.xml", "<r><a>x</a><br/><b>y &amp; z</b></r>", "x\ny & z")]
    [InlineData("a.html", "<html><head><title>no</title></head><body><h1>One</h1><p>two <b>three</b>\n four</p><script>no()</script><ul><li>five<li>six</ul></body>",
        "One\n\ntwo three four\n\n- five\n- six")]
    [InlineData("a.htm", "<p>one<br>two</p><pre>\n a  b\n   c\n</pre><table><tr><td>x</td><td>y</td></tr></table>", "one\ntwo\n\n    a  b\n      c\n\nx y")]
    [InlineData("a.html", "<p>a &lt;b&gt; &eacute;&nbsp;&hellip; &#x4e16;</p><svg><text>no</text><svg></svg>no</svg><!-- no --><p>b<title>no</title><style>no<p></style>c",
        "a <b> é\u00A0… 世\n\nbc")]
    [InlineData("a.html", "<textarea><p>no</textarea>one<script>if (a<b) no('</p>')</script> two</body></html>", "one two")]
    [InlineData("a.xhtml", "<html xmlns=\"x\"><head><title>no</title><script src=\"x\"></script></head><body><br/>one<p/>two</body></html>", "one\n\ntwo")]
    [InlineData("a.html", "text with no tags < and > and &amp", "text with no tags < and > and &")]
    [InlineData("a.md", "# Title\r\n\r\n*text*", "# Title\n\n*text*")]
    [InlineData("a.cs", "class A;\n", "class A;\n")]
    [InlineData("README", "no extension", "no extension")]
    public void EveryFormatGivesItsText(string name, string content, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write(name, content);
        Assert.Equal(expected.Split('|'), Read(folder.Path).Documents.Select(d => d.Text));
    }

    [Theory]
    [InlineData("div", 100_000)]
    [InlineData("b", 100_000)]
    [InlineData("svg", 100_000)]
    [InlineData("b><p", 50_000)]
    [InlineData("table><tr><td", 50_000)]
    [InlineData("br", 300_000)]
    public void DeeplyNestedPagesAreRead(string tag, int count)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.html", "<body>text" + string.Concat(Enumerable.Repeat($"<{tag}>", count)));
        Assert.Equal(["text"], Read(folder.Path).Documents.Select(d => d.Text));
    }

    [Fact]
    public void TheTextFieldCanBeNamed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.jsonl", "{\"text\":\"no\",\"story\":\"yes\"}");
        Assert.Equal(["yes"], Read(folder.Path, new() { TextField = "story" }).Documents.Select(d => d.Text));
    }

    public static TheoryData<string, byte[], string> BadFiles() => new()
    {
        { "empty.txt", [], "it is empty" },
        { "blank.txt", " \n\t\n"u8.ToArray(), "it holds no text" },
        { "image.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 1, 2, 3, 4], "it is binary" },
        { "noise.bin", [.. Enumerable.Range(0, 4096).Select(i => (byte)(128 + i * 7 % 128))], "it is binary" },
        { "controls.dat", [.. Enumerable.Range(0, 400).Select(i => (byte)(1 + i % 8))], "control characters" },
        { "latin1.txt", Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("été à la plage. ", 50))), "convert it to UTF-8" },
        { "notext.json", "{\"a\":1}"u8.ToArray(), "text, content or body" },
        { "bad.json", "{\"a\":"u8.ToArray(), "it is not JSON" },
        { "deep.json", Encoding.UTF8.GetBytes(new string('[', 5_000)), "it is not JSON" },
        { "surrogate.json", "{\"text\":\"\\ud800\"}"u8.ToArray(), "half surrogate" },
        { "bad.jsonl", "nope\nneither"u8.ToArray(), "2 of 2 lines" },
        { "bad.xml", "<a><b></a>"u8.ToArray(), "not well-formed" },
        { "bomb.xml", "<!DOCTYPE a [<!ENTITY x \"yyyy\"><!ENTITY z \"&x;&x;\">]><a>&z;</a>"u8.ToArray(), "document type definition" },
        { "deep.xml", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 5_000))), "nested" },
        { "empty.html", "<html><head><title>x</title></head></html>"u8.ToArray(), "it holds no text" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void ABadFileIsNamedAndTheOthersAreRead(string name, byte[] content, string why)
    {
        using var folder = new TemporaryFolder();
        folder.Write("good.txt", "Good text.");
        folder.Write(name, content);
        var (documents, skipped) = Read(folder.Path);
        Assert.Equal(["Good text."], documents.Select(d => d.Text));
        var file = Assert.Single(skipped);
        Assert.Equal((name, false), (file.Name, file.Partly));
        Assert.Contains(why, file.Why);
    }

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void ABadFileAloneIsAFormatErrorThatSaysWhatIsAccepted(string name, byte[] content, string why)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write(name, content);
        var error = Assert.Throws<InkstoneFormatException>(() => TextSource.Read(path).ToList());
        Assert.Contains(why, error.Message);
        Assert.Contains(".jsonl with a text field", error.Message);
        Assert.Equal(4, error.ExitCode);
    }

    [Fact]
    public void ReadableTextBeforeAFaultIsKeptAndTheFaultNamed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.xml", "<r><a>kept</a><b>also</c></r>");
        folder.Write("b.jsonl", "{\"text\":\"one\"}\nbroken");
        folder.Write("c.txt", [.. Encoding.UTF8.GetBytes(new string('x', 2_000)), 0xC3, .. "end"u8]);
        var (documents, skipped) = Read(folder.Path);
        Assert.Equal(["kept\nalso", "one", new string('x', 2_000) + "\uFFFDend"], documents.Select(d => d.Text));
        Assert.Equal(["a.xml", "b.jsonl", "c.txt"], skipped.Select(s => s.Name));
        Assert.All(skipped, s => Assert.True(s.Partly));
        Assert.Contains("1 of 2 lines", skipped[1].Why);
        Assert.Contains("1 characters", skipped[2].Why);
    }

    [Fact]
    public void AnEmptyFolderIsAFormatError()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("an empty folder", Assert.Throws<InkstoneFormatException>(() => TextSource.Read(folder.Path).ToList()).Message);
    }

    [Fact]
    public void AFolderWithoutTextNamesTheFirstFile()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.bin", [0, 1, 2]);
        folder.Write("b.bin", [0, 1, 2]);
        var error = Assert.Throws<InkstoneFormatException>(() => TextSource.Read(folder.Path).ToList());
        Assert.Contains("2 files or folders", error.Message);
        Assert.Contains("a.bin: it is binary", error.Message);
    }

    [Fact]
    public void AMissingPathIsNotFoundAtOnce()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<InkstoneNotFoundException>(() => TextSource.Read(Path.Combine(folder.Path, "missing")));
        Assert.Contains("missing", error.Message);
        Assert.Equal(3, error.ExitCode);
    }

    [Fact]
    public void EachEnumerationReadsAfresh()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.txt", "one");
        var documents = TextSource.Read(folder.Path);
        Assert.Equal(["one"], documents.Select(d => d.Text));
        folder.Write("b.txt", "two");
        Assert.Equal(["one", "two"], documents.Select(d => d.Text));
    }

    [Fact]
    public void FilesComeInOrdinalOrderDepthFirst()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "b.txt", "B.txt", "a/z.txt", "a/y/x.txt", "c/1.txt", "a.txt", ".git/config.txt" })
            folder.Write(name, name);
        var (documents, skipped) = Read(folder.Path);
        Assert.Equal(["B.txt", "a/y/x.txt", "a/z.txt", "a.txt", "b.txt", "c/1.txt"], documents.Select(d => d.Group));
        Assert.Equal(".git", Assert.Single(skipped).Name);
    }

    [Fact]
    public void LinksToFoldersAreNotFollowedLinksToFilesAre()
    {
        if (OperatingSystem.IsWindows())
            throw Xunit.Sdk.SkipException.ForSkip("Creating links needs a privilege on Windows.");
        using var folder = new TemporaryFolder();
        folder.Write("a/text.txt", "text");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "a", "loop"), folder.Path);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "link.txt"), Path.Combine(folder.Path, "a", "text.txt"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "dangling.txt"), Path.Combine(folder.Path, "nowhere"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "self.txt"), Path.Combine(folder.Path, "self.txt"));
        var (documents, skipped) = Read(folder.Path);
        Assert.Equal(["a/text.txt", "link.txt"], documents.Select(d => d.Group));
        Assert.Equal(["a/loop", "dangling.txt", "self.txt"], skipped.Select(s => s.Name));
    }

    [Fact]
    public async Task APipeIsPassedOverWithoutWaitingForIt()
    {
        if (OperatingSystem.IsWindows())
            throw Xunit.Sdk.SkipException.ForSkip("There are no pipes in folders on Windows.");
        using var folder = new TemporaryFolder();
        folder.Write("good.txt", "good");
        using (var make = System.Diagnostics.Process.Start("mkfifo", Path.Combine(folder.Path, "pipe")))
            make.WaitForExit();
        var (_, skipped) = await Task.Run(() => Read(folder.Path)).WaitAsync(TimeSpan.FromMinutes(1)); // a watchdog against waiting for ever
        Assert.Equal("pipe", Assert.Single(skipped).Name);
    }

    [Fact]
    public void AFileThatCannotBeOpenedIsNamed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("good.txt", "good");
        using var locked = new FileStream(folder.Write("locked.txt", "text"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var (documents, skipped) = Read(folder.Path);
        Assert.Single(documents);
        Assert.Contains("cannot be read", Assert.Single(skipped).Why);
    }

    [Fact]
    public void OneFileIsCutIntoParagraphBlocksEachAGroup()
    {
        using var folder = new TemporaryFolder();
        var text = string.Join("\n\n", Enumerable.Range(0, 2_000).Select(i => $"Paragraph {i} has a few words in it, and then some more."));
        var (documents, _) = Read(folder.Write("book.txt", text));
        Assert.Equal(text, string.Concat(documents.Select(d => d.Text)));
        Assert.Equal(documents.Count, documents.DistinctBy(d => d.Group).Count());
        Assert.All(documents, d => Assert.InRange(d.Text.Length, 1, 4 * 4_096));
        Assert.All(documents.SkipLast(1), d => Assert.EndsWith("\n\n", d.Text));
        Assert.InRange(documents.Count, 20, 100);
    }

    [Theory]
    [InlineData('x')]
    [InlineData(' ')]
    public void OneGiantLineIsCutAtBoundedLengths(char separator)
    {
        using var folder = new TemporaryFolder();
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(i => "word😀" + separator));
        var path = folder.Write("line.txt", text);
        var (documents, _) = Read(path);
        Assert.Equal(text, string.Concat(documents.Select(d => d.Text)));
        Assert.All(documents, d => Assert.InRange(d.Text.Length, 1, 4 * 4_096));
        Assert.All(documents, d => Assert.False(char.IsLowSurrogate(d.Text[0])));
        if (separator == ' ')
            Assert.All(documents, d => Assert.EndsWith(" ", d.Text));
    }

    [Fact]
    public void ALargeFileInAFolderBecomesSeveralDocumentsOfOneGroup()
    {
        using var folder = new TemporaryFolder();
        folder.Write("large.txt", string.Concat(Enumerable.Repeat("A line of text.\n", 3_000)));
        var (documents, _) = Read(folder.Path, new() { BlockLength = 64, MaximumDocumentLength = 10_000 });
        Assert.Equal(5, documents.Count);
        Assert.Single(documents.DistinctBy(d => d.Group));
        Assert.All(documents, d => Assert.EndsWith(".\n", d.Text));
    }

    [Fact]
    public void ManySmallFilesAreStreamed()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 3_000; i++)
            folder.Write($"{i:D5}.txt", "text");
        File.WriteAllText(Path.Combine(folder.Path, "00000.txt"), "first");
        // The first document is there before the others are opened.
        foreach (var document in TextSource.Read(folder.Path))
        {
            if (document.Text == "first")
                File.WriteAllText(Path.Combine(folder.Path, "02999.txt"), "changed after the first was read");
            if (document.Group == "02999.txt")
                Assert.StartsWith("changed", document.Text);
        }
    }

    [Fact]
    public void FilesThatAreReadWholeMayNotBeTooLarge()
    {
        using var folder = new TemporaryFolder();
        folder.Write("good.txt", new string('a', 5_000));
        folder.Write("large.json", "{\"text\":\"" + new string('a', 5_000) + "\"}");
        folder.Write("lines.jsonl", "{\"text\":\"kept\"}\n{\"text\":\"" + new string('a', 100_000) + "\"}");
        var (documents, skipped) = Read(folder.Path, new() { MaximumWholeFileBytes = 4_000 });
        Assert.Equal(["good.txt", "lines.jsonl"], documents.Select(d => d.Group));
        Assert.Contains("read whole", skipped[0].Why);
        Assert.Contains("longer than 4000 bytes", skipped[1].Why);
    }

    [Theory]
    [InlineData("", 4_096, 1_000_000, 1)]
    [InlineData("x", 63, 1_000_000, 1)]
    [InlineData("x", 4_096, 4_096, 1)]
    [InlineData("x", 4_096, 1_000_000, 0)]
    public void OptionsOutOfRangeAreRefused(string field, int block, int document, long whole) =>
        Assert.Throws<InkstoneRequestException>(() => TextSource.Read(".", new()
        {
            TextField = field,
            BlockLength = block,
            MaximumDocumentLength = document,
            MaximumWholeFileBytes = whole,
        }));
}
