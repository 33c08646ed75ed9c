using System.Collections.Frozen;
using System.Text;
using AngleSharp.Html;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;

namespace Inkstone.Corpus;

/// <summary>
/// The visible text of an HTML page: paragraphs parted by blank lines, lists and table rows as lines, preformatted text as
/// code.
/// </summary>
/// <remarks>
/// Only the tokenizer of the HTML standard runs, no tree is built: text needs none, and building one takes time quadratic
/// in the depth of a hostile page.
/// </remarks>
internal sealed class HtmlText
{
    private static readonly FrozenSet<string> Hidden = FrozenSet.ToFrozenSet(
        ["title", "script", "style", "template", "noscript", "noembed", "noframes", "iframe", "textarea", "select", "svg", "math",
            "object"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Paragraphs = FrozenSet.ToFrozenSet(
        ["p", "div", "section", "article", "header", "footer", "nav", "main", "aside", "address", "blockquote", "figure",
            "figcaption", "form", "fieldset", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ul", "ol", "dl", "table",
            "body"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Lines = FrozenSet.ToFrozenSet(
        ["br", "li", "dt", "dd", "tr", "caption"], StringComparer.Ordinal);

    private readonly ProseWriter _prose = new() { Flat = true };
    private StringBuilder? _code; // what a pre element has given so far
    private string? _hidden; // the outermost element whose content does not show
    private int _depth; // elements of that name that are open

    private HtmlText()
    {
    }

    public static IEnumerable<TextPiece> Read(TextReader reader)
    {
        yield return new(new HtmlText().Extract(reader.ReadToEnd()));
    }

    private string Extract(string html)
    {
        var tokenizer = new HtmlTokenizer(new AngleSharp.Text.TextSource(html), HtmlEntityProvider.Resolver);
        while (tokenizer.Get() is { Type: not HtmlTokenType.EndOfFile } token)
        {
            switch (token.Type)
            {
                case HtmlTokenType.Character when _hidden is not null:
                    break;
                case HtmlTokenType.Character when _code is not null:
                    _code.Append(token.Data);
                    break;
                case HtmlTokenType.Character:
                    _prose.Text(token.Data);
                    break;
                case HtmlTokenType.StartTag:
                    tokenizer.State = ContentOf(token.Name);
                    Open(token.Name, ((HtmlTagToken)token).IsSelfClosing);
                    break;
                case HtmlTokenType.EndTag:
                    Close(token.Name);
                    break;
            }
        }
        EndCode();
        return _prose.Take();
    }

    private static HtmlParseMode ContentOf(string name) => name switch
    {
        "script" => HtmlParseMode.Script,
        "title" or "textarea" => HtmlParseMode.RCData,
        "style" or "xmp" or "iframe" or "noembed" or "noframes" => HtmlParseMode.Rawtext,
        _ => HtmlParseMode.PCData,
    };

    private void Open(string name, bool isSelfClosing)
    {
        if (_hidden is null && Hidden.Contains(name) && !isSelfClosing)
            (_hidden, _depth) = (name, 1);
        else if (_hidden == name && !isSelfClosing)
            _depth++;
        else if (_hidden is null && name == "pre")
            _code ??= new();
        else if (_hidden is null)
            Break(name, opening: true);
    }

    private void Close(string name)
    {
        if (_hidden == name && --_depth == 0)
            _hidden = null;
        else if (_hidden is null && name == "pre")
            EndCode();
        else if (_hidden is null)
            Break(name, opening: false);
    }

    private void Break(string name, bool opening)
    {
        if (_code is not null)
        {
            if (opening && name == "br")
                _code.Append('\n');
        }
        else if (Paragraphs.Contains(name))
            _prose.Section();
        else if (Lines.Contains(name))
        {
            _prose.Line();
            if (opening && name == "li")
                _prose.Text("- ");
        }
        else if (name is "td" or "th")
            _prose.Text(" ");
    }

    private void EndCode()
    {
        if (_code is null)
            return;
        _prose.Section();
        _prose.Code(_code.ToString());
        _prose.Section();
        _code = null;
    }
}
