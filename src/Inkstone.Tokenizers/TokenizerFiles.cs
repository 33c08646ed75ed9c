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

    /// <summary>The companion file <c>tokenizer_config.json</c>, by which other programs know begin and end of text.</summary>
    /// <param name="maximumLength">The longest context of the model, in tokens; null to leave it open.</param>
    public byte[] ToConfigJson(int? maximumLength = null) => TokenizerJsonWriter.WriteConfig(this, maximumLength);

    /// <summary>
    /// Reads a <c>tokenizer.json</c> that holds a byte-level BPE with the pre-tokenizer of GPT-2, GPT-4 (cl100k), Llama 3 or Qwen 2.
    /// Anything else is refused by name.
    /// </summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="roles">Which special tokens open and close a document; null: as their names tell.</param>
    /// <param name="name">How errors call the file.</param>
    /// <exception cref="InkstoneFormatException">The file is broken, or holds something this version does not support.</exception>
    /// <exception cref="InkstoneRequestException">A role names a token that the file does not have.</exception>
    public static Tokenizer FromJson(ReadOnlySpan<byte> json, SpecialRoles? roles = null, string name = "tokenizer.json") =>
        TokenizerJsonReader.Read(BoundedJson.Parse(json, name), roles);

    /// <summary>Reads a <c>tokenizer.json</c> from the disk.</summary>
    /// <param name="path">The file, or a folder that holds a file of that name.</param>
    /// <param name="roles">Which special tokens open and close a document; null: as their names tell.</param>
    /// <exception cref="InkstoneNotFoundException">There is no such file.</exception>
    /// <exception cref="InkstoneResourceException">The file cannot be read.</exception>
    /// <exception cref="InkstoneFormatException">The file is broken, or holds something this version does not support.</exception>
    public static Tokenizer Load(string path, SpecialRoles? roles = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            path = Path.Combine(path, "tokenizer.json");
        return TokenizerJsonReader.Read(BoundedJson.ReadFile(path), roles);
    }
}
