using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>A tokenizer taken apart: its vocabulary and whatever else holds ids, which follow where those change.</summary>
internal sealed class TokenizerDraft
{
    private readonly List<AddedToken> _added;
    private TokenizerParts _parts;

    /// <summary>Takes a tokenizer apart.</summary>
    public TokenizerDraft(Tokenizer tokenizer)
    {
        (_parts, _added, Vocabulary) = (tokenizer.Parts, [.. tokenizer.AddedTokens], tokenizer.Parts.Model.TakeApart());
        while (Vocabulary.Count < tokenizer.VocabularySize)
            Vocabulary.AddEmpty();
    }

    /// <summary>The vocabulary.</summary>
    public VocabularyDraft Vocabulary { get; }

    /// <summary>Adds a token that is matched as a whole.</summary>
    /// <exception cref="InkstoneRequestException">It is there already, or is part of others.</exception>
    public void AddWhole(string content, bool isSpecial)
    {
        if (string.IsNullOrEmpty(content))
            throw new InkstoneRequestException("a token to add is empty", nameof(TokenizerEditor.AddTokens), "at least one character");
        if (_added.Exists(token => token.Content == content))
            throw new InkstoneRequestException("a token to add is there already", nameof(TokenizerEditor.AddTokens), "a new token", content);
        var id = Vocabulary.PieceOf(content) is { } piece ? Vocabulary.Find(piece) : -1;
        if (id < 0)
            id = Vocabulary.AddWhole(content, isSpecial);
        else if (!Vocabulary.TryMakeWhole(id, isSpecial))
            throw new InkstoneRequestException("a piece of the vocabulary cannot become such a token", nameof(TokenizerEditor.AddTokens),
                "a new text, or a piece that no other is made of", content);
        if (isSpecial || !Vocabulary.FindsWholes)
            _added.Add(new(id, content, isSpecial));
    }

    /// <summary>Which ids must stay: those the model needs, added tokens, and those that the stages and the configuration name.</summary>
    public bool[] FindNeeded()
    {
        var needed = Vocabulary.FindNeeded();
        var ids = _added.Select(token => token.Id).Concat(_parts.PostProcessor?.Ids ?? []).Concat(_parts.Config?.AddedTokens.Select(token => token.Id) ?? []);
        if (_parts.Padding is { } padding)
            ids = ids.Append(padding.Id);
        if (_parts.Config is { } config)
            ids = ids.Concat(config.Roles.Values.Concat(config.AdditionalSpecials).Select(name => Vocabulary.PieceOf(name) is { } piece ? Vocabulary.Find(piece) : -1));
        foreach (var id in ids)
        {
            if (id >= 0 && id < needed.Length)
                needed[id] = true;
        }
        return needed;
    }

    /// <summary>Takes tokens out and closes up the ids of the others, which keep their order; gives the new id of each, −1 for none.</summary>
    public int[] Remove(bool[] isGone)
    {
        var newIds = new int[isGone.Length];
        var next = 0;
        for (var id = 0; id < isGone.Length; id++)
            newIds[id] = isGone[id] ? -1 : next++;
        Vocabulary.Keep(newIds);
        for (var i = 0; i < _added.Count; i++)
            _added[i] = _added[i] with { Id = newIds[_added[i].Id] };
        _parts = _parts with
        {
            Listed = _parts.Listed.Select(NewId).ToHashSet(),
            PostProcessor = _parts.PostProcessor?.Renumber(NewId),
            Padding = _parts.Padding is { } padding ? padding with { Id = NewId(padding.Id) } : null,
            Config = _parts.Config is { } config ? config with { AddedTokens = [.. config.AddedTokens.Select(token => token with { Id = NewId(token.Id) })] } : null,
        };
        return newIds;

        // A file may name an id that is none of the vocabulary's.
        int NewId(int id) => id < newIds.Length ? newIds[id] : id;
    }

    /// <summary>Appends what another tokenizer has besides; gives the new id of each of its ids, −1 for an unused one.</summary>
    /// <exception cref="InkstoneRequestException">It is of another kind, or a token is special in one and plain in the other.</exception>
    public int[] Append(TokenizerDraft other)
    {
        var (theirs, oldCount) = (other.Vocabulary, Vocabulary.Count);
        if (theirs.Name != Vocabulary.Name || !Vocabulary.IsLike(theirs))
            throw new InkstoneRequestException("tokenizers of different kinds cannot be merged", nameof(TokenizerEditor.Merge),
                $"{Vocabulary.Name} with the same marks, byte fallback and spaces as the first", theirs.Name);
        var newIds = new int[theirs.Count];
        Array.Fill(newIds, -1);
        if (theirs.UnknownId >= 0)
            newIds[theirs.UnknownId] = Vocabulary.UnknownId;
        var (mine, their) = (_added.ToDictionary(token => token.Content), other._added.ToDictionary(token => token.Content));
        for (var id = 0; id < newIds.Length; id++)
        {
            if (newIds[id] < 0 && theirs.Pieces[id].Length > 0)
                newIds[id] = AppendPiece(theirs, id, mine, their);
        }
        foreach (var token in other._added)
            newIds[token.Id] = AppendAdded(token, newIds[token.Id], mine);
        Vocabulary.AppendRules(theirs, newIds, oldCount);
        return newIds;
    }

    /// <summary>Puts the parts together.</summary>
    public Tokenizer ToTokenizer()
    {
        var added = _added.ToDictionary(token => token.Id);
        var lastPiece = Vocabulary.Pieces.FindLastIndex(piece => piece.Length > 0);
        var listed = _parts.Listed.ToHashSet();
        for (var id = 0; id <= lastPiece; id++)
        {
            // Between pieces an added token is one of the vocabulary: a file that left it out would give its id to the next.
            var token = added.GetValueOrDefault(id);
            if (token is not null)
                listed.Add(id);
            if (Vocabulary.Pieces[id].Length == 0)
                Vocabulary.Fill(id, token);
        }
        var count = Vocabulary.Count;
        while (count > lastPiece + 1 && added.ContainsKey(count - 1) && !listed.Contains(count - 1))
            count--;
        var model = Vocabulary.Build(count);
        return new(_parts with { Model = model, Decoder = Vocabulary.DecoderOf(model, _parts.Decoder), AddedTokens = [.. _added], Listed = listed });
    }

    private int AppendPiece(VocabularyDraft theirs, int id, Dictionary<string, AddedToken> mine, Dictionary<string, AddedToken> their)
    {
        var printed = theirs.Print(theirs.Pieces[id]);
        var token = mine.GetValueOrDefault(printed);
        if (token is { IsSpecial: true } && their.GetValueOrDefault(printed) is not { IsSpecial: true })
            throw Clash(printed);
        var known = Vocabulary.Find(theirs.Pieces[id]);
        if (known >= 0)
            return Vocabulary.IsSamePiece(known, theirs, id) ? known : throw Clash(printed);
        known = token?.Id ?? Vocabulary.AddEmpty();
        Vocabulary.CopyPiece(known, theirs, id);
        return known;
    }

    private int AppendAdded(AddedToken token, int newId, Dictionary<string, AddedToken> mine)
    {
        if (mine.TryGetValue(token.Content, out var known))
            return known.IsSpecial == token.IsSpecial ? known.Id : throw Clash(token.Content);
        if (newId >= 0 && newId == Vocabulary.UnknownId)
            return newId;
        if (newId < 0 && Vocabulary.PieceOf(token.Content) is { } piece && Vocabulary.Find(piece) is >= 0 and var same)
            newId = token.IsSpecial ? throw Clash(token.Content) : same;
        if (newId < 0)
            newId = Vocabulary.AddEmpty();
        _added.Add(token with { Id = newId });
        return newId;
    }

    private static InkstoneRequestException Clash(string content) => new(
        "a token is special in one tokenizer and plain in the other", nameof(TokenizerEditor.Merge), "the same kind in both", content,
        "Text must never become a control token: train the second one with the first one's special tokens.");
}
