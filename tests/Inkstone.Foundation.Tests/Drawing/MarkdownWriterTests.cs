using Inkstone.Foundation.Drawing;

namespace Inkstone.Foundation.Tests.Drawing;

public class MarkdownWriterTests
{
    [Fact]
    public void WritesAPage()
    {
        var page = new MarkdownWriter()
            .Heading(1, "Report *of* a\nrun")
            .Paragraph("Plain <b>text</b> with val_loss and _this_.")
            .Markdown($"See {MarkdownWriter.Link("the log", "log (1).md")}, {MarkdownWriter.Bold("now")}, {MarkdownWriter.Code("a`b")}.")
            .List(["one", MarkdownWriter.Escape("2 * 3")])
            .Table(["model", "bits"], [["n-gram | 5", "1.27"], [MarkdownWriter.Code("a|b"), "0.8"]], "lr")
            .Image("loss [curve]", "loss.svg")
            .CodeBlock("say ```hi```\r\nend", "text")
            .ToString();
        Assert.Equal("""
            # Report \*of\* a run

            Plain \<b\>text\</b\> with val_loss and \_this\_.

            See [the log](log%20%281%29.md), **now**, ``a`b``.

            - one
            - 2 \* 3

            | model       | bits |
            | ----------- | ---: |
            | n-gram \| 5 | 1.27 |
            | `a\|b`      |  0.8 |

            ![loss \[curve\]](loss.svg)

            ````text
            say ```hi```
            end
            ````

            """.ReplaceLineEndings("\n"), page);
    }

    [Theory]
    [InlineData("# no heading", "\\# no heading")]
    [InlineData("a # b", "a # b")]
    [InlineData("- no list\n+ nor this", "\\- no list\n\\+ nor this")]
    [InlineData("1. no list\n22) nor this, 3.5 is a number", "1\\. no list\n22\\) nor this, 3.5 is a number")]
    [InlineData("    no code", "no code")]
    [InlineData("title\n=====\n---", "title\n\\=====\n\\---")]
    [InlineData("![x](y) `z` &amp; a\\b ~~c~~ $d$", "\\!\\[x\\](y) \\`z\\` \\&amp; a\\\\b \\~\\~c\\~\\~ \\$d\\$")]
    [InlineData("snake_case __init__", "snake_case \\_\\_init\\_\\_")]
    public void EscapesWhatWouldMeanSomething(string text, string escaped) => Assert.Equal(escaped, MarkdownWriter.Escape(text));

    [Theory]
    [InlineData("", "`  `")]
    [InlineData("`", "`` ` ``")]
    [InlineData("a``b", "```a``b```")]
    [InlineData("x", "`x`")]
    public void CodeHoldsItsBackticks(string text, string code) => Assert.Equal(code, MarkdownWriter.Code(text));

    [Theory]
    [InlineData("plain", "```\nplain\n```\n")]
    [InlineData("ends\n", "```\nends\n```\n")]
    [InlineData("`````", "``````\n`````\n``````\n")]
    [InlineData("", "```\n\n```\n")]
    public void FencesAreLongerThanWhatTheyHold(string text, string block) => Assert.Equal(block, new MarkdownWriter().CodeBlock(text).ToString());

    [Fact]
    public void RefusesWhatCannotBe()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MarkdownWriter().Heading(7, "x"));
        Assert.Throws<ArgumentException>(() => new MarkdownWriter().CodeBlock("x", "a`b"));
        Assert.Throws<ArgumentException>(() => new MarkdownWriter().Table(["a", "b"], [["only one"]]));
    }

    [Fact]
    public void TablesWithOddCells()
    {
        var page = new MarkdownWriter().Table(["a", "b"], [["x\ny", "\\"], ["\\|", "c|"]], "c").ToString();
        Assert.Equal("| a   | b   |\n| :-: | --- |\n| x y | \\   |\n| \\|  | c\\| |\n", page);
    }
}
