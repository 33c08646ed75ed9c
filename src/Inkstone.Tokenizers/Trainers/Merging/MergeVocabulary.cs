using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// A vocabulary of special tokens, an alphabet and what merging adds, while it is being trained. Tokens are told apart by how files print them; a continuing
/// prefix goes when its token is joined to one on its left.
/// </summary>
internal sealed class MergeVocabulary : IMergedVocabulary
{
    private readonly MergeTrainerOptions _options;
    private readonly MergeAlphabet _alphabet;
    private readonly int _prefixLength; // bytes
    private readonly List<byte[]> _bytes = [];
    private readonly List<string> _tokens = [];
    private readonly List<Merge> _merges = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    /// <summary>The special tokens and the alphabet of these pieces.</summary>
    public MergeVocabulary(IReadOnlyList<PieceCounts> parts, MergeTrainerOptions options)
    {
        (_options, _alphabet) = (options, new(parts, options));
        _prefixLength = Encoding.UTF8.GetByteCount(options.ContinuingPrefix);
        foreach (var token in options.SpecialTokens)
            Add(token, Encoding.UTF8.GetBytes(token), 0);
        foreach (var symbol in _alphabet.Symbols)
            AddSymbol(symbol, continues: false, ends: false);
        foreach (var (symbol, continues, ends) in _alphabet.Forms)
            AddSymbol(symbol, continues, ends);
    }

    /// <summary>The tokens by id, as files print them.</summary>
    public IReadOnlyList<string> Tokens => _tokens;

    /// <summary>The rules, in the order of their making.</summary>
    public IReadOnlyList<Merge> Merges => _merges;

    /// <inheritdoc/>
    public int Count => _tokens.Count;

    /// <inheritdoc/>
    public List<int> Lengths { get; } = [];

    /// <summary>The bytes of a token: raw ones where bytes are merged, else those of how it prints.</summary>
    public byte[] Bytes(int id) => _bytes[id];

    /// <inheritdoc/>
    public int Start(ReadOnlySpan<byte> piece, Span<int> tokens) => _alphabet.Start(piece, tokens);

    /// <inheritdoc/>
    public bool TryMerge(int left, int right, out int result)
    {
        byte[] bytes = [.. _bytes[left], .. _bytes[right].AsSpan(_prefixLength)];
        var token = Print(bytes);
        if (!_ids.TryGetValue(token, out result))
            result = Add(token, bytes, Lengths[left] + Lengths[right]);
        if (result < _options.SpecialTokens.Count)
            return false; // text must never become a special token
        _merges.Add(new(left, right, result));
        return true;
    }

    /// <inheritdoc/>
    public bool IsGreater(ulong pair, ulong other)
    {
        var order = _bytes[(int)(pair >> 32)].AsSpan().SequenceCompareTo(_bytes[(int)(other >> 32)]);
        return (order != 0 ? order : _bytes[(int)(uint)pair].AsSpan().SequenceCompareTo(_bytes[(int)(uint)other])) > 0;
    }

    private void AddSymbol(int symbol, bool continues, bool ends)
    {
        byte[] bytes = _options.Unit == MergeUnit.Bytes
            ? [(byte)symbol]
            : Encoding.UTF8.GetBytes((continues ? _options.ContinuingPrefix : "") + new Rune(symbol) + (ends ? _options.EndSuffix : ""));
        var token = Print(bytes);
        if (!_ids.TryGetValue(token, out var id))
            id = Add(token, bytes, 1);
        if (id >= _options.SpecialTokens.Count)
            _alphabet.SetId(symbol, continues, ends, id);
    }

    private string Print(byte[] bytes) => _options.Unit == MergeUnit.Bytes ? ByteLevel.ToText(bytes) : Encoding.UTF8.GetString(bytes);

    private int Add(string token, byte[] bytes, int length)
    {
        _ids.Add(token, _tokens.Count);
        _tokens.Add(token);
        _bytes.Add(bytes);
        Lengths.Add(length);
        return _tokens.Count - 1;
    }
}
