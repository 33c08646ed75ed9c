using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// WordPiece (Schuster and Nakajima 2012, "Japanese and Korean voice search"; as used by BERT, Devlin et al. 2019): a word is cut greedily
/// into the longest tokens from the left, those inside a word marked by a prefix. A word in which some place has no token is one
/// unknown token. Cost: linear for words, which are bounded; a longer word is unknown at once.
/// </summary>
internal sealed class WordPieceModel : TokenModel
{
    private readonly Lazy<Index> _index; // made when a word is first cut
    private readonly int _prefixLength;

    /// <summary>A model.</summary>
    /// <param name="pieces">The tokens in UTF-8 as files show them.</param>
    /// <param name="unknown">The token for a word that cannot be cut.</param>
    /// <param name="unknownId">Its id.</param>
    /// <param name="prefix">The mark of tokens inside a word, such as <c>##</c>.</param>
    /// <param name="longestWord">Words of more characters are unknown.</param>
    public WordPieceModel(PieceTable pieces, string unknown, int unknownId, string prefix, int longestWord)
    {
        (Pieces, Unknown, UnknownId, Prefix, LongestWord) = (pieces, unknown, unknownId, prefix, longestWord);
        _prefixLength = Encoding.UTF8.GetByteCount(prefix);
        _index = new(() => new(pieces.ToTrie(), Encoding.UTF8.GetBytes(prefix)));
    }

    /// <summary>The vocabulary.</summary>
    public PieceTable Pieces { get; }

    /// <summary>The unknown token.</summary>
    public string Unknown { get; }

    /// <inheritdoc/>
    public override int UnknownId { get; }

    /// <inheritdoc/>
    public override string Name => "WordPiece";

    /// <summary>The mark of tokens inside a word.</summary>
    public string Prefix { get; }

    /// <summary>The longest word that is cut, in characters.</summary>
    public int LongestWord { get; }

    /// <inheritdoc/>
    public override int Count => Pieces.Count;

    /// <inheritdoc/>
    public override string? Text(int id) => Pieces[id] is var bytes && bytes.IsEmpty ? null : Encoding.UTF8.GetString(bytes);

    /// <inheritdoc/>
    public override int Find(string text) => Pieces.Find(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc/>
    public override VocabularyDraft TakeApart() => new WordPieceDraft(this);

    /// <inheritdoc/>
    public override void EncodePiece(ReadOnlySpan<byte> piece, EncodeScratch scratch)
    {
        var (before, index) = (scratch.Count, _index.Value);
        var isWhole = piece.Length <= LongestWord || Utf8Text.CountCharacters(piece) <= LongestWord;
        for (var start = 0; isWhole && start < piece.Length;)
        {
            var id = Longest(index.Trie.Nodes, piece[start..], start == 0 ? 0 : index.Inside, out var length, out var steps);
            scratch.WordSteps += steps;
            isWhole = id >= 0;
            if (isWhole)
                scratch.Add(id);
            start += length;
        }
        if (isWhole)
            return;
        scratch.Advance(before - scratch.Count);
        scratch.Add(UnknownId);
    }

    /// <inheritdoc/>
    public override void Locate(ReadOnlySpan<byte> piece, ReadOnlySpan<int> ids, Span<TextRange> parts)
    {
        for (int i = 0, start = 0; i < ids.Length; start = parts[i++].End)
            parts[i] = new(start, i == ids.Length - 1 ? piece.Length : start + Pieces[ids[i]].Length - (i > 0 ? _prefixLength : 0));
    }

    private static int Longest(ReadOnlySpan<ByteTrie.Node> nodes, ReadOnlySpan<byte> text, int node, out int length, out int steps)
    {
        (length, steps) = (0, 0);
        var id = -1;
        if (node < 0)
            return id;
        var i = 0;
        for (; i < text.Length; i++)
        {
            var child = nodes[node].Base ^ text[i];
            ref readonly var found = ref nodes[child];
            if (found.Parent != node)
                break;
            node = child;
            if (found.Value >= 0)
                (id, length) = (found.Value, i + 1);
        }
        steps = i + 1;
        return id;
    }

    private sealed class Index
    {
        public Index(ByteTrie trie, byte[] prefix)
        {
            Trie = trie;
            var node = 0;
            foreach (var value in prefix)
            {
                if (node >= 0 && !trie.TryStep(ref node, value))
                    node = -1;
            }
            Inside = node;
        }

        public ByteTrie Trie { get; }

        /// <summary>The node of the prefix; −1 where no token has it.</summary>
        public int Inside { get; }
    }
}
