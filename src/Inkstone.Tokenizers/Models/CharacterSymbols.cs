using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// How a piece begins where it begins as characters: each is looked up with the marks of its place; one that is not in the vocabulary
/// becomes its bytes, the unknown token, or nothing.
/// </summary>
internal sealed class CharacterSymbols
{
    private readonly PieceTable _pieces;
    private readonly byte[] _prefix;
    private readonly byte[] _suffix;
    private readonly bool _fusesUnknown;
    private readonly int[]? _byteIds;

    /// <summary>Looks up what the options name.</summary>
    public CharacterSymbols(PieceTable pieces, BytePairOptions options)
    {
        _pieces = pieces;
        (_prefix, _suffix) = (Encoding.UTF8.GetBytes(options.Prefix ?? ""), Encoding.UTF8.GetBytes(options.Suffix ?? ""));
        _fusesUnknown = options.FusesUnknown;
        UnknownId = options.UnknownId;
        _byteIds = options.HasByteFallback ? ByteTokens.Find(pieces.Find) : null;
    }

    /// <summary>The id of an unknown character; −1: there is none.</summary>
    public int UnknownId { get; }

    /// <summary>The symbols of a piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="ids">Takes the id of each; at most one a byte.</param>
    /// <param name="lengths">Takes the bytes each stands for; empty where nobody asks.</param>
    /// <returns>How many there are.</returns>
    public int Find(ReadOnlySpan<byte> piece, Span<int> ids, Span<int> lengths)
    {
        Span<byte> marked = stackalloc byte[4 + 64];
        var (count, unknownLength) = (0, 0);
        for (int start = 0, end; start < piece.Length; start = end)
        {
            end = start + Utf8Text.LengthAt(piece, start);
            var character = piece[start..end];
            var id = Look(character, start > 0, end == piece.Length, marked);
            if (id >= 0)
            {
                Flush(ref unknownLength, ids, lengths, ref count);
                Put(id, end - start, ids, lengths, ref count);
            }
            else if (_byteIds is not null && ByteTokens.HasAll(_byteIds, character))
            {
                foreach (var value in character)
                    Put(_byteIds[value], 1, ids, lengths, ref count);
            }
            else if (UnknownId >= 0)
            {
                if (!_fusesUnknown)
                    Flush(ref unknownLength, ids, lengths, ref count);
                unknownLength += end - start;
            }
        }
        Flush(ref unknownLength, ids, lengths, ref count);
        return count;
    }

    private int Look(ReadOnlySpan<byte> character, bool hasPrefix, bool hasSuffix, Span<byte> marked)
    {
        var prefix = hasPrefix ? _prefix : [];
        var suffix = hasSuffix ? _suffix : [];
        if (prefix.Length + suffix.Length == 0)
            return _pieces.Find(character);
        var length = prefix.Length + character.Length + suffix.Length;
        if (length > marked.Length)
            marked = new byte[length];
        prefix.CopyTo(marked);
        character.CopyTo(marked[prefix.Length..]);
        suffix.CopyTo(marked[(prefix.Length + character.Length)..]);
        return _pieces.Find(marked[..length]);
    }

    private void Flush(ref int unknownLength, Span<int> ids, Span<int> lengths, ref int count)
    {
        if (unknownLength > 0)
            Put(UnknownId, unknownLength, ids, lengths, ref count);
        unknownLength = 0;
    }

    private static void Put(int id, int length, Span<int> ids, Span<int> lengths, ref int count)
    {
        ids[count] = id;
        if (!lengths.IsEmpty)
            lengths[count] = length;
        count++;
    }
}
