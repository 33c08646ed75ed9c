using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Tokenizers;

/// <content>Files. The bytes are made and read here; who writes them to a disk decides how safely.</content>
public sealed partial class Tokenizer
{
    /// <summary>
    /// The tokenizer as a Hugging Face <c>tokenizer.json</c>, UTF-8. <see cref="FromJson"/> of it gives an equal tokenizer, whose file has
    /// the same bytes. The file does not say which special tokens have which role; see <see cref="ToConfigJson"/>.
    /// </summary>
    public byte[] ToJson() => TokenizerJsonWriter.Write(this);

    /// <summary>The tokenizer as a SentencePiece <c>.model</c>.</summary>
    /// <exception cref="InkstoneRequestException">It is none.</exception>
    public byte[] ToSentencePiece() => _model is SentencePieceTokenModel tokens ? SentencePieceWriter.Write(tokens.Model.File)
        : throw new InkstoneRequestException("this tokenizer is no SentencePiece model", nameof(ToSentencePiece), found: _model.GetType().Name);

    /// <summary>
    /// The same vocabulary as stages that a tokenizer.json can hold; a tokenizer that has them already is given back as it is. Of a SentencePiece
    /// model, ids are equal on ordinary text, but not wherever SentencePiece's own rounding or its character map decides.
    /// </summary>
    /// <exception cref="InkstoneRequestException">A SentencePiece model has an option that no stage carries out.</exception>
    public Tokenizer WithStages()
    {
        if (_model is SentencePieceTokenModel tokens)
            return new(SentencePieceConversion.ToParts(this, tokens.Model.File));
        var parts = GgufStages.ToPublished(_parts);
        return ReferenceEquals(parts, _parts) ? this : new(parts);
    }

    /// <summary>
    /// Writes the tokenizer as values of a GGUF file: kinds llama, gpt2 (with the name that llama.cpp has for the way text is cut), bert or t5, with scores or merges, kinds of
    /// tokens, roles, what is put around a text and chat templates. <see cref="FromGguf"/> of it gives the same ids but for what is said to be lost.
    /// </summary>
    /// <param name="values">Takes the values, <c>general.name</c> among them.</param>
    /// <param name="name">How the model is called; of Phi 3 llama.cpp knows by it what its added tokens do.</param>
    /// <param name="size">How many rows the model's table of tokens has, since GGUF lists as many; null: as the vocabulary.</param>
    /// <param name="ends">The tokens that end an answer, as generation_config.json lists them; null: the end of text alone.</param>
    /// <returns>What GGUF does not keep, for people to read; nothing as a rule.</returns>
    /// <exception cref="InkstoneRequestException">GGUF has no such tokenizer: no name for the way text is cut, a normaliser that no kind has, merges that no scores do.</exception>
    public IReadOnlyList<string> WriteGguf(GgufValues values, string name = "", int? size = null, IReadOnlyList<int>? ends = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        return GgufTokenizerWriter.Write(this, values, name, size ?? VocabularySize, ends ?? []);
    }

    /// <summary>
    /// The companion file <c>tokenizer_config.json</c>, by which other programs know begin and end of text: what <see cref="Config"/> says, its chat
    /// templates among it, with the tokenizer's own roles.
    /// </summary>
    /// <param name="maximumLength">The longest context of the model, in tokens; null: as the configuration says, if there is one.</param>
    public byte[] ToConfigJson(int? maximumLength = null)
    {
        var config = Config ?? new() { TokenizerClass = "PreTrainedTokenizerFast" };
        var roles = new Dictionary<string, string>(config.Roles);
        foreach (var (role, token) in new[] { ("bos_token", Roles.BeginOfText), ("eos_token", Roles.EndOfText) })
        {
            if (token is not null)
                roles[role] = token;
        }
        return (config with { Roles = roles, MaximumLength = maximumLength ?? config.MaximumLength }).ToJson();
    }

    /// <summary>
    /// Reads a <c>tokenizer.json</c>: BPE, WordPiece, Unigram or a list of words, with every stage before and after it. What cannot be carried out is
    /// refused by name.
    /// </summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="roles">Which special tokens open and close a document; null: as their names tell.</param>
    /// <param name="name">How errors call the file.</param>
    /// <exception cref="InkstoneFormatException">The file is broken, or holds something this version does not support.</exception>
    /// <exception cref="InkstoneRequestException">A role names a token that the file does not have.</exception>
    public static Tokenizer FromJson(ReadOnlySpan<byte> json, SpecialRoles? roles = null, string name = "tokenizer.json") =>
        TokenizerJsonReader.Read(json, roles, name);

    /// <summary>Reads a SentencePiece <c>.model</c>. Its control pieces are special tokens; it does not say that any is added to a text.</summary>
    /// <param name="model">The file's bytes.</param>
    /// <param name="name">How errors call the file.</param>
    /// <exception cref="InkstoneFormatException">The file is broken.</exception>
    public static Tokenizer FromSentencePiece(ReadOnlySpan<byte> model, string name = "tokenizer.model") => FromSentencePiece(SentencePieceModel.Read(model, name));

    /// <summary>A tokenizer of a SentencePiece model.</summary>
    internal static Tokenizer FromSentencePiece(SentencePieceModel model)
    {
        var tokens = new SentencePieceTokenModel(model);
        var file = model.File;
        return new(new TokenizerParts
        {
            Model = tokens,
            Decoder = tokens.Model.Decoder,
            AddedTokens = tokens.ControlTokens(),
            Roles = new(NameOf(file.BeginId), NameOf(file.EndId)),
        });

        string? NameOf(int id) => id >= 0 && id < tokens.Count && file.Kinds[id] == SentencePieceKind.Control ? tokens.Text(id) : null;
    }

    /// <summary>
    /// Reads the tokenizer of a GGUF file: kinds llama (BPE by scores), gpt2 (byte-level BPE, cut as <c>tokenizer.ggml.pre</c> says), bert (WordPiece)
    /// and t5 (unigram); any other kind is refused by name. Ids are those of llama.cpp, but that text never becomes a control or byte token by
    /// merging. Roles, chat templates and the longest context are in <see cref="Config"/>; which tokens are added to a text, the file or
    /// llama.cpp's defaults for its kind say.
    /// </summary>
    /// <param name="metadata">The file's metadata; of a file in several parts, that of the first.</param>
    /// <param name="leavesFillersOut">
    /// Whether unused tokens at the end (<c>[PAD…]</c>) are left out, which converters put there because the model has more rows than its vocabulary has tokens.
    /// </param>
    /// <exception cref="InkstoneFormatException">The metadata holds no tokenizer, a broken one, or something this version does not support.</exception>
    public static Tokenizer FromGguf(GgufMetadata metadata, bool leavesFillersOut = false)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return GgufTokenizer.Read(metadata, leavesFillersOut);
    }

    /// <summary>
    /// Reads a tokenizer from the disk: a <c>tokenizer.json</c>, a SentencePiece <c>.model</c>, a rank file (<c>.tiktoken</c>, or Llama 3's
    /// <c>tokenizer.model</c>), a <c>vocab.json</c> beside its <c>merges.txt</c>, a <c>vocab.txt</c>, or the metadata of a <c>.gguf</c>; of a folder, the first
    /// of these, but for the last, that is there. A <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and <c>chat_template.jinja</c> beside it are
    /// read too (<see cref="Config"/>).
    /// </summary>
    /// <param name="path">The file, or a folder.</param>
    /// <param name="roles">Which special tokens open and close a document; null: as the configuration says, else as their names tell.</param>
    /// <exception cref="InkstoneNotFoundException">There is no such file.</exception>
    /// <exception cref="InkstoneResourceException">The file cannot be read.</exception>
    /// <exception cref="InkstoneFormatException">The file is broken, or holds something this version does not support.</exception>
    public static Tokenizer Load(string path, SpecialRoles? roles = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return TokenizerFolder.Load(path, roles);
    }
}
