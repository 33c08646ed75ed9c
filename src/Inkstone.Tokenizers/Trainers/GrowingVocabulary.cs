using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>A vocabulary that merging makes larger.</summary>
internal interface IMergedVocabulary
{
    /// <summary>How many tokens there are.</summary>
    int Count { get; }

    /// <summary>The length of each token, in the unit that the longest is given in.</summary>
    List<int> Lengths { get; }

    /// <summary>Adds the rule that joins two tokens; false, and nothing added, where they must not be joined.</summary>
    bool TryMerge(int left, int right, out int result);

    /// <summary>Whether a pair's text is greater than another's.</summary>
    bool IsGreater(ulong pair, ulong other);

    /// <summary>Writes the tokens that a piece begins as.</summary>
    int Start(ReadOnlySpan<byte> piece, Span<int> tokens);
}

/// <summary>The vocabulary while it is being trained: tokens, their bytes and the rules so far.</summary>
internal sealed class GrowingVocabulary : IMergedVocabulary
{
    private readonly IReadOnlyList<string> _specials;
    private readonly List<byte[]> _tokens = [];
    private readonly List<Merge> _merges = [];
    private readonly Dictionary<string, int> _ids = []; // by printed form, as in the file, where two must not look the same
    private readonly int[] _byteIds = new int[256];

    /// <summary>A vocabulary of special tokens and the 256 bytes.</summary>
    public GrowingVocabulary(IReadOnlyList<string> specials)
    {
        _specials = specials;
        foreach (var special in specials)
            Add(special, Encoding.UTF8.GetBytes(special));
        foreach (var value in ByteLevel.Alphabet)
        {
            _byteIds[value] = Count;
            Add(ByteLevel.ToText([value]), [value]);
        }
    }

    /// <summary>How many tokens there are.</summary>
    public int Count => _tokens.Count;

    /// <summary>The length of each token in bytes.</summary>
    public List<int> Lengths { get; } = [];

    /// <inheritdoc/>
    public int Start(ReadOnlySpan<byte> piece, Span<int> tokens)
    {
        for (var i = 0; i < piece.Length; i++)
            tokens[i] = _byteIds[piece[i]];
        return piece.Length;
    }

    /// <summary>Whether a pair's bytes (of the left token, then of the right one) are greater than another's.</summary>
    public bool IsGreater(ulong pair, ulong other)
    {
        var order = _tokens[(int)(pair >> 32)].AsSpan().SequenceCompareTo(_tokens[(int)(other >> 32)]);
        return (order != 0 ? order : _tokens[(int)(uint)pair].AsSpan().SequenceCompareTo(_tokens[(int)(uint)other])) > 0;
    }

    /// <summary>
    /// Adds the rule that joins two tokens, and the token it makes unless that is there already. False, and nothing added, if the
    /// new token would be a special token: text must never become one.
    /// </summary>
    public bool TryMerge(int left, int right, out int result)
    {
        byte[] bytes = [.. _tokens[left], .. _tokens[right]];
        var printed = ByteLevel.ToText(bytes);
        if (!_ids.TryGetValue(printed, out result))
        {
            result = Count;
            Add(printed, bytes);
        }
        if (result < _specials.Count)
            return false;
        _merges.Add(new(left, right, result));
        return true;
    }

    /// <summary>The finished tokenizer.</summary>
    public Tokenizer ToTokenizer(BpeTrainerOptions options)
    {
        var starts = new int[Count];
        var lengths = new int[Count];
        for (int id = _specials.Count, start = 0; id < Count; id++)
        {
            (starts[id], lengths[id]) = (start, _tokens[id].Length);
            start += _tokens[id].Length;
        }
        byte[] bytes = [.. _tokens.Skip(_specials.Count).SelectMany(token => token)];
        var model = new BytePairModel(new PieceTable(bytes, starts, lengths), new MergeTable([.. _merges]));
        var added = _specials.Select((content, id) => new AddedToken(id, content));
        return new Tokenizer(model, PreTokenizer.Of(options.PreTokenizer), added, options.Roles ?? SpecialRoles.FromNames([.. _specials]));
    }

    private void Add(string printed, byte[] bytes)
    {
        _ids.Add(printed, Count);
        _tokens.Add(bytes);
        Lengths.Add(bytes.Length);
    }
}
