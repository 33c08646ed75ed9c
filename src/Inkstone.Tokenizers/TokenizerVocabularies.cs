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
        AddedToken[] added = [.. BertSpecials.Where(tokens.Contains).Select(special => new AddedToken(tokens.IndexOf(special), special))];
        if (added.FirstOrDefault(token => token.Content == "[UNK]") is not { } unknown)
            throw new InkstoneFormatException("a WordPiece vocabulary lacks its unknown token", name, "[UNK]");
        lowercase ??= !tokens.Any(token => !BertSpecials.Contains(token) && token.Any(char.IsAsciiLetterUpper));
        var pieces = PieceTable.Of([.. tokens.Select(token => BertSpecials.Contains(token) ? [] : Encoding.UTF8.GetBytes(token))]);
        var (classifier, separator) = (tokens.IndexOf("[CLS]"), tokens.IndexOf("[SEP]"));
        return new(new TokenizerParts
        {
            Normalizer = new BertNormalizer(cleanText: true, handleChineseCharacters: true, stripAccents: null, lowercase.Value),
            PreTokenizer = new BertStage(),
            Model = new WordPieceModel(pieces, unknown.Content, unknown.Id, "##", longestWord: 100),
            PostProcessor = classifier < 0 || separator < 0 ? null : new BertProcessor(("[SEP]", separator), ("[CLS]", classifier)),
            Decoder = new WordPieceDecoder("##", cleansUp: true),
            AddedTokens = added,
            Listed = added.Select(token => token.Id).ToHashSet(),
            Roles = SpecialRoles.FromNames([.. added.Select(token => token.Content)]),
        });
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
        var model = VocabularyFiles.ToBytePair(BoundedJson.Parse(vocabulary, name), VocabularyFiles.ReadMerges(merges, "merges.txt"), added, BytePairOptions.ByteLevel, out var listed);
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
