namespace Inkstone.Tokenizers;

/// <summary>
/// A finished vocabulary that merging makes larger. A rule never leads to an old token: what the old rules make of a text would then depend on
/// the new ones.
/// </summary>
internal sealed class ContinuedVocabulary : IMergedVocabulary
{
    private readonly BytePairParts _parts;
    private readonly BytePairModel _model;
    private readonly Dictionary<string, int> _ids = []; // by printed form, as in the file, where two must not look the same
    private readonly int _oldCount;

    /// <summary>Begins with the tokens and rules of a tokenizer.</summary>
    public ContinuedVocabulary(Tokenizer tokenizer)
    {
        (_parts, _model, _oldCount) = (new(tokenizer), tokenizer.Editable, tokenizer.VocabularySize);
        for (var id = 0; id < _oldCount; id++)
        {
            Lengths.Add(_parts.Pieces[id].Length);
            if (tokenizer.IdToToken(id) is { } printed)
                _ids.TryAdd(printed, id);
        }
    }

    /// <inheritdoc/>
    public int Count => _parts.Pieces.Count;

    /// <inheritdoc/>
    public List<int> Lengths { get; } = [];

    /// <inheritdoc/>
    public bool TryMerge(int left, int right, out int result)
    {
        byte[] bytes = [.. _parts.Pieces[left], .. _parts.Pieces[right]];
        var printed = ByteLevel.ToText(bytes);
        if (!_ids.TryGetValue(printed, out result))
        {
            result = Count;
            _ids.Add(printed, result);
            _parts.Pieces.Add(bytes);
            Lengths.Add(bytes.Length);
        }
        if (result < _oldCount)
            return false;
        _parts.Merges.Add(new(left, right, result));
        return true;
    }

    /// <inheritdoc/>
    public bool IsGreater(ulong pair, ulong other)
    {
        var order = Bytes(pair >> 32).SequenceCompareTo(Bytes(other >> 32));
        return (order != 0 ? order : Bytes((uint)pair).SequenceCompareTo(Bytes((uint)other))) > 0;
    }

    /// <inheritdoc/>
    public int Start(ReadOnlySpan<byte> piece, Span<int> tokens)
    {
        var ids = _model.EncodeWhole(piece);
        ids.CopyTo(tokens);
        return ids.Length;
    }

    /// <summary>The finished tokenizer.</summary>
    public Tokenizer ToTokenizer() => _parts.ToTokenizer();

    private ReadOnlySpan<byte> Bytes(ulong id) => _parts.Pieces[(int)id];
}
