using System.Xml.Linq;

namespace Inkstone.Corpus.Tests;

public class MemberRendererTests
{
    private static string? Render(string id, string body)
    {
        var catalog = new TypeCatalog();
        catalog.Add("T:System.Collections.Generic.List`1", ["T"]);
        return new MemberRenderer(new MemberNames(catalog)).Render(id, XElement.Parse($"<member>{body}</member>", LoadOptions.PreserveWhitespace));
    }

    [Fact]
    public void AMethodReadsFromHeadlineToReferences()
    {
        var text = Render("M:System.Collections.Generic.List`1.Find(System.Predicate{`0},System.Int32)", """

              <summary>Finds an element of the <see cref="T:System.Collections.Generic.List`1" />.
              <para>It is <see langword="null" /> when there is none.</para></summary>
              <typeparam name="U"> A type. </typeparam>
              <param name="match">The condition.

             -or-

             <see langword="null" />.</param>
              <param name="start">Where to <c>begin</c>.</param>
              <exception cref="T:System.ArgumentNullException">
                <paramref name="match" /> is <see langword="null" />.</exception>
              <returns>The first match, if found; otherwise, the default value for type <typeparamref name="T" />.</returns>
              <remarks>See <see href="page">the page</see>.</remarks>
              <example>
                <code language="csharp">
                  var x = list.Find(p);
                    Use(x);
                </code>
              </example>
              <seealso cref="P:System.Collections.Generic.List`1.Count" />
              <seealso cref="T:System.String" />
            """);
        Assert.Equal("""
            System.Collections.Generic.List<T>.Find(Predicate<T> match, int start) — method

            Finds an element of the List<T>.

            It is null when there is none.

            Type parameters:
            - U: A type.

            Parameters:
            - match: The condition. -or- null.
            - start: Where to begin.

            Returns: The first match, if found; otherwise, the default value for type T.

            Exceptions:
            - ArgumentNullException: match is null.

            Remarks: See the page.

            Example:
                var x = list.Find(p);
                  Use(x);

            See also: List<T>.Count, String
            """.ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void APropertyHasAValue() => Assert.Equal("A.B.Count — property\n\nGets the count.\n\nValue: The count.",
        Render("P:A.B.Count", "<summary>Gets the count.</summary><returns>The count.</returns>"));

    [Fact]
    public void TablesAndListsBecomeLines() => Assert.Equal(
        "A.B.M() — method\n\nReturns: One of these:\nValue: Meaning\n- -1: less\n- 1: more\n\nAfter.",
        Render("M:A.B.M", """
            <returns>One of these: <list type="table"><listheader><term>Value</term><description>Meaning</description></listheader>
            <item><term>-1</term><description>less</description></item><item><term>1</term><description>more</description></item></list> After.</returns>
            """));

    [Fact]
    public void BulletsInAListItemStayInIt() => Assert.Equal(
        "A.B.M(int x) — method\n\nParameters:\n- x: First:\n1. one\n2. two\nlast.",
        Render("M:A.B.M(System.Int32)", """<param name="x">First: <list type="number"><item><description>one</description></item><item>two</item></list> last.</param>"""));

    [Theory]
    [InlineData("<inheritdoc />")]
    [InlineData("<summary />")]
    [InlineData("<summary>To be added.</summary>")]
    [InlineData("<param name=\"x\" /><returns> </returns>")]
    [InlineData("<seealso cref=\"T:System.String\" />")]
    [InlineData("")]
    public void NothingSaidIsNoDocument(string body) => Assert.Null(Render("M:A.B.M(System.Int32)", body));

    [Theory]
    [InlineData("a <b>bold</b>, <i>slanted</i>.", "a bold, slanted.")]
    [InlineData("10<sup>x</sup>", "10^x")]
    [InlineData("one<br/>two", "one\ntwo")]
    [InlineData("<p>one</p><p>two</p>", "one\n\ntwo")]
    [InlineData("The <see cref=\"T:A.B\">name given</see>.", "The name given.")]
    [InlineData("<see href=\"page\" />", "page")]
    [InlineData("value <code data-dev-comment-type=\"paramref\">x</code> here", "value x here")]
    [InlineData("A <unknown>tag</unknown>.", "A tag.")]
    [InlineData("<![CDATA[a < b]]>", "a < b")]
    [InlineData("Generic <xref uid=\"System.Collections.Generic.List%601\" />.", "Generic List<T>.")]
    public void InlineMarkUp(string body, string expected) =>
        Assert.Equal("A.B — type\n\n" + expected, Render("T:A.B", $"<summary>{body}</summary>"));

    [Fact]
    public void DeepMarkUpEndsInItsText()
    {
        var deep = string.Concat(Enumerable.Repeat("<b>", 5_000)) + "core" + string.Concat(Enumerable.Repeat("</b>", 5_000));
        Assert.Equal("A.B — type\n\ncore", Render("T:A.B", $"<summary>{deep}</summary>"));
    }
}
