namespace Inkstone.Tokenizers;

/// <summary>Turns prepared text into ids.</summary>
internal abstract class SentencePieceSegmenter
{
    /// <summary>Appends the ids of the prepared text.</summary>
    public abstract void Segment(SentencePieceScratch scratch);

    /// <summary>The best ways of cutting the prepared text, best first; null where the algorithm knows only one.</summary>
    public virtual List<(List<(int Id, int End)> Path, double Score)>? Best(ReadOnlySpan<byte> text, int count) => null;

    /// <summary>A way of cutting the prepared text, drawn at random; null where the algorithm draws as it goes, or knows only one.</summary>
    public virtual List<(int Id, int End)>? Sample(ReadOnlySpan<byte> text, Sampling sampling) => null;
}

/// <summary>Words are pieces: each from a space to before the next.</summary>
internal sealed class WordSegmenter(SentencePieceVocabulary vocabulary) : SentencePieceSegmenter
{
    private readonly Lazy<ByteTrie> _trie = vocabulary.TrieOf(vocabulary.IsFound);

    /// <inheritdoc/>
    public override void Segment(SentencePieceScratch scratch)
    {
        var text = scratch.Text;
        var mark = vocabulary.File.Normalization.EscapesWhitespace ? " "u8 : SentencePieceNormalizer.SpaceMark;
        for (int start = 0, end; start < text.Length; start = end)
        {
            var first = Math.Min(text.Length, start + Utf8Text.LengthAt(text, start));
            var next = text[first..].IndexOf(mark);
            end = next < 0 ? text.Length : first + next;
            var id = _trie.Value.Find(text[start..end]);
            vocabulary.Emit(id < 0 ? vocabulary.UnknownId : id, text[start..end], scratch);
        }
    }
}

/// <summary>Characters, and user-defined pieces, are pieces.</summary>
internal sealed class CharacterSegmenter(SentencePieceVocabulary vocabulary) : SentencePieceSegmenter
{
    private readonly Lazy<ByteTrie> _trie = vocabulary.TrieOf(vocabulary.IsFound);

    private readonly Lazy<ByteTrie> _userDefined = vocabulary.TrieOf(vocabulary.IsUserDefined);

    /// <inheritdoc/>
    public override void Segment(SentencePieceScratch scratch)
    {
        var text = scratch.Text;
        for (int start = 0, length; start < text.Length; start += length)
        {
            var id = _userDefined.Value.FindLongest(text[start..], out length);
            if (id < 0)
            {
                length = Utf8Text.LengthAt(text, start);
                id = _trie.Value.Find(text.Slice(start, length));
            }
            vocabulary.Emit(id < 0 ? vocabulary.UnknownId : id, text.Slice(start, length), scratch);
        }
    }
}
