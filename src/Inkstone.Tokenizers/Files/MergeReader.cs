using System.Buffers;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>Reads the rules of a byte pair encoding, two tokens each, whatever file lists them: checked against the vocabulary, and none given twice.</summary>
/// <param name="pieces">The vocabulary.</param>
/// <param name="options">How it is written: as printed bytes or as text, and with which mark inside words.</param>
/// <param name="most">The most rules that may come.</param>
internal sealed class MergeReader(PieceTable pieces, BytePairOptions options, int most)
{
    private readonly byte[] _mark = Encoding.UTF8.GetBytes(options.Prefix ?? "");
    private readonly ArrayBufferWriter<byte> _bytes = new(256);
    private Merge[] _rules = new Merge[most];
    private int _count;

    /// <summary>The two tokens of a line with one space between them; false of any other line.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> left, out ReadOnlySpan<byte> right)
    {
        var space = line.IndexOf((byte)' ');
        left = space < 0 ? [] : line[..space];
        right = line[(space + 1)..];
        return !left.IsEmpty && !right.IsEmpty && !right.Contains((byte)' ');
    }

    /// <summary>Finds the tokens that a rule names and the one that it makes; false if one of them is not in the vocabulary.</summary>
    /// <param name="left">The left token, in UTF-8.</param>
    /// <param name="right">The right token; a mark that it begins with is not part of what the rule makes.</param>
    /// <param name="rule">The rule; −1 stands for a token that is not there.</param>
    public bool TryFind(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, out Merge rule)
    {
        _bytes.ResetWrittenCount();
        var rightId = Append(right) ? pieces.Find(_bytes.WrittenSpan) : -1;
        _bytes.ResetWrittenCount();
        var leftId = Append(left) ? pieces.Find(_bytes.WrittenSpan) : -1;
        var inner = !_mark.AsSpan().IsEmpty && right.StartsWith(_mark) ? right[_mark.Length..] : right;
        rule = new(leftId, rightId, leftId >= 0 && rightId >= 0 && Append(inner) ? pieces.Find(_bytes.WrittenSpan) : -1);
        return rule.Result >= 0;
    }

    /// <summary>Adds a rule that was found.</summary>
    public void Add(Merge rule) => _rules[_count++] = rule;

    /// <summary>Finds a rule and adds it; else says which token is not in the vocabulary.</summary>
    public bool TryAdd(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, out string missing)
    {
        var isFound = TryFind(left, right, out var rule);
        missing = isFound ? "" : rule.Left < 0 ? Show(left) : rule.Right < 0 ? Show(right) : Show([.. left, .. right]);
        if (isFound)
            Add(rule);
        return isFound;

        static string Show(ReadOnlySpan<byte> token) => $"{Excerpt.Of(Encoding.UTF8.GetString(token))} in the vocabulary";
    }

    /// <summary>The rules, in the order in which they were added.</summary>
    /// <param name="wrong">Makes the error of what is wrong.</param>
    /// <exception cref="InkstoneFormatException">A rule was given twice.</exception>
    public MergeTable ToTable(Func<string, InkstoneFormatException> wrong)
    {
        if (_count < _rules.Length)
            _rules = _rules[.._count];
        var table = new MergeTable(_rules);
        if (table.FirstDuplicate < 0)
            return table;
        var (left, right, _) = _rules[table.FirstDuplicate];
        throw wrong($"the merge of {Show(left)} and {Show(right)} is given twice");

        string Show(int id) => Excerpt.Of(options.IsByteLevel ? ByteLevel.ToText(pieces[id]) : Encoding.UTF8.GetString(pieces[id]));
    }

    private bool Append(ReadOnlySpan<byte> token)
    {
        if (options.IsByteLevel)
            return !token.IsEmpty && ByteLevel.TryToBytes(token, _bytes);
        _bytes.Write(token);
        return true;
    }
}
