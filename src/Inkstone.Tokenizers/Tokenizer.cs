using System.Buffers;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Turns text into token ids and back. Immutable: any number of threads may use one at the same time. Made by
/// <see cref="BpeTrainer"/> or read from a <c>tokenizer.json</c> by <see cref="FromJson"/> and <see cref="Load"/>.
/// <para>
/// Encode treats its text as text: a control token typed in it is not recognised unless <see cref="Specials"/> says so, and no
/// begin or end token is added. Byte-level pieces cover every byte, so nothing is unknown and decoding gives the text back.
/// </para>
/// </summary>
public sealed partial class Tokenizer
{
    // Known by its reference, so that a token of this very text is not taken for it.
    private static readonly string NotWhole = new('\uFFFD', 2);

    private readonly BytePairModel _model;
    private readonly AddedTokenMatcher _matcher;
    private readonly Dictionary<int, (AddedToken Token, byte[] Bytes)> _added;
    private readonly string?[] _texts; // what WholeText has made so far

    /// <summary>Puts a tokenizer together from parts that have been checked against each other.</summary>
    internal Tokenizer(BytePairModel model, PreTokenizer preTokenizer, IEnumerable<AddedToken> addedTokens, SpecialRoles roles)
    {
        _model = model;
        PreTokenizer = preTokenizer;
        AddedTokens = [.. addedTokens.OrderBy(token => token.Id)];
        Roles = roles;
        _added = AddedTokens.ToDictionary(token => token.Id, token => (token, Encoding.UTF8.GetBytes(token.Content)));
        _matcher = new(AddedTokens);
        VocabularySize = Math.Max(model.Pieces.Count, AddedTokens.Select(token => token.Id + 1).DefaultIfEmpty().Max());
        _texts = new string?[VocabularySize];
        BeginOfText = FindRole(roles.BeginOfText, nameof(SpecialRoles.BeginOfText));
        EndOfText = FindRole(roles.EndOfText, nameof(SpecialRoles.EndOfText));
    }

    /// <summary>One more than the highest id: how many rows an embedding needs. (Some files leave ids in between unused.)</summary>
    public int VocabularySize { get; }

    /// <summary>How text is cut before merging.</summary>
    public PreTokenizer PreTokenizer { get; }

    /// <summary>The tokens matched as wholes, special ones among them, by ascending id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>Which special tokens open and close a document.</summary>
    public SpecialRoles Roles { get; }

    /// <summary>The id that opens a document, if the tokenizer has one.</summary>
    public int? BeginOfText { get; }

    /// <summary>The id that closes a document, if the tokenizer has one; may be that of <see cref="BeginOfText"/>.</summary>
    public int? EndOfText { get; }

    /// <summary>The parts, for the writers of files.</summary>
    internal BytePairModel Model => _model;

    /// <summary>Whether an id is a control token.</summary>
    public bool IsSpecial(int id) => _added.TryGetValue(id, out var added) && added.Token.IsSpecial;

    /// <summary>The bytes a token stands for: part of a character, perhaps. Empty for an id the vocabulary leaves unused.</summary>
    /// <exception cref="InkstoneRequestException">The id is outside the vocabulary.</exception>
    public ReadOnlySpan<byte> TokenBytes(int id)
    {
        CheckId(id);
        return _added.TryGetValue(id, out var added) ? added.Bytes : id < _model.Pieces.Count ? _model.Pieces[id] : [];
    }

    /// <summary>A token as files and vocabulary lists show it (see <see cref="ByteLevel"/>); null for an unused id.</summary>
    /// <exception cref="InkstoneRequestException">The id is outside the vocabulary.</exception>
    public string? IdToToken(int id)
    {
        if (_added.TryGetValue(id, out var added))
            return added.Token.Content;
        var bytes = TokenBytes(id);
        return bytes.IsEmpty ? null : ByteLevel.ToText(bytes);
    }

    /// <summary>The id of a token given as <see cref="IdToToken"/> shows it; null if there is none.</summary>
    public int? TokenToId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        foreach (var added in AddedTokens)
        {
            if (added.Content == token)
                return added.Id;
        }
        var bytes = new ArrayBufferWriter<byte>(Math.Max(1, token.Length));
        if (token.Length == 0 || !ByteLevel.TryToBytes(token, bytes))
            return null;
        var id = _model.Pieces.Find(bytes.WrittenSpan);
        return id < 0 ? null : id;
    }

    /// <summary>
    /// The text of a row of ids: the bytes of the tokens, end to end, read as UTF-8. Each broken sequence becomes U+FFFD (the
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

    /// <summary>Appends the bytes of a row of ids, end to end.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="destination">What the bytes are written to.</param>
    /// <param name="skipSpecials">Whether control tokens are left out.</param>
    /// <exception cref="InkstoneRequestException">An id is outside the vocabulary.</exception>
    public void DecodeBytes(ReadOnlySpan<int> ids, IBufferWriter<byte> destination, bool skipSpecials = false)
    {
        ArgumentNullException.ThrowIfNull(destination);
        foreach (var id in ids)
        {
            var bytes = TokenBytes(id);
            if (!skipSpecials || !IsSpecial(id))
                destination.Write(bytes);
        }
    }

    /// <summary>A token's text if its bytes are whole characters, else null; made once for each token and kept.</summary>
    internal string? WholeText(int id)
    {
        CheckId(id);
        var text = _texts[id];
        if (text is null)
        {
            var bytes = TokenBytes(id);
            text = System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : NotWhole;
            _texts[id] = text;
        }
        return ReferenceEquals(text, NotWhole) ? null : text;
    }

    private int? FindRole(string? content, string role)
    {
        if (content is null)
            return null;
        return AddedTokens.FirstOrDefault(token => token.IsSpecial && token.Content == content)?.Id
            ?? throw new InkstoneRequestException("a role names a token that the tokenizer does not have", role,
                expected: "one of its special tokens: " + string.Join(", ", AddedTokens.Where(t => t.IsSpecial).Select(t => t.Content)), found: content);
    }

    private void CheckId(int id)
    {
        if ((uint)id >= (uint)VocabularySize)
            throw new InkstoneRequestException("a token id is outside the vocabulary", nameof(Tokenizer),
                expected: FormattableString.Invariant($"0 to {VocabularySize - 1}"), found: FormattableString.Invariant($"{id}"),
                fix: "Decode with the tokenizer that made the ids.");
    }
}
