namespace Inkstone.Tokenizers;

/// <summary>The user-defined pieces of a model as they stand in text, where they are found before anything else is. Their trie is made when one may begin.</summary>
internal sealed class UserDefinedPieces
{
    private readonly Lazy<ByteTrie> _trie;
    private readonly bool[] _begins = new bool[256];

    /// <summary>Notes what they begin with.</summary>
    /// <param name="pieces">All pieces.</param>
    /// <param name="isUserDefined">Which of them are user-defined.</param>
    public UserDefinedPieces(PieceBlock pieces, Func<int, bool> isUserDefined)
    {
        _trie = new(() => ByteTrie.Build(pieces, pieces.Sort(isUserDefined)));
        for (var id = 0; id < pieces.Count; id++)
        {
            if (!pieces[id].IsEmpty && isUserDefined(id))
                _begins[pieces[id][0]] = true;
        }
    }

    /// <summary>Whether one begins with a byte.</summary>
    public bool MayBegin(byte first) => _begins[first];

    /// <summary>The piece that a text begins with, the longest; false if there is none.</summary>
    public bool TryFind(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        return _begins[text[0]] && _trie.Value.FindLongest(text, out length) >= 0;
    }
}
