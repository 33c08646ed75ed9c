using System.Text;

namespace Inkstone.Foundation.Drawing;

/// <summary>
/// Writes a Markdown page (CommonMark with GitHub's tables), one block after another. Texts are plain and escaped here;
/// what is already Markdown (made of <see cref="Bold"/>, <see cref="Code"/>, <see cref="Link"/> and <see cref="Escape"/>) goes
/// through the members that say so. Whatever text comes in, what a reader sees is that text and nothing else.
/// </summary>
public sealed class MarkdownWriter
{
    private readonly StringBuilder _page = new();

    /// <summary>A heading of level 1 to 6.</summary>
    public MarkdownWriter Heading(int level, string text)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 6);
        return Block($"{new string('#', level)} {Escape(OneLine(text))}");
    }

    /// <summary>A paragraph of plain text.</summary>
    public MarkdownWriter Paragraph(string text) => Block(Escape(text));

    /// <summary>A block that is Markdown already.</summary>
    public MarkdownWriter Markdown(string markdown) => Block(markdown.TrimEnd());

    /// <summary>A list; the items are Markdown already, one line each.</summary>
    public MarkdownWriter List(IEnumerable<string> items) => Block(string.Join('\n', items.Select(item => $"- {OneLine(item)}")));

    /// <summary>An image on its own.</summary>
    /// <param name="description">What it shows, for those who cannot see it.</param>
    /// <param name="target">The path or address.</param>
    public MarkdownWriter Image(string description, string target) => Block($"!{Link(description, target)}");

    /// <summary>A block of code or other text to be shown letter for letter; its own back-ticks do no harm.</summary>
    /// <param name="text">The text; line ends become line feeds.</param>
    /// <param name="language">What it is, such as "csharp"; letters, digits, '-', '+' and '#' only.</param>
    public MarkdownWriter CodeBlock(string text, string language = "")
    {
        if (language.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '+' or '#')))
            throw new ArgumentException($"not the name of a language: '{language}'", nameof(language));
        var fence = new string('`', Math.Max(3, LongestRun(text, '`') + 1));
        var body = text.ReplaceLineEndings("\n");
        return Block($"{fence}{language}\n{body}{(body.EndsWith('\n') ? "" : "\n")}{fence}");
    }

    /// <summary>A table; the cells are Markdown already (plain numbers and words need nothing), line breaks become spaces, bars are escaped.</summary>
    /// <param name="headers">The heads of the columns.</param>
    /// <param name="rows">The rows, each as long as the heads.</param>
    /// <param name="alignment">A letter for each column: 'l', 'r' or 'c'; missing ones are 'l'.</param>
    /// <exception cref="ArgumentException">A row has another number of cells than there are heads.</exception>
    public MarkdownWriter Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows, string alignment = "")
    {
        var table = rows.Prepend(headers).Select(row => row.Select(Cell).ToArray()).ToList();
        if (table.FirstOrDefault(row => row.Length != headers.Count) is { } wrong)
            throw new ArgumentException($"a row has {wrong.Length} cells, the table {headers.Count} columns", nameof(rows));
        var widths = Enumerable.Range(0, headers.Count).Select(column => Math.Max(3, table.Max(row => row[column].Length))).ToArray();
        var lines = table.Select(row => Line((column, width) => Pad(row[column], column, width))).ToList();
        lines.Insert(1, Line((column, width) => AlignmentOf(column) switch
        {
            'r' => new string('-', width - 1) + ":",
            'c' => ":" + new string('-', width - 2) + ":",
            _ => new string('-', width),
        }));
        return Block(string.Join('\n', lines));

        string Pad(string cell, int column, int width) => AlignmentOf(column) == 'r' ? cell.PadLeft(width) : cell.PadRight(width);
        char AlignmentOf(int column) => column < alignment.Length ? alignment[column] : 'l';
        string Line(Func<int, int, string> cell) => $"| {string.Join(" | ", widths.Select((width, column) => cell(column, width)))} |";
    }

    /// <summary>The page so far.</summary>
    public override string ToString() => _page.ToString();

    /// <summary>Plain text as Markdown: every sign that could mean something is escaped.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        text = text.ReplaceLineEndings("\n");
        var atStart = true;   // only blanks since the beginning of the line
        var inNumber = false; // only digits since its first sign
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (atStart && c is (' ' or '\t'))
                continue; // shows nowhere, and four of them would begin a block of code
            var special = c switch
            {
                '\\' or '`' or '*' or '[' or ']' or '<' or '>' or '|' or '~' or '&' or '$' => true,
                '_' => i == 0 || i + 1 == text.Length || !char.IsLetterOrDigit(text[i - 1]) || !char.IsLetterOrDigit(text[i + 1]),
                '#' or '+' or '-' or '=' => atStart,
                '.' or ')' => inNumber,
                '!' => i + 1 < text.Length && text[i + 1] == '[',
                _ => false,
            };
            if (special)
                escaped.Append('\\');
            escaped.Append(c);
            inNumber = char.IsAsciiDigit(c) && (atStart || inNumber);
            atStart = c == '\n';
        }
        return escaped.ToString();
    }

    /// <summary>Heavy text; plain text comes in.</summary>
    public static string Bold(string text) => $"**{Escape(OneLine(text))}**";

    /// <summary>Text to be shown letter for letter within a line; its own back-ticks do no harm.</summary>
    public static string Code(string text)
    {
        var fence = new string('`', LongestRun(text, '`') + 1);
        var padding = text.Length == 0 || text.StartsWith('`') || text.EndsWith('`') || (text[0] == ' ' && text[^1] == ' ') ? " " : "";
        return $"{fence}{padding}{OneLine(text)}{padding}{fence}";
    }

    /// <summary>A link; the text is plain, the target's blanks and brackets are written as percent signs.</summary>
    public static string Link(string text, string target)
    {
        var address = new StringBuilder();
        foreach (var c in target)
        {
            if (c is ' ' or '(' or ')' or '<' or '>' or '\\' or '"' or '|' || char.IsControl(c))
                address.Append('%').Append(((int)c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            else
                address.Append(c);
        }
        return $"[{Escape(OneLine(text))}]({address})";
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    /// <summary>A cell: an unescaped bar would end it, also within back-ticks.</summary>
    private static string Cell(string text)
    {
        var cell = new StringBuilder();
        var slashes = 0;
        foreach (var c in OneLine(text))
        {
            if (c == '|' && slashes % 2 == 0)
                cell.Append('\\');
            slashes = c == '\\' ? slashes + 1 : 0;
            cell.Append(c);
        }
        return cell.ToString();
    }

    private static int LongestRun(string text, char sign)
    {
        int longest = 0, run = 0;
        foreach (var c in text)
            longest = Math.Max(longest, run = c == sign ? run + 1 : 0);
        return longest;
    }

    private MarkdownWriter Block(string block)
    {
        if (_page.Length > 0)
            _page.Append('\n');
        _page.Append(block).Append('\n');
        return this;
    }
}
