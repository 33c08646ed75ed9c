using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>A tokenizer's tokens as GGUF lists them, and which of them have a role.</summary>
internal sealed class GgufVocabularyWriter
{
    private const string Prefix = "tokenizer.ggml.";

    // Roles as those of tokenizer_config.json name them, and as GGUF does.
    private static readonly (string Name, string Key)[] Roles = [("unk_token", "unknown"), ("sep_token", "seperator"), ("pad_token", "padding"), ("cls_token", "cls"), ("mask_token", "mask")];

    private readonly Tokenizer _tokenizer;
    private readonly GgufValues _values;

    /// <summary>Lists the tokens.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="values">Takes the values.</param>
    /// <param name="size">How many rows the model has; rows beyond the vocabulary get names of their own.</param>
    /// <exception cref="InkstoneRequestException">The vocabulary is larger, or holds a text twice.</exception>
    public GgufVocabularyWriter(Tokenizer tokenizer, GgufValues values, int size)
    {
        (_tokenizer, _values) = (tokenizer, values);
        if (tokenizer.VocabularySize > size)
            throw new InkstoneRequestException("the tokenizer has more tokens than the model", nameof(size), $"at least {tokenizer.VocabularySize}", $"{size}");
        (Tokens, Kinds) = (new string[size], new SentencePieceKind[size]);
        var seen = new HashSet<string>(size);
        for (var id = 0; id < size; id++)
        {
            if (id < tokenizer.VocabularySize && tokenizer.IdToToken(id) is { } text)
            {
                (Tokens[id], Kinds[id]) = (text, SentencePieceKind.Normal);
                if (!seen.Add(text))
                    throw new InkstoneRequestException("two tokens have one text, which GGUF does not allow", nameof(Tokenizer.WriteGguf), found: Excerpt.Of(text));
            }
        }
        for (var id = 0; id < size; id++)
        {
            if (Tokens[id] is not null)
                continue;
            var name = FormattableString.Invariant($"[PAD{id}]");
            while (!seen.Add(name))
                name += "_";
            (Tokens[id], Kinds[id]) = (name, SentencePieceKind.Unused);
        }
        foreach (var token in tokenizer.AddedTokens)
            Kinds[token.Id] = token.IsSpecial ? SentencePieceKind.Control : SentencePieceKind.UserDefined;
        if (tokenizer.UnknownToken is { } unknown)
            Kinds[unknown] = SentencePieceKind.Unknown;
    }

    /// <summary>The text of each id.</summary>
    public string[] Tokens { get; }

    /// <summary>What each id is.</summary>
    public SentencePieceKind[] Kinds { get; }

    /// <summary>Marks the tokens that stand for bytes.</summary>
    public void MarkBytes()
    {
        for (var id = 0; id < Tokens.Length; id++)
        {
            if (Kinds[id] == SentencePieceKind.Normal && ByteTokens.ValueOf(Encoding.UTF8.GetBytes(Tokens[id])) >= 0)
                Kinds[id] = SentencePieceKind.Byte;
        }
    }

    /// <summary>Writes the tokens, for a kind of tokenizer.</summary>
    /// <param name="kind">The kind, such as <c>llama</c>.</param>
    /// <param name="pre">The name of what is done before, such as <c>default</c>.</param>
    /// <param name="scores">The score of each token, if the kind has scores.</param>
    public void WriteTokens(string kind, string pre, float[]? scores = null)
    {
        Set("model", kind).Set(Prefix + "pre", pre).SetTexts(Prefix + "tokens", Tokens);
        if (scores is not null)
            _values.SetArray<float>(Prefix + "scores", [.. scores, .. new float[Tokens.Length - scores.Length]]);
        _values.SetArray<int>(Prefix + "token_type", [.. Kinds.Select(each => (int)each)]);
    }

    /// <summary>Writes which tokens have a role, and which are put around a text.</summary>
    /// <param name="ends">The tokens that end an answer, the first and most important first.</param>
    public void WriteRoles(IReadOnlyList<int> ends)
    {
        var (before, after) = Around();
        var begin = before ?? _tokenizer.BeginOfText ?? RoleOf("bos_token");
        var end = after ?? RoleOf("eos_token") ?? _tokenizer.EndOfText;
        if (end is null && ends.Count > 0)
            end = ends[0];
        WriteId("bos", begin);
        WriteId("eos", end);
        WriteId("unknown", _tokenizer.UnknownToken);
        foreach (var (name, key) in Roles)
        {
            if (key != "unknown" || _tokenizer.UnknownToken is null)
                WriteId(key, RoleOf(name));
        }
        WriteEnds([.. ends.Where(id => id != end)]);
        Set("add_bos_token", before is not null);
        Set("add_eos_token", after is not null);
    }

    /// <summary>Writes the two tokens that a WordPiece text stands between, and the others with a role.</summary>
    public void WriteClassifierRoles()
    {
        var (before, after) = Around();
        if ((before ?? RoleOf("cls_token")) is not { } classifier || (after ?? RoleOf("sep_token")) is not { } separator)
            throw new InkstoneRequestException("GGUF puts every text of a WordPiece vocabulary between two tokens", nameof(Tokenizer.WriteGguf), "a token before and one after", "none");
        WriteId("bos", classifier);
        WriteId("cls", classifier);
        WriteId("seperator", separator);
        WriteId("unknown", _tokenizer.UnknownToken);
        WriteId("padding", RoleOf("pad_token"));
        WriteId("mask", RoleOf("mask_token"));
    }

    /// <summary>Writes the chat templates.</summary>
    public void WriteTemplates()
    {
        const string key = "tokenizer.chat_template";
        var templates = _tokenizer.Config?.ChatTemplates ?? new Dictionary<string, string>();
        if (templates.TryGetValue("default", out var usual))
            _values.Set(key, usual);
        string[] named = [.. templates.Keys.Where(name => name != "default").Order(StringComparer.Ordinal)];
        if (named.Length == 0)
            return;
        _values.SetTexts(key + "s", named);
        foreach (var name in named)
            _values.Set($"{key}.{name}", templates[name]);
    }

    /// <summary>Sets a value about the tokenizer.</summary>
    public GgufValues Set(string name, string value) => _values.Set(Prefix + name, value);

    /// <inheritdoc cref="Set(string, string)"/>
    public GgufValues Set(string name, bool value) => _values.Set(Prefix + name, value);

    /// <summary>Sets a row of texts.</summary>
    public void SetTexts(string name, IEnumerable<string> texts) => _values.SetTexts(Prefix + name, texts);

    /// <summary>Sets a row of bytes.</summary>
    public void SetBytes(string name, ReadOnlySpan<byte> bytes) => _values.SetArray(Prefix + name, bytes);

    private void WriteEnds(int[] ends)
    {
        int[] messages = [.. ends.Where(id => Tokens[id] == "<|eom_id|>")];
        if (messages.Length > 0)
            WriteId("eom", messages[0]);
        // those that readers know by their names need no value
        int[] turns = [.. ends.Except(messages).OrderBy(id => SpecialRoles.TurnEnds.Contains(Tokens[id]) ? 1 : 0)];
        if (turns.Length > 0)
            WriteId("eot", turns[0]);
    }

    private int? RoleOf(string name) => _tokenizer.Config?.Roles.GetValueOrDefault(name) is { } text ? _tokenizer.TokenToId(text) : null;

    private void WriteId(string role, int? id)
    {
        if (id is { } given)
            _values.Set($"{Prefix}{role}_token_id", (uint)given);
    }

    /// <summary>The token before each text and the one after it.</summary>
    private (int? Before, int? After) Around()
    {
        var all = _tokenizer.Parts.PostProcessor;
        PostProcessor[] processors = all is PostProcessorSequence sequence ? [.. sequence.Processors] : all is null ? [] : [all];
        (int?, int?) around = (null, null);
        foreach (var processor in processors)
            around = processor switch
            {
                ByteLevelProcessor => around,
                BertProcessor bert => (bert.Classifier.Id, bert.Separator.Id),
                RobertaProcessor roberta => (roberta.Classifier.Id, roberta.Separator.Id),
                TemplateProcessor template => Around(template),
                _ => throw Refuse(processor.GetType().Name),
            };
        return around;
    }

    private static (int? Before, int? After) Around(TemplateProcessor template)
    {
        var (before, after) = (new List<int>(), new List<int>());
        var isAfter = false;
        foreach (var place in template.Single)
        {
            isAfter |= place.Sequence is not null;
            if (place.Special is { } name)
                (isAfter ? after : before).AddRange(template.Specials.First(special => special.Name == name).Ids);
        }
        if (before.Count > 1 || after.Count > 1)
            throw Refuse($"{before.Count} before and {after.Count} after");
        return (before.Count > 0 ? before[0] : null, after.Count > 0 ? after[0] : null);
    }

    private static InkstoneRequestException Refuse(string found) =>
        new("GGUF puts at most one token before a text and one after it", nameof(Tokenizer.WriteGguf), "one token before, one after, or none", found);
}
