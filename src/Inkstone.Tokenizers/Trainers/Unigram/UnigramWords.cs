using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>The distinct words of a text, each with its count: prepared text in which a space is one byte, in one block.</summary>
internal sealed class UnigramWords
{
    private readonly byte[] _bytes;
    private readonly int[] _starts; // one more than there are words

    private UnigramWords(byte[] bytes, int[] starts, long[] counts) => (_bytes, _starts, Counts) = (bytes, starts, counts);

    /// <summary>How often each word occurred.</summary>
    public long[] Counts { get; }

    /// <summary>How many words there are.</summary>
    public int Count => Counts.Length;

    /// <summary>The bytes of all words.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A word.</summary>
    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan(_starts[index], _starts[index + 1] - _starts[index]);

    /// <summary>The words of counted pieces, in the order of their bytes, so that neither threads nor the order of texts matter.</summary>
    public static UnigramWords Of(IReadOnlyList<PieceCounts> parts)
    {
        var entries = new List<(int Part, int Index)>();
        for (var part = 0; part < parts.Count; part++)
        {
            for (var i = 0; i < parts[part].Count; i++)
                entries.Add((part, i));
        }
        entries.Sort((x, y) => parts[x.Part].Bytes(parts[x.Part].Entries[x.Index]).SequenceCompareTo(parts[y.Part].Bytes(parts[y.Part].Entries[y.Index])));
        var bytes = new byte[parts.Sum(part => (long)part.ByteCount)];
        var starts = new int[entries.Count + 1];
        var counts = new long[entries.Count];
        for (var i = 0; i < entries.Count; i++)
        {
            ref readonly var entry = ref parts[entries[i].Part].Entries[entries[i].Index];
            parts[entries[i].Part].Bytes(entry).CopyTo(bytes.AsSpan(starts[i]));
            starts[i + 1] = starts[i] + entry.Length;
            counts[i] = entry.Count;
        }
        return new(bytes, starts, counts);
    }

    /// <summary>How often each character occurs, the most frequent first, of equally frequent ones the lower first.</summary>
    public List<(Rune Character, long Count)> CountCharacters()
    {
        var counts = new Dictionary<Rune, long>();
        for (var i = 0; i < Count; i++)
        {
            foreach (var character in Characters(this[i]))
                counts[character] = counts.GetValueOrDefault(character) + Counts[i];
        }
        return [.. counts.Select(entry => (entry.Key, entry.Value)).OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key)];
    }

    /// <summary>The characters of a word, which is well-formed UTF-8.</summary>
    public static RuneEnumeration Characters(ReadOnlySpan<byte> word) => new(word);

    /// <summary>Goes through the characters of UTF-8.</summary>
    public ref struct RuneEnumeration(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        /// <summary>The character.</summary>
        public Rune Current { get; private set; }

        /// <summary>Itself.</summary>
        public readonly RuneEnumeration GetEnumerator() => this;

        /// <summary>Goes on.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
                return false;
            Rune.DecodeFromUtf8(_rest, out var character, out var length);
            Current = character;
            _rest = _rest[length..];
            return true;
        }
    }
}
