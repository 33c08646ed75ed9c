namespace Inkstone.Tokenizers.Tests;

/// <summary>Published vocabularies of shared data as tokenizers, and lines of real text to try them on.</summary>
internal static class PublishedTokenizers
{
    public static string[] Files { get; } =
    [
        "text-en/tinyshakespeare.txt", "text-en/novels/Doyle_Hound_1902.txt", "text-zh/novels/三国演义.txt", "text-zh/clue-news-sampled.txt",
        "chat-templates/context-example.json", "mt/multi30k/train.de", "unicode/GraphemeBreakTest.txt", "unicode/WordBreakTest.txt", "text-zh/tang-poems.txt",
    ];

    /// <summary>The tokenizer of a name as tokenizer.json.</summary>
    public static byte[] Json(string name) => name switch
    {
        "gpt2" => Read("gpt2/tokenizer.json"),
        "phi3" => Read("phi3/tokenizer.json"),
        "minilm" => Tokenizer.FromJson(Read("bert/all-MiniLM-L6-v2.tokenizer.json")).WithoutLengths().ToJson(),
        "bert-cased" => Tokenizer.FromVocabulary(Read("bert/bert-base-cased-vocab.txt")).ToJson(),
        "bert-uncased" => Tokenizer.FromVocabulary(Read("bert/bert-base-uncased-vocab.txt")).ToJson(),
        "bert-chinese" => Tokenizer.FromVocabulary(Read("bert/bert-base-chinese-vocab.txt")).ToJson(),
        "qwen2" => Tokenizer.FromMerges(Read("qwen2/vocab.json"), Read("qwen2/merges.txt"), PreTokenizer.Qwen2, [new(151643, "<|endoftext|>"), new(151644, "<|im_start|>"), new(151645, "<|im_end|>")]).ToJson(),
        "xlnet" => Tokenizer.Load(SharedData.Path("tokenizers/xlnet/spiece.model")).WithStages().ToJson(),
        "llama2" => Tokenizer.Load(SharedData.Path("tokenizers/llama2/tokenizer.model")).WithStages().ToJson(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    /// <summary>Lines from all over the files.</summary>
    public static IEnumerable<string> Lines(int count)
    {
        foreach (var file in Files)
        {
            var lines = File.ReadAllLines(SharedData.Path(file));
            for (var i = 0; i < count; i++)
                yield return lines[(int)((long)i * lines.Length / count)];
        }
    }

    private static byte[] Read(string file) => File.ReadAllBytes(SharedData.Path("tokenizers/" + file));
}
