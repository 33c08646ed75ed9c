using Inkstone.Foundation.Errors;

namespace Inkstone.Corpus.Tests;

public class DotNetDocumentationTests
{
    private static string Doc(params (string Id, string Summary)[] members) =>
        "<?xml version=\"1.0\"?><doc><assembly><name>A</name></assembly><members>"
        + string.Concat(members.Select(m => $"<member name=\"{m.Id}\"><summary>{m.Summary}</summary></member>")) + "</members></doc>";

    [Fact]
    public void ReadsOneDocumentPerMemberGroupedByDeclaringType()
    {
        using var root = new TemporaryFolder();
        root.Write("packs/P.Ref/10.0.0/ref/net10.0/A.xml", Doc(
            ("T:N.Outer`1", "Outer."), ("M:N.Outer`1.Inner.Go", "Goes."), ("M:N.Outer`1.Inner.Go(System.Int32)", "Goes further."), ("P:N.Other.Size", "Size.")));
        var documents = DotNetDocumentation.Read(new() { Root = root.Path });
        Assert.Equal(["N.Outer<T> — type\n\nOuter.", "N.Outer<T>.Inner.Go() — method\n\nGoes.", "N.Outer<T>.Inner.Go(int) — method\n\nGoes further.",
            "N.Other.Size — property\n\nSize."], documents.Select(d => d.Text));
        Assert.Equal(["N.Outer", "N.Outer", "N.Outer", "N.Other"], documents.Select(d => d.Group));
        Assert.Equal("P:N.Other.Size", documents[3].Source);
    }

    [Fact]
    public void TakesTheNewestVersionOfEachPackAndEqualFilesOnce()
    {
        using var root = new TemporaryFolder();
        root.Write("packs/P.Ref/9.0.11/ref/net9.0/A.xml", Doc(("T:A", "Old.")));
        root.Write("packs/P.Ref/10.0.0-preview.9/ref/net10.0/A.xml", Doc(("T:A", "Preview nine.")));
        root.Write("packs/P.Ref/10.0.0-preview.10/ref/net10.0/A.xml", Doc(("T:A", "Preview ten.")));
        root.Write("packs/Q.Ref/10.0.1/ref/net10.0/A.xml", Doc(("T:B", "New.")));
        root.Write("packs/Q.Ref/10.0.1/ref/net10.0/B.xml", Doc(("T:B", "New.")));
        root.Write("packs/Q.Ref/10.0.1-rc.1/ref/net10.0/A.xml", Doc(("T:B", "Candidate.")));
        root.Write("packs/Q.Ref/10.0.1/ref/net10.0/de/A.xml", Doc(("T:B", "Neu.")));
        Assert.Equal(["A — type\n\nPreview ten.", "B — type\n\nNew."], DotNetDocumentation.Read(new() { Root = root.Path }).Select(d => d.Text));
    }

    [Fact]
    public void LeavesOutProcessorInstructionsAndWhatTheCompilerMade()
    {
        using var root = new TemporaryFolder();
        root.Write("packs/P/1.0/ref/net/A.xml", Doc(("T:System.Runtime.Intrinsics.Vector128", "No."), ("M:System.Runtime.Intrinsics.X86.Avx.Add", "No."),
            ("T:System.Runtime.IntrinsicsLike", "Yes."), ("T:&lt;Generated&gt;F", "No."), ("M:N.C.&lt;M&gt;b__0", "No.")));
        Assert.Equal(["System.Runtime.IntrinsicsLike — type\n\nYes."], DotNetDocumentation.Read(new() { Root = root.Path }).Select(d => d.Text));
    }

    [Fact]
    public void BadFilesAreNamedAndPassedOver()
    {
        using var root = new TemporaryFolder();
        root.Write("packs/P/1.0/ref/net/A.xml", "<doc><members><member name=\"T:A\"><summary>cut");
        root.Write("packs/P/1.0/ref/net/B.xml", Doc(("T:B", "Fine.")));
        root.Write("packs/P/1.0/ref/net/C.xml", "<!DOCTYPE doc [<!ENTITY x \"y\">]><doc/>");
        var skipped = new List<SkippedFile>();
        Assert.Single(DotNetDocumentation.Read(new() { Root = root.Path, Skipped = skipped.Add }));
        Assert.Equal(["A.xml", "C.xml"], skipped.Select(s => Path.GetFileName(s.Name)));
        Assert.All(skipped, s => Assert.Contains("not well-formed", s.Why));
    }

    [Fact]
    public void WithoutDocumentationTheErrorAsksForText()
    {
        using var root = new TemporaryFolder();
        root.Write("packs/P/1.0/data/net/A.xml", Doc(("T:A", "No.")));
        var error = Assert.Throws<InkstoneNotFoundException>(() => DotNetDocumentation.Read(new() { Root = root.Path }));
        Assert.Contains("--text", error.Message);
        Assert.Contains(root.Path, error.Message);
        Assert.Equal(3, error.ExitCode);
    }

    [Fact]
    public void DocumentationOfNothingIsAFormatError()
    {
        using var root = new TemporaryFolder();
        root.Write("packs/P/1.0/ref/net/A.xml", Doc());
        Assert.Throws<InkstoneFormatException>(() => DotNetDocumentation.Read(new() { Root = root.Path }));
    }

    [Fact]
    public void RootsAreTriedInOrder()
    {
        using var empty = new TemporaryFolder();
        using var full = new TemporaryFolder();
        var path = full.Write("packs/P/1.0/ref/net/A.xml", Doc(("T:A", "Here.")));
        Assert.Equal([path], DotNetInstallation.FindDocumentation([empty.Path, Path.Combine(empty.Path, "missing"), full.Path]));
    }
}
