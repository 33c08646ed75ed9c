using System.Buffers;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Turns text into token ids and back. Immutable: any number of threads may use one at the same time. Made by
/// <see cref="BpeTrainer"/> and the other trainers, or read from the files of the field by <see cref="Load"/>.
/// <para>
/// Encode treats its text as text: a control token typed in it is not recognised unless <see cref="Specials"/> says so, and no
/// begin or end token is added. <see cref="EncodeDetailed(string, string?, EncodeOptions?)"/> adds them if asked to, and tells which part of the text
/// each token stands for.
/// </para>
/// </summary>
public sealed partial class Tokenizer
{
    // Known by its reference, so that a token of this very text is not taken for it.
    private static readonly string NotWhole = new('\uFFFD', 2);

    private readonly TokenizerParts _parts;
    private readonly TokenModel _model;
    private readonly TextPipeline _pipeline;
    private readonly AddedTokenTable _added;
    private string?[]? _texts; // what WholeText has made so far
    private byte[]?[]? _bytes; // what TokenBytes has made so far, where a decoder makes it

    /// <summary>Puts a tokenizer together.</summary>
    internal Tokenizer(TokenizerParts parts)
    {
        (_parts, _model) = (parts, parts.Model);
        _added = new(parts.AddedTokens, parts.Normalizer);
        _pipeline = new(parts.Normalizer, parts.PreTokenizer, _model, _added.Normalized);
        VocabularySize = Math.Max(_model.Count, AddedTokens.Count == 0 ? 0 : AddedTokens[^1].Id + 1);
        Decoder = ByteLevelModel is not null && parts.Decoder is null or ByteLevelDecoder ? null : parts.Decoder ?? new SpacedDecoder();
        BeginOfText = FindRole(parts.Roles.BeginOfText, nameof(SpecialRoles.BeginOfText));
        EndOfText = FindRole(parts.Roles.EndOfText, nameof(SpecialRoles.EndOfText));
    }

    /// <summary>A byte-level BPE that one scanner cuts text for.</summary>
    internal Tokenizer(BytePairModel model, PreTokenizer scanner, IEnumerable<AddedToken> addedTokens, SpecialRoles roles)
        : this(ByteLevelParts(model, scanner, [.. addedTokens], roles))
    {
    }

    /// <summary>One more than the highest id: how many rows an embedding needs. (Some files leave ids in between unused.)</summary>
    public int VocabularySize { get; }

    /// <summary>The scanner that cuts text before merging; null where text is cut by other means, or not at all.</summary>
    public PreTokenizer? PreTokenizer => _pipeline.Scanner;

    /// <summary>The tokens matched as wholes, special ones among them, by ascending id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => _added.Tokens;

    /// <summary>Which special tokens open and close a document.</summary>
    public SpecialRoles Roles => _parts.Roles;

    /// <summary>The id that opens a document, if the tokenizer has one.</summary>
    public int? BeginOfText { get; }

    /// <summary>The id that closes a document, if the tokenizer has one; may be that of <see cref="BeginOfText"/>.</summary>
    public int? EndOfText { get; }

    /// <summary>The id that text becomes which the vocabulary lacks; null where nothing is unknown, or what is vanishes.</summary>
    public int? UnknownToken => _model.UnknownId >= 0 ? _model.UnknownId : null;

    /// <summary>What kind of model it is, such as <c>BPE</c> or <c>WordPiece</c>.</summary>
    public string ModelName => _model.Name;

    /// <summary>The stages by name, in the order text meets them, for people to read.</summary>
    public IReadOnlyList<string> Stages =>
    [
        .. Names(_parts.Normalizer is NormalizerSequence normalizers ? normalizers.Stages : (object?[])[_parts.Normalizer]),
        .. Names(_parts.PreTokenizer is PreTokenizerSequence stages ? stages.Stages : (object?[])[_parts.PreTokenizer]),
        ModelName,
        .. Names(_parts.PostProcessor is PostProcessorSequence processors ? processors.Processors : (object?[])[_parts.PostProcessor]),
    ];

    /// <summary>How the file it was read from shortens long texts; null for not at all. Encoding does so only if it is told to.</summary>
    public Truncation? Truncation => _parts.Truncation;

    /// <summary>How the file it was read from fills up rows; null for not at all. Encoding does so only if it is told to.</summary>
    public Padding? Padding => _parts.Padding;

    /// <summary>What the files beside the one it was read from say: roles, chat templates, lengths; null where there were none.</summary>
    public TokenizerConfig? Config => _parts.Config;

    /// <summary>The same tokenizer without the file's settings of shortening and filling up.</summary>
    internal Tokenizer WithoutLengths() => new(_parts with { Truncation = null, Padding = null });

    /// <summary>The parts, for the writers of files.</summary>
    internal TokenizerParts Parts => _parts;

    /// <summary>How tokens become text; null where they are bytes of text.</summary>
    internal TextDecoder? Decoder { get; }

    /// <summary>The model, if it is a byte-level BPE, whose tokens are bytes of text.</summary>
    internal BytePairModel? ByteLevelModel => _model is BytePairModel { Options.IsByteLevel: true } model ? model : null;

    /// <summary>Whether an id is a control token.</summary>
    public bool IsSpecial(int id) => _added.IsSpecial(id);

    /// <summary>
    /// The bytes a token adds to a text that has begun: part of a character, perhaps. Empty for an id the vocabulary leaves unused.
    /// </summary>
    /// <exception cref="InkstoneRequestException">The id is outside the vocabulary.</exception>
    public ReadOnlySpan<byte> TokenBytes(int id)
    {
        CheckId(id);
        if (Decoder is not null)
            return (_bytes ??= new byte[]?[VocabularySize])[id] ??= DecodeInside(id);
        return _added.TryFind(id, out _, out var form) ? form : id < _model.Count ? ByteLevelModel!.Pieces[id] : [];
    }

    /// <summary>A token as files and vocabulary lists show it (byte-level: see <see cref="ByteLevel"/>); null for an unused id.</summary>
    /// <exception cref="InkstoneRequestException">The id is outside the vocabulary.</exception>
    public string? IdToToken(int id)
    {
        CheckId(id);
        return _added.TryFind(id, out var added, out _) ? added.Content : id < _model.Count ? _model.Text(id) : null;
    }

    /// <summary>The id of a token given as <see cref="IdToToken"/> shows it; null if there is none.</summary>
    public int? TokenToId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _added.IdOf(token) is { } added ? added : _model.Find(token) is >= 0 and var id ? id : null;
    }

    /// <summary>
    /// The text of a row of ids, as the tokenizer's decoder puts it together, read as UTF-8. Each broken sequence becomes U+FFFD (the
    /// maximal subparts of Unicode 3.9, as .NET and the browsers do).
    /// </summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecials">Whether control tokens are left out.</param>
    /// <exception cref="InkstoneRequestException">An id is outside the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecials = false)
    {
        var bytes = new ArrayBufferWriter<byte>(4 * ids.Length + 16);
        DecodeBytes(ids, bytes, skipSpecials);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>Appends the bytes of the text of a row of ids.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="destination">What the bytes are written to.</param>
    /// <param name="skipSpecials">Whether control tokens are left out.</param>
    /// <exception cref="InkstoneRequestException">An id is outside the vocabulary.</exception>
    public void DecodeBytes(ReadOnlySpan<int> ids, IBufferWriter<byte> destination, bool skipSpecials = false)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (Decoder is null)
        {
            foreach (var id in ids)
            {
                var bytes = TokenBytes(id);
                if (!skipSpecials || !IsSpecial(id))
                    destination.Write(bytes);
            }
            return;
        }
        var sink = new DecodedBytes();
        var stage = Decoder.Start(sink);
        foreach (var id in ids)
            Push(id, stage, skipSpecials);
        stage.Finish();
        destination.Write(sink.Bytes);
    }

    /// <summary>Pushes a token into a decoder at work.</summary>
    internal void Push(int id, DecoderStage stage, bool skipSpecials)
    {
        CheckId(id);
        if ((skipSpecials && IsSpecial(id)) || IdToToken(id) is not { } token)
            return;
        stage.Append(_added.TryFind(id, out _, out var form) ? form : Encoding.UTF8.GetBytes(token));
        stage.EndToken();
    }

    /// <summary>What a token adds to a text that has begun: found by decoding it after a letter.</summary>
    private byte[] DecodeInside(int id)
    {
        var sink = new DecodedBytes();
        var stage = Decoder!.Start(sink);
        stage.Append("a"u8);
        stage.EndToken();
        Push(id, stage, skipSpecials: false);
        stage.Finish();
        return sink.Bytes.StartsWith("a"u8) ? sink.Bytes[1..].ToArray() : sink.Bytes.ToArray();
    }

    /// <summary>A token's text if its bytes are whole characters, else null; made once for each token and kept.</summary>
    internal string? WholeText(int id)
    {
        CheckId(id);
        var texts = _texts ??= new string?[VocabularySize];
        var text = texts[id];
        if (text is null)
        {
            var bytes = TokenBytes(id);
            text = System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : NotWhole;
            texts[id] = text;
        }
        return ReferenceEquals(text, NotWhole) ? null : text;
    }

    private static IEnumerable<string> Names(IEnumerable<object?> stages) => stages.OfType<object>().Select(stage => stage.GetType().Name);

    private int? FindRole(string? content, string role)
    {
        if (content is null)
            return null;
        return AddedTokens.FirstOrDefault(token => token.IsSpecial && token.Content == content)?.Id
            ?? throw new InkstoneRequestException("a role names a token that the tokenizer does not have", role,
                expected: "one of its special tokens: " + string.Join(", ", AddedTokens.Where(t => t.IsSpecial).Select(t => t.Content)), found: content);
    }

    private static TokenizerParts ByteLevelParts(BytePairModel model, PreTokenizer scanner, AddedToken[] addedTokens, SpecialRoles roles) => new()
    {
        Model = model,
        PreTokenizer = Cutting(scanner),
        PostProcessor = new ByteLevelProcessor(ByteLevelSettings.All with { TrimsOffsets = false }),
        Decoder = new ByteLevelDecoder(ByteLevelSettings.All),
        AddedTokens = addedTokens,
        Listed = addedTokens.Select(token => token.Id).ToHashSet(),
        Roles = roles,
    };

    /// <summary>The stages of a byte-level BPE that one scanner cuts text for, as files write them.</summary>
    internal static PreTokenizerStage Cutting(PreTokenizer scanner) => scanner == PreTokenizer.Gpt2
        ? new ByteLevelStage(ByteLevelSettings.Cutting, writesBytes: false)
        : new PreTokenizerSequence([
            .. scanner.Expressions.Select(expression => new SplitStage(new ExpressionPattern(expression), SplitBehavior.Isolated)),
            new ByteLevelStage(ByteLevelSettings.Cutting with { Cuts = false }, writesBytes: false)]);

    private void CheckId(int id)
    {
        if ((uint)id >= (uint)VocabularySize)
            throw new InkstoneRequestException("a token id is outside the vocabulary", nameof(Tokenizer),
                expected: FormattableString.Invariant($"0 to {VocabularySize - 1}"), found: FormattableString.Invariant($"{id}"),
                fix: "Decode with the tokenizer that made the ids.");
    }
}
