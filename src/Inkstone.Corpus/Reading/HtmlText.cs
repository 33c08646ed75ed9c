using System.Collections.Frozen;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Inkstone.Corpus;

/// <summary>The visible text of an HTML page: paragraphs parted by blank lines, lists and table rows as lines, preformatted text as code.</summary>
internal static class HtmlText
{
    private static readonly FrozenSet<string> Hidden = FrozenSet.ToFrozenSet(
        ["head", "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "select", "button", "textarea"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Paragraphs = FrozenSet.ToFrozenSet(
        ["p", "div", "section", "article", "header", "footer", "nav", "main", "aside", "address", "blockquote", "figure", "figcaption", "form", "fieldset",
            "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ul", "ol", "dl", "table", "body"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Lines = FrozenSet.ToFrozenSet(["br", "li", "dt", "dd", "tr", "caption", "option"], StringComparer.Ordinal);

    public static IEnumerable<TextPiece> Read(TextReader reader)
    {
        yield return new(Extract(reader.ReadToEnd()));
    }

    private static string Extract(string html)
    {
        using var document = new HtmlParser().ParseDocument(html);
        var prose = new ProseWriter { Flat = true };
        if (document.Body is not { } body)
            return "";
        // Walked without recursion: pages nest as deeply as they like.
        for (INode? node = body; node is not null; node = Next(node, body, prose))
        {
            if (node is IText text)
                prose.Text(text.Data);
            else if (node is IElement element)
                Break(element, prose, opening: true);
        }
        return prose.Take();
    }

    private static INode? Next(INode node, INode root, ProseWriter prose)
    {
        var enters = node is IElement element && !Hidden.Contains(element.LocalName);
        if (enters && node is IElement { LocalName: "pre" })
        {
            prose.Section();
            prose.Code(node.TextContent);
            prose.Section();
        }
        else if (enters && node.FirstChild is { } child)
            return child;
        while (node != root)
        {
            if (node is IElement left)
                Break(left, prose, opening: false);
            if (node.NextSibling is { } sibling)
                return sibling;
            node = node.Parent!;
        }
        return null;
    }

    private static void Break(IElement element, ProseWriter prose, bool opening)
    {
        var name = element.LocalName;
        if (Paragraphs.Contains(name))
            prose.Section();
        else if (Lines.Contains(name))
        {
            prose.Line();
            if (opening && name == "li")
                prose.Text("- ");
        }
        else if (name is "td" or "th")
            prose.Text(" ");
    }
}
