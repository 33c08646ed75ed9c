using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>Encoding by published vocabularies, training at 32,000 tokens, loading. Encoding counts bytes of UTF-8; one thread unless the name says two.</summary>
internal static class TokenizerSuite
{
    private const int Vocabulary = 32_000;

    public static IEnumerable<BenchResult> Run(TokenizerBenchFiles files)
    {
        var documents = files.Documents.Select(Encoding.UTF8.GetBytes).ToArray();
        var megabytes = documents.Sum(document => (double)document.Length) / 1e6;
        foreach (var (name, tokenizer) in files.Tokenizers)
        {
            var rate = megabytes / BenchMachine.MedianSeconds(() => EncodeAll(tokenizer, documents));
            yield return new("tokenizer", "encode " + name, rate, "MB/s", null);
            if (name is "gpt2" or "cl100k")
                yield return new("tokenizer", $"encode {name} tiktoken", rate, "MB/s", null);
            if (name == "gpt2")
                yield return new("tokenizer", "encode gpt2 2 threads", megabytes / BenchMachine.MedianSeconds(() => EncodeBatch(tokenizer, files.Documents, threads: 2)), "MB/s", null);
        }
        if (files.Tokenizers.GetValueOrDefault("gpt2") is { } gpt2)
            yield return new("tokenizer", "encode gpt2 1 thread of a batch", megabytes / BenchMachine.MedianSeconds(() => EncodeBatch(gpt2, files.Documents, threads: 1)), "MB/s", null);
        var trainMegabytes = new FileInfo(files.TrainFile).Length / 1e6;
        yield return new("tokenizer", "train bpe 32k", trainMegabytes / Seconds(() => BpeTrainer.Train(File.ReadLines(files.TrainFile), new() { VocabularySize = Vocabulary, AllowSmaller = true })), "MB/s", null);
        yield return new("tokenizer", "train unigram 32k", trainMegabytes / Seconds(() => TokenizerTrainer.Train(File.ReadLines(files.TrainFile), new() { Kind = TokenizerKind.Unigram, VocabularySize = Vocabulary, AllowSmaller = true })), "MB/s", null);
        var large = Large();
        var milliseconds = 1000 * BenchMachine.MedianSeconds(() => Tokenizer.FromJson(large));
        yield return new("tokenizer", "load 150k", 1000 / milliseconds, "loads/s", null);
        yield return new("tokenizer", "load 150k, one", milliseconds, "ms", null);
    }

    /// <summary>A byte-level BPE of 150,000 tokens, as tokenizer.json: a rule joins each two letters, then each token that makes with one letter more.</summary>
    private static byte[] Large()
    {
        const int Count = 150_000;
        var merges = new StringBuilder();
        var tokens = Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString()).ToList();
        for (var made = 0; tokens.Count < Count - (256 - 26); made++)
        {
            for (var letter = 'a'; letter <= 'z' && tokens.Count < Count - (256 - 26); letter++)
            {
                tokens.Add(tokens[made] + letter);
                merges.Append(CultureInfo.InvariantCulture, $"{tokens[made]} {letter}\n");
            }
        }
        var bytes = ByteLevel.Alphabet.ToArray().Select(ByteLevel.ToCharacter).Select(character => character.ToString()).Except(tokens);
        var ids = tokens.Concat(bytes).Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id);
        return Tokenizer.FromMerges(JsonSerializer.SerializeToUtf8Bytes(ids), Encoding.UTF8.GetBytes(merges.ToString()), PreTokenizer.Gpt4).ToJson();
    }

    private static void EncodeAll(Tokenizer tokenizer, byte[][] documents)
    {
        var ids = new ArrayBufferWriter<int>(8192);
        foreach (var document in documents)
        {
            ids.ResetWrittenCount();
            tokenizer.Encode(document, ids);
        }
    }

    private static void EncodeBatch(Tokenizer tokenizer, string[] documents, int threads)
    {
        foreach (var _ in tokenizer.EncodeAll(documents, threads))
        {
        }
    }

    /// <summary>The median of three runs, after none: training is long, and what it compiles is a small part of it.</summary>
    private static double Seconds(Action action)
    {
        var seconds = new double[3];
        for (var run = 0; run < seconds.Length; run++)
        {
            var started = Stopwatch.GetTimestamp();
            action();
            seconds[run] = Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        return seconds.Order().ElementAt(1);
    }
}
