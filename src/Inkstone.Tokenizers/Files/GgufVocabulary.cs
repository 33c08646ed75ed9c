using System.Globalization;
using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <summary>
/// The tokens that GGUF metadata lists, checked, and the settings beside them (github.com/ggml-org/ggml, <c>docs/gguf.md</c>): texts, kinds,
/// scores, which token has which role, switches.
/// </summary>
internal sealed class GgufVocabulary
{
    /// <summary>The most tokens that are read; the largest vocabularies in use have some 300,000.</summary>
    public const int MostTokens = 1 << 22;

    private const string Prefix = "tokenizer.ggml.";

    // Roles as the keys of GGUF and as those of tokenizer_config.json name them.
    private static readonly (string Key, string Name)[] RoleNames =
    [
        ("bos", "bos_token"), ("eos", "eos_token"), ("unknown", "unk_token"), ("seperator", "sep_token"), ("padding", "pad_token"), ("cls", "cls_token"), ("mask", "mask_token"),
    ];

    private readonly GgufMetadata _metadata;
    private readonly int _listed;

    /// <summary>Reads texts and kinds.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="leavesFillersOut">Whether unused tokens at the end are left out that converters put there because the model has more rows than its vocabulary has tokens.</param>
    /// <exception cref="InkstoneFormatException">They are missing, do not fit each other, or name a token twice.</exception>
    public GgufVocabulary(GgufMetadata metadata, bool leavesFillersOut = false)
    {
        _metadata = metadata;
        var list = Get("tokens");
        Tokens = ReadTokens(list);
        _listed = Tokens.Length;
        Kinds = new SentencePieceKind[Tokens.Length];
        Array.Fill(Kinds, SentencePieceKind.Normal);
        if (Find("token_type") is { } types)
            ReadKinds(types);
        else
            GuessKinds();
        if (leavesFillersOut)
        {
            var count = _listed;
            while (count > 1 && Kinds[count - 1] == SentencePieceKind.Unused && Tokens[count - 1].StartsWith("[PAD", StringComparison.Ordinal))
                count--;
            (Tokens, Kinds) = (Tokens[..count], Kinds[..count]);
        }
        for (var id = 0; id < Tokens.Length; id++)
        {
            if (Kinds[id] is SentencePieceKind.Normal or SentencePieceKind.UserDefined && GgufSpecials.IsControl(Tokens[id]))
                Kinds[id] = SentencePieceKind.Control;
        }
        Added = GgufSpecials.Added(this);
    }

    /// <summary>The text of each id.</summary>
    public string[] Tokens { get; }

    /// <summary>What each id is; the numbers of GGUF are those of SentencePiece.</summary>
    public SentencePieceKind[] Kinds { get; }

    /// <summary>The tokens matched as wholes: control tokens and those of unknown text, which are special, and user-defined ones.</summary>
    public IReadOnlyList<AddedToken> Added { get; }

    /// <summary>Whether an id is special.</summary>
    public bool IsSpecial(int id) => Kinds[id] is SentencePieceKind.Control or SentencePieceKind.Unknown;

    /// <summary>A value about the tokenizer; null if there is none.</summary>
    public GgufValue? Find(string name) => _metadata.Find(Prefix + name);

    /// <summary>A value about the tokenizer that must be there.</summary>
    public GgufValue Get(string name) => _metadata.Get(Prefix + name);

    /// <summary>A text of the file, or an empty one.</summary>
    public string Text(string name) => _metadata.Find(name)?.AsString() ?? "";

    /// <summary>A switch.</summary>
    public bool Switch(string name, bool byDefault) => Find(name)?.AsBoolean() ?? byDefault;

    /// <summary>The token of a role; null if the file names none and there is none by default.</summary>
    /// <param name="role">The role, as the file's key names it.</param>
    /// <param name="byDefault">The id where the file does not name one; −1 for none.</param>
    /// <exception cref="InkstoneFormatException">The file names an id that no token has.</exception>
    public AddedToken? Role(string role, int byDefault = -1)
    {
        long id = byDefault;
        // Converters write all ones where a model has no such token.
        if (Find(role + "_token_id") is { } value && value.AsInt64() is not (-1 or uint.MaxValue) and var named)
        {
            id = named >= 0 && named < _listed ? named
                : throw value.Error("a role names an id that no token has", FormattableString.Invariant($"0 to {_listed - 1}"), FormattableString.Invariant($"{named}"));
        }
        return id >= 0 && id < Tokens.Length ? new((int)id, Tokens[id]) : null;
    }

    /// <summary>The token of a role that must be there.</summary>
    /// <exception cref="InkstoneFormatException">There is none.</exception>
    public AddedToken NeededRole(string role, int byDefault) => Role(role, byDefault)
        ?? throw new InkstoneFormatException("a GGUF tokenizer lacks a token that it needs", _metadata.Source, Prefix + role + "_token_id");

    /// <summary>The token added before or after a text, if one is.</summary>
    /// <param name="flag">The switch, such as <c>add_bos_token</c>.</param>
    /// <param name="byDefault">What it is where the file does not say.</param>
    /// <param name="token">The token of the role.</param>
    /// <exception cref="InkstoneFormatException">The file asks for a token that it does not name.</exception>
    public AddedToken? AddedIf(string flag, bool byDefault, AddedToken? token)
    {
        var isAdded = Switch(flag, byDefault);
        if (isAdded && token is null && Find(flag) is { } value)
            throw value.Error("a token is to be added to texts, but none is named");
        return isAdded ? token : null;
    }

    /// <summary>A pair of roles as far as special tokens have them.</summary>
    public SpecialRoles Roles(AddedToken? begin, AddedToken? end) =>
        new(begin is not null && IsSpecial(begin.Id) ? begin.Content : null, end is not null && IsSpecial(end.Id) ? end.Content : null);

    /// <summary>The score of each token.</summary>
    public float[] ReadScores()
    {
        var value = Get("scores");
        float[] scores = value.ElementType == GgufType.Float32 ? value.AsSingles() : [.. value.AsInt32s().Select(score => (float)score)];
        return scores.Length == _listed ? scores[..Tokens.Length] : throw CountError(value, scores.Length);
    }

    /// <summary>What the file says that a tokenizer_config.json would say.</summary>
    public TokenizerConfig ReadConfig()
    {
        const string template = "tokenizer.chat_template";
        var templates = new Dictionary<string, string>();
        foreach (var name in _metadata.Names)
        {
            if (name == template || name.StartsWith(template + ".", StringComparison.Ordinal))
                templates[name == template ? "default" : name[(template.Length + 1)..]] = _metadata.Get(name).AsString();
        }
        var roles = new Dictionary<string, string>();
        foreach (var (key, name) in RoleNames)
        {
            if (Role(key) is { } token)
                roles.Add(name, token.Content);
        }
        var length = _metadata.Find(Text("general.architecture") + ".context_length")?.AsInt64();
        return new()
        {
            Roles = roles,
            ChatTemplates = templates,
            MaximumLength = length is >= 1 and <= int.MaxValue ? (int)length : null,
            AddsBeginOfText = Find("add_bos_token")?.AsBoolean(),
            AddsEndOfText = Find("add_eos_token")?.AsBoolean(),
        };
    }

    private static string[] ReadTokens(GgufValue list)
    {
        if (list.Count is 0 or > MostTokens)
            throw list.Error("a vocabulary has no tokens, or too many", FormattableString.Invariant($"1 to {MostTokens}"), FormattableString.Invariant($"{list.Count}"));
        var tokens = new string[list.Count];
        var seen = new HashSet<string>(list.Count);
        var id = 0;
        foreach (var text in list.AsTexts())
        {
            if (!System.Text.Unicode.Utf8.IsValid(text.Span))
                throw list.Error(FormattableString.Invariant($"token {id} is not UTF-8"));
            // As llama.cpp names it; ids are taken whether or not their tokens have a text.
            var token = text.IsEmpty ? string.Create(CultureInfo.InvariantCulture, $"[EMPTY_{id}]") : Encoding.UTF8.GetString(text.Span);
            if (!seen.Add(token))
                throw list.Error(FormattableString.Invariant($"token {id} is listed twice"), found: Excerpt.Of(token));
            tokens[id++] = token;
        }
        return tokens;
    }

    private void ReadKinds(GgufValue value)
    {
        var types = value.AsInt32s();
        if (types.Length != Tokens.Length)
            throw CountError(value, types.Length);
        for (var id = 0; id < types.Length; id++)
        {
            Kinds[id] = types[id] switch
            {
                0 => SentencePieceKind.Normal, // not said
                >= 1 and <= 6 => (SentencePieceKind)types[id],
                _ => throw value.Error(FormattableString.Invariant($"token {id} is of an unknown kind"), "0 to 6", FormattableString.Invariant($"{types[id]}")),
            };
        }
    }

    /// <summary>Files of the first days do not say kinds: then what has a role is a control token, and bytes are known by how they are written.</summary>
    private void GuessKinds()
    {
        for (var id = 0; id < Tokens.Length; id++)
        {
            if (ByteTokens.ValueOf(Encoding.UTF8.GetBytes(Tokens[id])) >= 0)
                Kinds[id] = SentencePieceKind.Byte;
        }
        foreach (var (key, _) in RoleNames)
        {
            if (Role(key) is { } token)
                Kinds[token.Id] = SentencePieceKind.Control;
        }
    }

    private InkstoneFormatException CountError(GgufValue value, int count) =>
        value.Error("there are not as many items as tokens", FormattableString.Invariant($"{_listed}"), FormattableString.Invariant($"{count}"));
}
