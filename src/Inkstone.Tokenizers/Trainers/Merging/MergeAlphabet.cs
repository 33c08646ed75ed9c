using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// The symbols that pieces are made of, and the forms that each takes: as it is, and, with a prefix for what does not begin a piece and a suffix for what ends
/// one, up to three more.
/// </summary>
internal sealed class MergeAlphabet
{
    private readonly MergeUnit _unit;
    private readonly bool _marksContinuing, _marksEnd;
    private readonly Dictionary<int, int[]> _ids = [];

    /// <summary>Chooses the symbols and finds the forms that occur.</summary>
    /// <param name="parts">The counted pieces.</param>
    /// <param name="options">The options.</param>
    public MergeAlphabet(IReadOnlyList<PieceCounts> parts, MergeTrainerOptions options)
    {
        (_unit, _marksContinuing, _marksEnd) = (options.Unit, options.ContinuingPrefix.Length > 0, options.EndSuffix.Length > 0);
        var counts = Count(parts);
        foreach (var symbol in options.InitialAlphabet)
            counts[symbol] = long.MaxValue;
        var kept = counts.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Take(options.AlphabetLimit).Select(entry => entry.Key);
        // Bytes in the order of the characters they print as, which is the order of the vocabulary's file.
        Symbols = [.. _unit == MergeUnit.Bytes ? kept.OrderBy(value => ByteLevel.ToCharacter((byte)value)) : kept.Order()];
        foreach (var symbol in Symbols)
            _ids.Add(symbol, [-1, -1, -1, -1]);
        Forms = FindForms(parts);
    }

    /// <summary>The symbols in the order of their ids.</summary>
    public IReadOnlyList<int> Symbols { get; }

    /// <summary>
    /// The marked forms that occur, in the order of their ids: those that occur at most places of distinct pieces first, of equal ones those that continue, then
    /// those that end, then those that do both, by code point. Hugging Face's trainer numbers them as it meets them in distinct pieces in an order of chance; this
    /// is what such an order comes to on average, so ties are settled as there more often than by any other fixed order.
    /// </summary>
    public IReadOnlyList<(int Symbol, bool Continues, bool Ends)> Forms { get; }

    /// <summary>Says which id a form has; −1 where it is not in the vocabulary, so that text does without it.</summary>
    public void SetId(int symbol, bool continues, bool ends, int id) => _ids[symbol][Form(continues, ends)] = id;

    /// <summary>Writes the ids that a piece begins as; returns how many there are.</summary>
    public int Start(ReadOnlySpan<byte> piece, Span<int> tokens)
    {
        var count = 0;
        for (int at = 0, length; at < piece.Length; at += length)
        {
            var symbol = SymbolAt(piece, at, out length);
            var form = Form(_marksContinuing && at > 0, _marksEnd && at + length == piece.Length);
            if (_ids.TryGetValue(symbol, out var ids) && ids[form] >= 0)
                tokens[count++] = ids[form];
        }
        return count;
    }

    private Dictionary<int, long> Count(IReadOnlyList<PieceCounts> parts)
    {
        var counts = new Dictionary<int, long>();
        foreach (var part in parts)
        {
            foreach (ref readonly var entry in part.Entries)
            {
                var piece = part.Bytes(entry);
                for (int at = 0, length; at < piece.Length; at += length)
                {
                    var symbol = SymbolAt(piece, at, out length);
                    counts[symbol] = counts.GetValueOrDefault(symbol) + entry.Count;
                }
            }
        }
        return counts;
    }

    private List<(int Symbol, bool Continues, bool Ends)> FindForms(IReadOnlyList<PieceCounts> parts)
    {
        if (!_marksContinuing && !_marksEnd)
            return [];
        var counts = new Dictionary<(int Form, int Symbol), int>();
        foreach (var part in parts)
        {
            foreach (ref readonly var entry in part.Entries)
            {
                var piece = part.Bytes(entry);
                for (int at = 0, length; at < piece.Length; at += length)
                {
                    var symbol = SymbolAt(piece, at, out length);
                    var form = Form(_marksContinuing && at > 0, _marksEnd && at + length == piece.Length);
                    if (form > 0 && _ids.ContainsKey(symbol))
                        counts[(form, symbol)] = counts.GetValueOrDefault((form, symbol)) + 1;
                }
            }
        }
        return [.. counts.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key)
            .Select(entry => (entry.Key.Symbol, (entry.Key.Form & 1) != 0, (entry.Key.Form & 2) != 0))];
    }

    private int SymbolAt(ReadOnlySpan<byte> piece, int at, out int length)
    {
        length = 1;
        if (_unit == MergeUnit.Bytes || piece[at] < 0x80)
            return piece[at];
        Rune.DecodeFromUtf8(piece[at..], out var character, out length);
        return character.Value;
    }

    private static int Form(bool continues, bool ends) => (continues ? 1 : 0) | (ends ? 2 : 0);
}
