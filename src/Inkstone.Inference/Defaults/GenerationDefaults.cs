using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>
/// How a checkpoint says that its text is to be generated: the tokens that end an answer, and how tokens are drawn. What it asks for and the engine lacks is named, not dropped.
/// </summary>
/// <param name="Source">The file that says it; empty where none does.</param>
/// <param name="EndTokens">The tokens that end an answer.</param>
public sealed record GenerationDefaults(string Source, IReadOnlyList<int> EndTokens)
{
    /// <summary>The file of a model folder.</summary>
    public const string FileName = "generation_config.json";

    /// <summary>The most end tokens.</summary>
    public const int MostEndTokens = 256;

    /// <summary>What was understood, by the names of the file, as it is written there.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Applied { get; init; } = [];

    /// <summary>What was not, with its value and why.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> NotApplied { get; init; } = [];

    private Func<GenerationOptions, GenerationOptions>? Change { get; init; }

    /// <summary>Options with what the checkpoint says in the place of what they say.</summary>
    public GenerationOptions Over(GenerationOptions options) => Change is null ? options : Change(options);

    /// <summary>
    /// Reads a model folder: <c>generation_config.json</c>, and where it names no end token, <c>config.json</c>. The tokenizer's end of text ends an answer in any case.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <exception cref="InkstoneFormatException">A file is broken, or a value is not possible.</exception>
    public static GenerationDefaults FromFolder(string folder, Tokenizer tokenizer)
    {
        var (path, config) = (Path.Combine(folder, FileName), Path.Combine(folder, "config.json"));
        var reader = File.Exists(path) ? GenerationConfigReader.Read(BoundedJson.ReadFile(path).AsObject(), tokenizer) : null;
        var ends = reader?.EndTokens;
        if (ends is null && File.Exists(config))
            ends = GenerationConfigReader.ReadEndTokens(BoundedJson.ReadFile(config).AsObject(), tokenizer);
        int[] all = [.. (ends ?? []).Union(tokenizer.EndOfText is { } end ? [end] : [])];
        return reader is null ? new("", all) : new(FileName, all) { Applied = reader.Applied, NotApplied = reader.NotApplied, Change = reader.Change };
    }

    /// <summary>
    /// Reads the metadata of a GGUF file, which names up to three end tokens; control tokens of the vocabulary that are known to end a turn end an answer too. Settings of
    /// the sampler (<c>general.sampling.…</c>) are rare.
    /// </summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="tokenizer">The file's tokenizer.</param>
    /// <exception cref="InkstoneFormatException">A value is not possible.</exception>
    public static GenerationDefaults FromGguf(GgufMetadata metadata, Tokenizer tokenizer)
    {
        var reader = GgufGenerationReader.Read(metadata, tokenizer);
        return new("the file's metadata", reader.EndTokens ?? []) { Applied = reader.Applied, NotApplied = reader.NotApplied, Change = reader.Change };
    }

    /// <summary>What a tokenizer alone says: its end of text.</summary>
    public static GenerationDefaults FromTokenizer(Tokenizer tokenizer) => new("", tokenizer.EndOfText is { } end ? [end] : []);

    /// <summary>An end token as people read it: its id and its text.</summary>
    public static string Show(int token, Tokenizer tokenizer) =>
        string.Create(CultureInfo.InvariantCulture, $"{token} {(token < tokenizer.VocabularySize ? tokenizer.IdToToken(token) : null) ?? "(no token)"}");
}
