using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <content>Vocabularies in files of their own, with the stages that go with them.</content>
public sealed partial class Tokenizer
{
    private static readonly string[] BertSpecials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>Reads a <c>vocab.txt</c>, a WordPiece vocabulary, with BERT's stages: its normaliser, its pre-tokenizer, <c>[CLS]</c> and <c>[SEP]</c>.</summary>
    /// <param name="vocabulary">The file's bytes: one token a line.</param>
    /// <param name="lowercase">Whether text is lower-cased and loses its accents; null: unless the vocabulary has tokens with capital letters.</param>
    /// <param name="name">How errors call the file.</param>
    /// <exception cref="InkstoneFormatException">The file is broken, or has no <c>[UNK]</c>.</exception>
    public static Tokenizer FromVocabulary(ReadOnlySpan<byte> vocabulary, bool? lowercase = null, string name = "vocab.txt")
    {
        var tokens = VocabularyFiles.ReadLines(vocabulary, name);
        var ids = new int[BertSpecials.Length];
        Array.Fill(ids, -1);
        var hasCapitals = false;
        var lengths = new int[tokens.Count];
        for (var id = 0; id < tokens.Count; id++)
        {
            var special = tokens[id].StartsWith((byte)'[') ? Array.IndexOf(BertSpecials, Encoding.UTF8.GetString(tokens[id])) : -1;
            if (special < 0)
            {
                lengths[id] = tokens[id].Length;
                hasCapitals |= tokens[id].ContainsAnyInRange((byte)'A', (byte)'Z');
            }
            else
                ids[special] = ids[special] < 0 ? id : throw ListedTwice(id);
        }
        if (ids[Array.IndexOf(BertSpecials, "[UNK]")] is not (>= 0 and var unknown))
            throw new InkstoneFormatException("a WordPiece vocabulary lacks its unknown token", name, "[UNK]");
        var pieces = tokens.ToTable(lengths);
        if (pieces.FirstDuplicate >= 0)
            throw ListedTwice(pieces.FirstDuplicate);
        AddedToken[] added = [.. BertSpecials.Select((special, i) => new AddedToken(ids[i], special)).Where(token => token.Id >= 0)];
        lowercase ??= !hasCapitals;
        var (classifier, separator) = (ids[Array.IndexOf(BertSpecials, "[CLS]")], ids[Array.IndexOf(BertSpecials, "[SEP]")]);
        return new(new TokenizerParts
        {
            Normalizer = new BertNormalizer(cleanText: true, handleChineseCharacters: true, stripAccents: null, lowercase.Value),
            PreTokenizer = new BertStage(),
            Model = new WordPieceModel(pieces, "[UNK]", unknown, "##", longestWord: 100),
            PostProcessor = classifier < 0 || separator < 0 ? null : new BertProcessor(("[SEP]", separator), ("[CLS]", classifier)),
            Decoder = new WordPieceDecoder("##", cleansUp: true),
            AddedTokens = added,
            Listed = added.Select(token => token.Id).ToHashSet(),
            Roles = SpecialRoles.FromNames([.. added.Select(token => token.Content)]),
        });

        InkstoneFormatException ListedTwice(int id) => new("a token is listed twice", VocabularyFiles.LinePlace(name, id), found: Excerpt.Of(Encoding.UTF8.GetString(tokens[id])));
    }

    /// <summary>Reads a <c>vocab.json</c> and a <c>merges.txt</c>, a byte-level BPE.</summary>
    /// <param name="vocabulary">The bytes of vocab.json.</param>
    /// <param name="merges">The bytes of merges.txt.</param>
    /// <param name="preTokenizer">How text is cut; null: GPT-2's way.</param>
    /// <param name="addedTokens">The added tokens, which the files do not mark; null for none.</param>
    /// <param name="roles">Which special tokens open and close a document; null: as their names tell.</param>
    /// <param name="name">How errors call the vocabulary.</param>
    /// <exception cref="InkstoneFormatException">A file is broken.</exception>
    /// <exception cref="InkstoneRequestException">A role names a token that is not there.</exception>
    public static Tokenizer FromMerges(
        ReadOnlySpan<byte> vocabulary, ReadOnlySpan<byte> merges, PreTokenizer? preTokenizer = null, IReadOnlyList<AddedToken>? addedTokens = null,
        SpecialRoles? roles = null, string name = "vocab.json")
    {
        List<AddedToken> added = [.. addedTokens ?? []];
        var model = VocabularyFiles.ToBytePair(BoundedJson.Parse(vocabulary, name), merges, added, out var listed);
        roles ??= SpecialRoles.FromNames([.. added.Where(token => token.IsSpecial).Select(token => token.Content)]);
        return new(ByteLevelParts(model, preTokenizer ?? PreTokenizer.Gpt2, [.. added], roles) with { Listed = listed });
    }

    /// <summary>The tokens of a WordPiece vocabulary as a <c>vocab.txt</c>, which does not hold the stages around it.</summary>
    /// <exception cref="InkstoneRequestException">It is no WordPiece vocabulary, or leaves ids unused.</exception>
    public byte[] ToVocabulary() => VocabularyFiles.WriteLines(this);

    /// <summary>
    /// The tokens and rules of a BPE as <c>vocab.json</c> and <c>merges.txt</c>. They hold neither the stages around it nor which tokens are special;
    /// of the added tokens, they hold those that the file it was read from lists.
    /// </summary>
    /// <exception cref="InkstoneRequestException">It is no BPE, or a token of a rule holds white space.</exception>
    public (byte[] Vocabulary, byte[] Merges) ToMerges()
    {
        var merges = VocabularyFiles.WriteMerges(this);
        return (StableJson.ToBytes(json => ModelJson.WriteTokens(json, this)), merges);
    }
}
