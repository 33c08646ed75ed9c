using System.Text;
using System.Text.Json;
using Inkstone.Corpus;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>
/// What the bench of tokenizers works on, written to a temporary folder so that peers read the same: <c>documents.json</c>, texts of about 4,096 characters to
/// encode; <c>train.txt</c>, all the SDK's XML documentation, to train on; the vocabularies.
/// </summary>
internal sealed class TokenizerBenchFiles : IDisposable
{
    private const int DocumentLength = 4096;
    private const int MostCharacters = 12 << 20;

    /// <summary>Reads the texts and writes the folder.</summary>
    public TokenizerBenchFiles(BenchInputs inputs)
    {
        Folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Directory.CreateDirectory(Folder);
        Documents = ReadDocuments(inputs.Text);
        File.WriteAllBytes(Path.Combine(Folder, "documents.json"), JsonSerializer.SerializeToUtf8Bytes(Documents));
        using (var train = File.Create(TrainFile))
        {
            foreach (var file in DotNetInstallation.FindDocumentation(DotNetInstallation.CandidateRoots()))
            {
                using var source = File.OpenRead(file);
                source.CopyTo(train);
                train.Write("\n"u8);
            }
        }
        Add("gpt2", inputs.Tokenizers, "gpt2/tokenizer.json", Tokenizer.Load);
        Add("cl100k", inputs.Tokenizers, "tiktoken/cl100k_base.tiktoken", Tokenizer.Load);
        Add("wordpiece", inputs.Tokenizers, "bert/bert-base-uncased-vocab.txt", Tokenizer.Load);
        Add("unigram", inputs.Tokenizers, "xlnet/spiece.model", Tokenizer.Load);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The texts to encode.</summary>
    public string[] Documents { get; }

    /// <summary>The text to train on, a file of lines.</summary>
    public string TrainFile => Path.Combine(Folder, "train.txt");

    /// <summary>The vocabularies that are there.</summary>
    public Dictionary<string, Tokenizer> Tokenizers { get; } = [];

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Add(string name, string? folder, string file, Func<string, SpecialRoles?, Tokenizer> load)
    {
        if (folder is null || Path.Combine(folder, file) is var path && !File.Exists(path))
            return;
        var tokenizer = load(path, null);
        Tokenizers.Add(name, tokenizer);
        if (Path.GetExtension(file) == ".model")
            File.Copy(path, Path.Combine(Folder, name + ".model"));
        else
            File.WriteAllBytes(Path.Combine(Folder, name + ".json"), tokenizer.ToJson());
    }

    private static string[] ReadDocuments(string? path)
    {
        var texts = path is null ? DotNetDocumentation.Read().Select(document => document.Text) : TextSource.Read(path).Select(document => document.Text);
        var (documents, document, total) = (new List<string>(), new StringBuilder(), 0);
        foreach (var line in texts.SelectMany(text => text.Split('\n')))
        {
            document.Append(line).Append('\n');
            if (document.Length < DocumentLength)
                continue;
            documents.Add(document.ToString());
            document.Clear();
            total += documents[^1].Length;
            if (total > MostCharacters)
                break;
        }
        if (document.Length > 0)
            documents.Add(document.ToString());
        return [.. documents];
    }
}
