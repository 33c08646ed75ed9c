using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// The added tokens of a tokenizer, by id and by text, and the forms they are looked for in. What reading a file does not need is made when first asked for.
/// </summary>
internal sealed class AddedTokenTable
{
    private const int LongestForm = 1 << 16; // the least that all forms together may take

    private readonly AddedToken[] _tokens;
    private readonly int[] _places; // by id less the first: which token it is, plus one; empty where ids lie far apart
    private readonly PieceBlock _forms;
    private Dictionary<string, int>? _ids;

    /// <summary>A table.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="normalizer">What rewrites text; tokens looked for in normalised text are decoded from their normalised form, so that decoders undo what it does.</param>
    /// <exception cref="InkstoneRequestException">Two tokens have one id.</exception>
    /// <exception cref="InkstoneFormatException">The normaliser makes tokens far longer.</exception>
    public AddedTokenTable(IReadOnlyList<AddedToken> tokens, Normalizer? normalizer)
    {
        _tokens = [.. tokens];
        Array.Sort(_tokens, static (x, y) => x.Id.CompareTo(y.Id));
        for (var i = 1; i < _tokens.Length; i++)
        {
            if (_tokens[i].Id == _tokens[i - 1].Id)
                throw new InkstoneRequestException("two added tokens have one id", nameof(tokens), found: FormattableString.Invariant($"{_tokens[i].Id}"));
        }
        _places = FindPlaces();
        _forms = FindForms(normalizer);
        Source = new(_tokens, _forms, ofNormalized: false);
        Normalized = new(_tokens, _forms, ofNormalized: true);
    }

    /// <summary>The tokens, by ascending id.</summary>
    public IReadOnlyList<AddedToken> Tokens => _tokens;

    /// <summary>Finds tokens in the source.</summary>
    public AddedTokenMatcher Source { get; }

    /// <summary>Finds tokens in normalised text.</summary>
    public AddedTokenMatcher Normalized { get; }

    /// <summary>The token of an id; false if none has it.</summary>
    /// <param name="id">The id.</param>
    /// <param name="token">The token.</param>
    /// <param name="form">What it is decoded from.</param>
    public bool TryFind(int id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AddedToken? token, out ReadOnlySpan<byte> form)
    {
        var place = PlaceOf(id);
        token = place < 0 ? null : _tokens[place];
        form = place < 0 ? default : _forms[place];
        return token is not null;
    }

    /// <summary>Whether an id is that of a control token.</summary>
    public bool IsSpecial(int id) => PlaceOf(id) is >= 0 and var place && _tokens[place].IsSpecial;

    /// <summary>The id of a token by its text, of several the lowest; null for none.</summary>
    public int? IdOf(string content)
    {
        var ids = _ids;
        if (ids is null)
        {
            ids = new(_tokens.Length);
            foreach (var token in _tokens)
                ids.TryAdd(token.Content, token.Id);
            _ids = ids; // threads that come here at the same time make the same
        }
        return ids.TryGetValue(content, out var id) ? id : null;
    }

    private int PlaceOf(int id)
    {
        if (_tokens.Length == 0)
            return -1;
        var offset = id - _tokens[0].Id;
        if ((uint)offset < (uint)_places.Length)
            return _places[offset] - 1;
        if (offset < 0 || _places.Length > 0)
            return -1;
        int low = 0, high = _tokens.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _tokens[middle].Id < id ? (middle + 1, high) : (low, middle);
        }
        return _tokens[low].Id == id ? low : -1;
    }

    private int[] FindPlaces()
    {
        if (_tokens.Length == 0 || _tokens[^1].Id - (long)_tokens[0].Id >= 4L * _tokens.Length)
            return [];
        var places = new int[_tokens[^1].Id - _tokens[0].Id + 1];
        for (var place = 0; place < _tokens.Length; place++)
            places[_tokens[place].Id - _tokens[0].Id] = place + 1;
        return places;
    }

    private PieceBlock FindForms(Normalizer? normalizer)
    {
        var (starts, lengths) = (new int[_tokens.Length], new int[_tokens.Length]);
        var size = _tokens.Sum(token => (long)Encoding.UTF8.GetByteCount(token.Content));
        var limit = LongestForm + 4 * size;
        var bytes = new byte[size];
        var text = new NormalizedText { MostGrowth = 4 };
        var used = 0;
        for (var place = 0; place < _tokens.Length; place++)
        {
            var token = _tokens[place];
            if (token.IsNormalized && normalizer is not null)
            {
                text.Reset(Encoding.UTF8.GetBytes(token.Content), aligned: false);
                normalizer.Normalize(text);
                if (used + text.Bytes.Length > limit)
                    throw new InkstoneFormatException("a normaliser makes the added tokens far longer than they are", "normalizer", FormattableString.Invariant($"at most {limit} bytes"));
            }
            var length = token.IsNormalized && normalizer is not null ? text.Bytes.Length : Encoding.UTF8.GetByteCount(token.Content);
            if (bytes.Length - used < length)
                Array.Resize(ref bytes, Math.Max(used + length, (int)Math.Min(limit, 2L * bytes.Length)));
            if (token.IsNormalized && normalizer is not null)
                text.Bytes.CopyTo(bytes.AsSpan(used));
            else
                Encoding.UTF8.GetBytes(token.Content, bytes.AsSpan(used));
            (starts[place], lengths[place]) = (used, length);
            used += length;
        }
        return new(bytes, starts, lengths);
    }
}
