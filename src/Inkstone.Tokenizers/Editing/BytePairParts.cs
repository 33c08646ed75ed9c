using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>A byte-level BPE tokenizer taken apart: the lists that an edit changes before it is put together again.</summary>
internal sealed class BytePairParts
{
    private readonly Tokenizer _from;

    /// <summary>Takes a tokenizer apart.</summary>
    public BytePairParts(Tokenizer from)
    {
        _from = from;
        var pieces = from.Editable.Pieces;
        for (var id = 0; id < from.VocabularySize; id++)
            Pieces.Add(id < pieces.Count ? pieces[id].ToArray() : []);
        Merges = [.. from.Editable.Merges.All];
        Added = [.. from.AddedTokens];
    }

    /// <summary>The bytes of each id; none where it has no piece.</summary>
    public List<byte[]> Pieces { get; } = [];

    /// <summary>The rules, by rank.</summary>
    public List<Merge> Merges { get; }

    /// <summary>The tokens matched as wholes.</summary>
    public List<AddedToken> Added { get; }

    /// <summary>A new id without a piece.</summary>
    public int AddEmpty()
    {
        Pieces.Add([]);
        return Pieces.Count - 1;
    }

    /// <summary>Appends what another tokenizer has besides; gives the new id of each of its ids.</summary>
    public int[] Append(Tokenizer other)
    {
        var newIds = new int[other.VocabularySize];
        Array.Fill(newIds, -1);
        var known = new Dictionary<string, int>();
        for (var id = 0; id < Pieces.Count; id++)
        {
            if (Pieces[id].Length > 0)
                known[ByteLevel.ToText(Pieces[id])] = id;
        }
        var pieces = other.Editable.Pieces;
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].IsEmpty)
                continue;
            var printed = ByteLevel.ToText(pieces[id]);
            CheckNotSpecial(printed, Added);
            if (!known.TryGetValue(printed, out newIds[id]))
            {
                newIds[id] = Pieces.Count;
                Pieces.Add(pieces[id].ToArray());
            }
        }
        foreach (var token in other.AddedTokens)
        {
            if (Added.Find(mine => mine.Content == token.Content) is { } mine)
            {
                if (mine.IsSpecial != token.IsSpecial)
                    throw Clash(token.Content);
                newIds[token.Id] = mine.Id;
                continue;
            }
            if (token.IsSpecial && known.ContainsKey(token.Content))
                throw Clash(token.Content);
            var id = newIds[token.Id] >= 0 ? newIds[token.Id] : AddEmpty();
            newIds[token.Id] = id;
            Added.Add(token with { Id = id });
        }
        var rules = Merges.Select(merge => (merge.Left, merge.Right)).ToHashSet();
        foreach (var merge in other.Editable.Merges.All)
        {
            var (left, right) = (newIds[merge.Left], newIds[merge.Right]);
            if (rules.Add((left, right)))
                Merges.Add(new(left, right, newIds[merge.Result]));
        }
        return newIds;
    }

    /// <summary>Puts the parts together: ids closed up as a map says, or as they are.</summary>
    public Tokenizer ToTokenizer()
    {
        var starts = new int[Pieces.Count];
        var lengths = new int[Pieces.Count];
        for (int id = 0, start = 0; id < Pieces.Count; id++)
        {
            (starts[id], lengths[id]) = (start, Pieces[id].Length);
            start = checked(start + lengths[id]);
        }
        byte[] bytes = [.. Pieces.SelectMany(piece => piece)];
        var model = new BytePairModel(new(bytes, starts, lengths), new([.. Merges]), _from.Editable.IgnoreMerges);
        return new(_from.Parts with { Model = model, AddedTokens = [.. Added], Listed = Added.Select(token => token.Id).ToHashSet() });
    }

    private static void CheckNotSpecial(string printed, List<AddedToken> added)
    {
        if (added.Exists(token => token.IsSpecial && token.Content == printed))
            throw Clash(printed);
    }

    private static InkstoneRequestException Clash(string content) => new(
        "a token is special in one tokenizer and plain in the other", nameof(TokenizerEditor.Merge), "the same kind in both", content,
        "Text must never become a control token: train the second one with the first one's special tokens.");
}
