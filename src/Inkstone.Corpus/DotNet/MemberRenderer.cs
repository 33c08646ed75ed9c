using System.Xml.Linq;

namespace Inkstone.Corpus;

/// <summary>
/// Renders one <c>member</c> element as plain text: headline, summary, then type parameters, parameters, value or return
/// value, exceptions, remarks, examples and references, each only where there is something to say.
/// </summary>
internal sealed class MemberRenderer(MemberNames names)
{
    private const int MaximumDepth = 64; // deeper markup is taken as its bare text
    private readonly ProseWriter _prose = new();

    /// <summary>The text, or null where the documentation says nothing about the member.</summary>
    public string? Render(string id, XElement member)
    {
        var parameters = member.Elements("param").Select(p => ((string?)p.Attribute("name") ?? "", Description: p.Value.Trim())).ToList();
        _prose.Text(names.Headline(id, parameters));
        var said = false;
        foreach (var summary in member.Elements("summary").Where(Says))
        {
            _prose.Section();
            Content(summary, 0);
            said = true;
        }
        said |= List("Type parameters:", member.Elements("typeparam"), "name");
        said |= List("Parameters:", member.Elements("param"), "name");
        var isProperty = id.StartsWith("P:", StringComparison.Ordinal);
        said |= Passage(isProperty ? "Value:" : "Returns:", member.Elements("returns").Concat(member.Elements("return")));
        said |= Passage("Value:", member.Elements("value"));
        said |= List("Exceptions:", member.Elements("exception"), "cref");
        said |= Passage("Remarks:", member.Elements("remarks").Concat(member.Elements("remark")));
        said |= Passage("Example:", member.Elements("example").Concat(member.Elements("examples")));
        SeeAlso(member.Elements("seealso"));
        var text = _prose.Take();
        return said ? text : null;
    }

    private bool List(string title, IEnumerable<XElement> items, string key)
    {
        var said = false;
        foreach (var item in items.Where(Says))
        {
            if (!said)
            {
                _prose.Section();
                _prose.Text(title);
                said = true;
            }
            _prose.Line();
            var name = (string?)item.Attribute(key) ?? "";
            _prose.Text("- " + (key == "cref" ? names.Reference(name) : name) + ": ");
            _prose.Flat = true;
            Content(item, 0);
            _prose.Flat = false;
        }
        return said;
    }

    private bool Passage(string title, IEnumerable<XElement> passages)
    {
        var said = false;
        foreach (var passage in passages.Where(Says))
        {
            _prose.Section();
            _prose.Text(title);
            if (passage.Elements().FirstOrDefault()?.Name.LocalName == "code" && passage.FirstNode is XElement)
                _prose.Line();
            else
                _prose.Text(" ");
            Passage(passage);
            said = true;
        }
        return said;
    }

    // The first paragraph stands on the line of the title, even where it has a tag of its own.
    private void Passage(XElement passage)
    {
        var opening = passage.Nodes().SkipWhile(node => node is XText text && string.IsNullOrWhiteSpace(text.Value)).FirstOrDefault();
        if (opening is XElement { Name.LocalName: "para" or "p" } paragraph)
        {
            Content(paragraph, 1);
            _prose.Paragraph();
            foreach (var node in paragraph.NodesAfterSelf())
                Node(node, 0);
        }
        else
            Content(passage, 0);
    }

    private void SeeAlso(IEnumerable<XElement> references)
    {
        var list = references.Select(Reference).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (list.Count == 0)
            return;
        _prose.Section();
        _prose.Text("See also: " + string.Join(", ", list));
    }

    private void Content(XElement element, int depth)
    {
        if (depth > MaximumDepth)
        {
            _prose.Text(element.Value);
            return;
        }
        foreach (var node in element.Nodes())
            Node(node, depth);
    }

    private void Node(XNode node, int depth)
    {
        if (node is XText text)
        {
            _prose.Text(text.Value);
            return;
        }
        if (node is not XElement element)
            return;
        switch (element.Name.LocalName)
        {
            case "see" or "seealso" or "xref":
                if (string.IsNullOrWhiteSpace(element.Value))
                    _prose.Text(Reference(element));
                else
                    Content(element, depth + 1);
                break;
            case "paramref" or "typeparamref":
                _prose.Text((string?)element.Attribute("name") ?? "");
                break;
            case "para" or "p" or "div" or "example" or "remarks":
                _prose.Paragraph();
                Content(element, depth + 1);
                _prose.Paragraph();
                break;
            case "br":
                _prose.Line();
                break;
            case "sup":
                _prose.Text("^");
                Content(element, depth + 1);
                break;
            case "code" when element.Attribute("data-dev-comment-type") is null && element.Value.Contains('\n'):
                _prose.Code(element.Value);
                _prose.Paragraph();
                break;
            case "list" or "ul" or "ol":
                Items(element, depth + 1);
                break;
            default:
                Content(element, depth + 1);
                break;
        }
    }

    private void Items(XElement list, int depth)
    {
        var flat = _prose.Flat;
        var number = 0;
        foreach (var item in list.Elements())
        {
            if (item.Name.LocalName is not ("item" or "li" or "listheader"))
                continue;
            _prose.Line();
            if (item.Name.LocalName != "listheader")
                _prose.Text((string?)list.Attribute("type") == "number" || list.Name.LocalName == "ol" ? $"{++number}. " : "- ");
            _prose.Flat = true;
            var cells = item.Elements().Where(cell => cell.Name.LocalName is "term" or "description").ToList();
            for (var i = 0; i < cells.Count; i++)
            {
                if (i > 0)
                    _prose.Text(": ");
                Content(cells[i], depth + 1);
            }
            if (cells.Count == 0)
                Content(item, depth + 1);
            _prose.Flat = flat;
        }
        if (flat)
            _prose.Line();
        else
            _prose.Paragraph();
    }

    private string Reference(XElement element) =>
        (string?)element.Attribute("cref") is { } cref ? names.Reference(cref)
        : (string?)element.Attribute("uid") is { } unique ? names.Reference(unique)
        : ((string?)element.Attribute("langword") ?? (string?)element.Attribute("langref") ?? (string?)element.Attribute("href")
            ?? (string?)element.Attribute("name") ?? "").Trim();

    private static bool Says(XElement element) =>
        element.Value.AsSpan().Trim() is { IsEmpty: false } text
            ? !text.SequenceEqual("To be added.")
            : element.Descendants().Any(inner => inner.HasAttributes);
}
