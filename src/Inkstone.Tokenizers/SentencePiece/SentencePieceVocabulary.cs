namespace Inkstone.Tokenizers;

/// <summary>Where prepared text may be cut without cutting through a piece.</summary>
internal enum WordCuts
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>Before a space that follows something else.</summary>
    BeforeSpaces,

    /// <summary>After a space that something else follows.</summary>
    AfterSpaces,
}

/// <summary>The pieces of a model as they occur in prepared text, where a space is one byte.</summary>
internal sealed class SentencePieceVocabulary
{
    private const byte Space = (byte)' ';
    private readonly int[] _byteIds = new int[256];

    /// <summary>Prepares the pieces of a file.</summary>
    public SentencePieceVocabulary(SentencePieceFile file)
    {
        File = file;
        UnknownId = file.UnknownId;
        Pieces = file.Normalization.EscapesWhitespace ? Compact(file.Pieces) : file.Pieces;
        for (var id = 0; id < Pieces.Count; id++)
        {
            if (file.Kinds[id] == SentencePieceKind.Byte)
                _byteIds[ByteTokens.ValueOf(file.Pieces[id])] = id;
        }
        Cuts = FindCuts();
    }

    /// <summary>What the file says.</summary>
    public SentencePieceFile File { get; }

    /// <summary>The pieces.</summary>
    public PieceBlock Pieces { get; }

    /// <summary>The id of unknown text.</summary>
    public int UnknownId { get; }

    /// <summary>Where text may be cut.</summary>
    public WordCuts Cuts { get; }

    /// <summary>Whether a piece is found in text: not unknown, control or byte, and none that holds a space where text never does.</summary>
    public bool IsFound(int id) =>
        File.Kinds[id] is SentencePieceKind.Normal or SentencePieceKind.UserDefined or SentencePieceKind.Unused
        && (!File.Normalization.EscapesWhitespace || !File.Pieces[id].Contains(Space));

    /// <summary>Whether a piece is found in text before any other.</summary>
    public bool IsUserDefined(int id) => File.Kinds[id] == SentencePieceKind.UserDefined && IsFound(id);

    /// <summary>A trie over some pieces, made when it is first asked for: reading a file does not need it.</summary>
    public Lazy<ByteTrie> TrieOf(Func<int, bool> isWanted) => new(() => ByteTrie.Build(Pieces, Pieces.Sort(isWanted)));

    /// <summary>Where a word that begins at a place ends.</summary>
    public int WordEnd(ReadOnlySpan<byte> text, int start)
    {
        if (Cuts == WordCuts.None)
            return text.Length;
        var end = start;
        if (Cuts == WordCuts.BeforeSpaces)
        {
            while (end < text.Length && text[end] == Space)
                end++;
            var word = text[end..].IndexOf(Space);
            return word < 0 ? text.Length : end + word;
        }
        var length = text[end..].IndexOf(Space);
        end = length < 0 ? text.Length : end + length;
        while (end < text.Length && text[end] == Space)
            end++;
        return end;
    }

    /// <summary>Adds the id of a piece, or what unknown text becomes: its bytes, or one id for all that stand together.</summary>
    public void Emit(int id, ReadOnlySpan<byte> text, SentencePieceScratch scratch)
    {
        if (id != UnknownId)
        {
            scratch.Add(id);
            scratch.EndsUnknown = false;
            return;
        }
        if (File.HasByteFallback)
        {
            foreach (var value in text)
            {
                if (value != Space || !File.Normalization.EscapesWhitespace)
                {
                    scratch.Add(_byteIds[value]);
                    continue;
                }
                foreach (var part in SentencePieceNormalizer.SpaceMark)
                    scratch.Add(_byteIds[part]);
            }
        }
        else if (!scratch.EndsUnknown)
            scratch.Add(id);
        scratch.EndsUnknown = true;
    }

    private static PieceBlock Compact(PieceBlock pieces)
    {
        var (starts, lengths) = (new int[pieces.Count], new int[pieces.Count]);
        var total = 0;
        for (var id = 0; id < pieces.Count; id++)
            total += pieces[id].Length;
        var bytes = new byte[total];
        for (int id = 0, start = 0; id < pieces.Count; start += lengths[id], id++)
            (starts[id], lengths[id]) = (start, SentencePieceNormalizer.Compact(pieces[id], bytes.AsSpan(start)));
        return new(bytes, starts, lengths);
    }

    private WordCuts FindCuts()
    {
        bool isCutBefore = true, isCutAfter = true;
        for (var id = 0; id < Pieces.Count && (isCutBefore || isCutAfter); id++)
        {
            if (!IsFound(id))
                continue;
            var piece = Pieces[id];
            for (var i = 1; i < piece.Length; i++)
            {
                isCutBefore &= piece[i] != Space || piece[i - 1] == Space;
                isCutAfter &= piece[i] == Space || piece[i - 1] != Space;
            }
        }
        return isCutBefore ? WordCuts.BeforeSpaces : isCutAfter ? WordCuts.AfterSpaces : WordCuts.None;
    }
}
