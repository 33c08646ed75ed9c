using System.Globalization;
using System.Text;

namespace Inkstone.Inference.Tests;

/// <summary>
/// A recogniser of GBNF written for nothing but to be simple: of a set of places in the text it works out the set of places after an expression,
/// on characters and not bytes, directly on the notation's tree.
/// </summary>
internal sealed class NaiveGrammar
{
    private readonly Dictionary<string, Node> _rules = [];
    private readonly string _source;
    private int _at;

    public NaiveGrammar(string source)
    {
        _source = source;
        Skip(true);
        while (_at < _source.Length)
        {
            var name = Word();
            Skip(false);
            _at += 3;
            Skip(true);
            _rules[name] = Choice(0);
            Skip(true);
        }
    }

    private enum Result
    {
        Fails,
        Prefix,
        Whole,
    }

    public bool Matches(string text) => Run(text) == Result.Whole;

    /// <summary>Whether some match begins with the text. Only for grammars all of whose rules can be completed.</summary>
    public bool IsPrefix(string text) => Run(text) != Result.Fails;

    private Result Run(string text)
    {
        int[] runes = [.. text.EnumerateRunes().Select(rune => rune.Value)];
        var run = new Recognizer(_rules, runes);
        var ends = run.After(_rules["root"], 0);
        return ends.Contains(runes.Length) ? Result.Whole : run.TouchedEnd ? Result.Prefix : Result.Fails;
    }

    private Node Choice(int depth)
    {
        var options = new List<Node> { Row(depth) };
        while (_at < _source.Length && _source[_at] == '|')
        {
            _at++;
            Skip(true);
            options.Add(Row(depth));
        }
        return new Node('|', options);
    }

    private Node Row(int depth)
    {
        var parts = new List<Node>();
        while (_at < _source.Length && _source[_at] is not ('|' or ')' or '\n' or '\r'))
        {
            Node part;
            switch (_source[_at])
            {
                case '"':
                    _at++;
                    part = new Node('&', []);
                    while (_source[_at] != '"')
                    {
                        var sign = Sign();
                        part.Parts.Add(new Node('[', []) { Ranges = [(sign, sign)] });
                    }
                    _at++;
                    break;
                case '[':
                    _at++;
                    part = new Node('[', []) { Negative = _source[_at] == '^' };
                    _at += part.Negative ? 1 : 0;
                    while (_source[_at] != ']')
                    {
                        var first = Sign();
                        var last = first;
                        if (_source[_at] == '-' && _source[_at + 1] != ']')
                        {
                            _at++;
                            last = Sign();
                        }
                        part.Ranges.Add((first, last));
                    }
                    _at++;
                    break;
                case '.':
                    _at++;
                    part = new Node('[', []) { Negative = true };
                    break;
                case '(':
                    _at++;
                    Skip(true);
                    part = Choice(depth + 1);
                    _at++;
                    break;
                default:
                    part = new Node('r', []) { Name = Word() };
                    break;
            }
            Skip(depth > 0);
            while (_at < _source.Length && _source[_at] is '*' or '+' or '?' or '{')
            {
                var (least, most) = _source[_at] switch { '*' => (0, int.MaxValue), '+' => (1, int.MaxValue), '?' => (0, 1), _ => (-1, -1) };
                if (least < 0)
                {
                    var close = _source.IndexOf('}', _at);
                    var bounds = _source[(_at + 1)..close].Split(',', StringSplitOptions.TrimEntries);
                    least = int.Parse(bounds[0], CultureInfo.InvariantCulture);
                    most = bounds.Length == 1 ? least : bounds[1].Length == 0 ? int.MaxValue : int.Parse(bounds[1], CultureInfo.InvariantCulture);
                    _at = close;
                }
                _at++;
                part = new Node('*', [part]) { Least = least, Most = most };
                Skip(depth > 0);
            }
            parts.Add(part);
        }
        return new Node('&', parts);
    }

    private int Sign()
    {
        if (_source[_at] != '\\')
        {
            var rune = Rune.GetRuneAt(_source, _at);
            _at += rune.Utf16SequenceLength;
            return rune.Value;
        }
        var sign = _source[_at + 1];
        var digits = sign switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        var value = digits > 0 ? Convert.ToInt32(_source.Substring(_at + 2, digits), 16) : sign switch { 't' => '\t', 'r' => '\r', 'n' => '\n', _ => sign };
        _at += 2 + digits;
        return value;
    }

    private string Word()
    {
        var start = _at;
        while (_at < _source.Length && (char.IsAsciiLetterOrDigit(_source[_at]) || _source[_at] is '-' or '_'))
            _at++;
        return _source[start.._at];
    }

    private void Skip(bool lines)
    {
        while (_at < _source.Length && (_source[_at] is ' ' or '\t' or '#' || (lines && _source[_at] is ('\r' or '\n'))))
        {
            if (_source[_at] == '#')
            {
                while (_at < _source.Length && _source[_at] != '\n')
                    _at++;
            }
            else
                _at++;
        }
    }

    private sealed class Node(char kind, List<Node> parts)
    {
        public char Kind => kind;

        public List<Node> Parts => parts;

        public List<(int First, int Last)> Ranges { get; init; } = [];

        public bool Negative { get; init; }

        public string Name { get; init; } = "";

        public int Least { get; init; }

        public int Most { get; init; }
    }

    private sealed class Recognizer(Dictionary<string, Node> rules, int[] text)
    {
        private readonly Dictionary<(Node, int), HashSet<int>> _known = [];

        public bool TouchedEnd { get; private set; }

        public HashSet<int> After(Node node, int place)
        {
            if (_known.TryGetValue((node, place), out var known))
                return known;
            var ends = new HashSet<int>();
            switch (node.Kind)
            {
                case '[':
                    if (place == text.Length)
                        TouchedEnd = true;
                    else if (node.Negative != node.Ranges.Exists(range => text[place] >= range.First && text[place] <= range.Last))
                        ends.Add(place + 1);
                    break;
                case 'r':
                    ends = After(rules[node.Name], place);
                    break;
                case '|':
                    foreach (var option in node.Parts)
                        ends.UnionWith(After(option, place));
                    break;
                case '&':
                    ends.Add(place);
                    foreach (var part in node.Parts)
                        ends = [.. ends.SelectMany(end => After(part, end))];
                    break;
                case '*':
                    HashSet<int> now = [place];
                    for (var turn = 0; now.Count > 0 && turn <= node.Most; turn++)
                    {
                        if (turn >= node.Least)
                        {
                            now.ExceptWith(ends);
                            ends.UnionWith(now);
                        }
                        if (turn < node.Most && turn <= node.Least + text.Length)
                            now = [.. now.SelectMany(end => After(node.Parts[0], end))];
                        else
                            break;
                    }
                    break;
            }
            return _known[(node, place)] = ends;
        }
    }
}
