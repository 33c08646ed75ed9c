using System.Globalization;
using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>
/// The tokens of a model by id, as a file lists them, checked: ids within reason, none twice, and none in conflict with the added tokens.
/// Special added tokens are left out of what the model looks up, so that nobody types one; their ids are kept in <see cref="Listed"/>.
/// </summary>
internal sealed class VocabularyReader
{
    private readonly Dictionary<string, AddedToken> _addedByContent;
    private readonly Dictionary<int, AddedToken> _addedById;
    private readonly string?[] _names;
    private readonly bool[] _taken;

    private VocabularyReader(JsonValue value, List<AddedToken> added, int count)
    {
        (_addedByContent, _addedById) = (new(added.Count), new(added.Count));
        foreach (var token in added)
        {
            _addedByContent.TryAdd(token.Content, token);
            if (!_addedById.TryAdd(token.Id, token))
                throw value.Error(string.Create(CultureInfo.InvariantCulture, $"two added tokens have one id, {token.Id}"));
        }
        (_names, _taken) = (new string?[count], new bool[count]);
    }

    /// <summary>The token of each id; null where there is none that text may become.</summary>
    public string?[] Names => _names;

    /// <summary>The added tokens that the model lists too.</summary>
    public HashSet<int> Listed { get; } = [];

    /// <summary>Reads an object of tokens and ids.</summary>
    public static VocabularyReader FromObject(JsonValue value, List<AddedToken> added)
    {
        var count = (value.Kind == JsonValueKind.Object ? value.Count : throw value.Error("not a vocabulary", "an object of tokens and ids")) + added.Count;
        var highest = HighestId(value, added, count);
        var (names, items) = (new string[value.Count], new JsonValue[value.Count]);
        var number = 0;
        foreach (var (name, item) in value.Members())
        {
            highest = Math.Max(highest, item.AsInt32(0, HighestAllowed(count)));
            (names[number], items[number++]) = (name, item);
        }
        var vocabulary = new VocabularyReader(value, added, highest + 1);
        for (var i = 0; i < names.Length; i++)
            vocabulary.Add(names[i], items[i].AsInt32(), items[i]);
        return vocabulary;
    }

    /// <summary>Reads an array of pairs of tokens and scores.</summary>
    public static VocabularyReader FromPairs(JsonValue value, List<AddedToken> added, out double[] scores)
    {
        HighestId(value, added, value.Count + added.Count);
        var vocabulary = new VocabularyReader(value, added, value.Count);
        scores = new double[value.Count];
        var id = 0;
        foreach (var item in value.Items())
        {
            if (!item.TryGetPair(out var token, out var score))
                throw item.Error("not a token and its score");
            vocabulary.Add(token.AsString(), id, item);
            scores[id++] = score.AsDouble();
        }
        return vocabulary;
    }

    /// <summary>The highest id that so many tokens may have. Ids may leave gaps, but not so many that a small file asks for much memory.</summary>
    public static int HighestAllowed(int count) => (int)Math.Min(int.MaxValue - 1, 2L * count + 8_192);

    /// <summary>The id of a token that may be special; −1 if there is none.</summary>
    public int Find(string name) => _addedByContent.TryGetValue(name, out var token) ? token.Id : Array.IndexOf(_names, name);

    /// <summary>The tokens in UTF-8.</summary>
    /// <param name="value">Where errors are placed.</param>
    public PieceTable ToPieces(JsonValue value)
    {
        var (starts, lengths) = (new int[_names.Length], new int[_names.Length]);
        var bytes = new byte[checked((int)_names.Sum(name => (long)Encoding.UTF8.GetByteCount(name ?? "")))];
        var start = 0;
        for (var id = 0; id < _names.Length; id++)
        {
            starts[id] = start;
            start += lengths[id] = Encoding.UTF8.GetBytes(_names[id] ?? "", bytes.AsSpan(start));
        }
        return Checked(new(bytes, starts, lengths), value);
    }

    /// <summary>The tokens as the bytes whose visible form they are; null where some token is no visible form, or some byte has no token.</summary>
    /// <param name="value">Where errors are placed.</param>
    public PieceTable? ToBytePieces(JsonValue value)
    {
        var (starts, lengths) = (new int[_names.Length], new int[_names.Length]);
        var bytes = new System.Buffers.ArrayBufferWriter<byte>(Math.Max(1, 8 * _names.Length));
        for (var id = 0; id < _names.Length; id++)
        {
            starts[id] = bytes.WrittenCount;
            if (_names[id] is not { Length: > 0 } name)
                continue;
            // An added token may be any text; a piece of the vocabulary is printed bytes.
            if (!ByteLevel.TryToBytes(name, bytes) && !_addedById.ContainsKey(id))
                return null;
            lengths[id] = bytes.WrittenCount - starts[id];
        }
        var pieces = Checked(new(bytes.WrittenSpan.ToArray(), starts, lengths), value);
        for (var each = 0; each < 256; each++)
        {
            if (pieces.Find([(byte)each]) < 0)
                return null;
        }
        return pieces;
    }

    private static int HighestId(JsonValue value, List<AddedToken> added, int count)
    {
        var highest = added.Select(token => token.Id).DefaultIfEmpty(-1).Max();
        return highest <= HighestAllowed(count) ? highest
            : throw value.Error(string.Create(CultureInfo.InvariantCulture, $"an added token's id, {highest}, is far beyond the {count} tokens there are"));
    }

    private static PieceTable Checked(PieceTable pieces, JsonValue value) => pieces.FirstDuplicate < 0 ? pieces
        : throw value.Error(string.Create(CultureInfo.InvariantCulture, $"two ids have one token, the second of them {pieces.FirstDuplicate}"));

    private void Add(string name, int id, JsonValue item)
    {
        if (_taken[id])
            throw item.Error("two tokens have one id");
        _taken[id] = true;
        var token = _addedByContent.GetValueOrDefault(name);
        if (_addedById.GetValueOrDefault(id) != token)
            throw item.Error("the vocabulary and the added tokens give one id to two tokens, or two ids to one");
        if (token is not null)
            Listed.Add(id);
        if (token is not { IsSpecial: true })
            _names[id] = name;
    }
}
