using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>The suites of <c>inkstone bench</c>. Every figure is a median; work is counted by the one rule of the design: a product of m×k by k×n is 2mkn.</summary>
public static class BenchSuites
{
    /// <summary>All suites, in the order they run.</summary>
    public static IReadOnlyList<string> Names { get; } = ["machine", "gemm", "attention", "loss", "training", "decode", "tokenizer"];

    /// <summary>Runs a suite.</summary>
    /// <exception cref="InkstoneRequestException">There is no such suite.</exception>
    public static IEnumerable<BenchResult> Run(string suite, BenchMachine machine) => suite switch
    {
        "machine" => Machine(machine),
        "gemm" => Gemm(machine),
        "attention" => Attention(machine),
        "loss" => Loss(machine),
        "training" => Training(machine),
        "decode" => Decode(machine),
        "tokenizer" => TokenizerSpeed(),
        _ => throw new InkstoneRequestException("there is no such suite", "bench", string.Join(", ", Names), suite),
    };

    private static IEnumerable<BenchResult> Machine(BenchMachine machine)
    {
        yield return new BenchResult("machine", "multiply-add peak", machine.Peak.FmaGflops, "GFLOP/s", 1);
        yield return new BenchResult("machine", "read bandwidth", machine.Peak.ReadGBps, "GB/s", 1);
    }

    private static IEnumerable<BenchResult> Gemm(BenchMachine machine)
    {
        (int M, int N, int K)[] shapes = [(1024, 1024, 1024), (2048, 2048, 2048), (2048, 384, 384), (2048, 1536, 384), (2048, 384, 1536)];
        foreach (var (m, n, k) in shapes)
            foreach (var form in (string[])["nn", "nt", "tn", "tt"])
            {
                var a = Random([form[0] == 't' ? k : m, form[0] == 't' ? m : k], machine, 1).Keep();
                var b = Random([form[1] == 't' ? n : k, form[1] == 't' ? k : n], machine, 2).Keep();
                var seconds = BenchMachine.MedianSeconds(() =>
                {
                    using var scope = PoolScope.Open();
                    a.MatMul(b, form[0] == 't', form[1] == 't');
                });
                yield return machine.Arithmetic("gemm", $"{m}x{n}x{k} {form}", 2.0 * m * n * k, seconds);
            }
    }

    private static IEnumerable<BenchResult> Attention(BenchMachine machine)
    {
        const int heads = 8;
        const int width = 64;
        foreach (var length in (int[])[256, 2048])
        {
            var sequences = 2048 / length;
            var layout = TokenLayout.Uniform(sequences, length);
            Tensor[] parts = [.. Enumerable.Range(0, 4).Select(i => Random([2048, heads, width], machine, i).Keep())];
            var flops = sequences * 2.0 * length * length * width * heads;
            var forward = BenchMachine.MedianSeconds(() =>
            {
                using var scope = PoolScope.Open();
                parts[0].Attention(parts[1], parts[2], new AttentionForm(), layout, layout);
            });
            yield return machine.Arithmetic("attention", $"T {length} forward", flops, forward);
            var both = BenchMachine.MedianSeconds(() =>
            {
                using var scope = PoolScope.Open();
                using var tape = Tape.Record();
                var y = tape.Watch(parts[0]).Attention(tape.Watch(parts[1]), tape.Watch(parts[2]), new AttentionForm(), layout, layout);
                tape.Backward(y, parts[3]);
            });
            yield return machine.Arithmetic("attention", $"T {length} forward and backward", 3 * flops, both);
        }
    }

    private static IEnumerable<BenchResult> Loss(BenchMachine machine)
    {
        const int rows = 2048;
        const int width = 384;
        foreach (var vocabulary in (int[])[4_096, 32_768])
        {
            var hidden = Random([rows, width], machine, 1).Keep();
            var weight = Random([vocabulary, width], machine, 2).Keep();
            var targets = Tensor.From([.. Enumerable.Range(0, rows).Select(i => i * 37 % vocabulary)], [rows], machine.Backend).Keep();
            var seconds = BenchMachine.MedianSeconds(() =>
            {
                using var scope = PoolScope.Open();
                using var tape = Tape.Record();
                tape.Backward(tape.Watch(hidden).HeadCrossEntropy(tape.Watch(weight), targets, 1.0 / rows));
            });
            yield return machine.Arithmetic("loss", $"vocabulary {vocabulary} forward and backward", 6.0 * rows * width * vocabulary, seconds);
        }
    }

    private static IEnumerable<BenchResult> Training(BenchMachine machine)
    {
        var model = new Gpt2(new Gpt2Config { VocabularySize = 4_096, ContextLength = 256, Width = 384, LayerCount = 6, HeadCount = 6 }, Rng.From(1), machine.Backend);
        yield return Steps("gpt 384x6", model, new OptimizerOptions { Kind = OptimizerKind.AdamW }, machine);
        var tiny = new Llama(ModelSize.Named("tiny").Config(4_096, 256), Rng.From(1), machine.Backend);
        yield return Steps("quickstart tiny, AdamW", tiny, new OptimizerOptions { Kind = OptimizerKind.AdamW }, machine);
        yield return Steps("quickstart tiny, Muon", tiny, new OptimizerOptions { Kind = OptimizerKind.Muon }, machine);
        yield return new BenchResult("training", "resident memory", Environment.WorkingSet / 1048576.0, "MiB", null);
    }

    private static BenchResult Steps(string name, Model model, OptimizerOptions optimizer, BenchMachine machine)
    {
        const int length = 256;
        const int sequences = 8;
        var cursor = Rng.From(3).Cursor();
        var tokens = new int[(length + 1) * sequences * 40];
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] = cursor.NextInt(model.VocabularySize);
        var data = TokenDataset.FromPacked(tokens, [.. Enumerable.Range(0, sequences * 40).Select(i => i * (length + 1))], length);
        var trainer = new Trainer(model, data, new NextToken(), new TrainingOptions { Steps = 16, BatchRows = length * sequences, LearningRate = 1e-3, Optimizer = optimizer });
        var steps = trainer.Run().Skip(5).OrderBy(step => step.Seconds).ToList();
        var median = steps[steps.Count / 2];
        return machine.Arithmetic("training", name, median.Flops, median.Seconds);
    }

    private static IEnumerable<BenchResult> Decode(BenchMachine machine)
    {
        var config = new LlamaConfig
        {
            VocabularySize = 8_192,
            ContextLength = 256,
            Width = 1_024,
            LayerCount = 12,
            HeadCount = 16,
            KeyValueHeadCount = 16,
            HeadWidth = 64,
            HiddenWidth = 2_816,
        };
        var model = new Llama(config, Rng.From(1), machine.Backend);
        var bytes = sizeof(float) * (double)model.ParameterCount;
        foreach (var streams in (int[])[1, 8])
        {
            var cache = new KeyValueCache(model, 4 * streams);
            var tables = Enumerable.Range(0, streams).Select(_ => new BlockTable(cache.Pool)).ToArray();
            var token = new[] { 1 };
            var seconds = BenchMachine.MedianSeconds(() =>
            {
                using var scope = PoolScope.Open();
                foreach (var table in tables)
                    table.TryReserve(1);
                var pass = PagedPass.Over(model, cache, [.. tables.Select(table => new PagedRows(table, token, 1))]);
                model.Head.Forward(model.Forward(pass), pass);
                foreach (var table in tables)
                    table.Advance(1);
            });
            yield return machine.Reading("decode", $"f32 {streams} stream{(streams == 1 ? "" : "s")}", bytes, seconds);
            yield return new BenchResult("decode", $"f32 {streams} stream{(streams == 1 ? "" : "s")}, tokens", streams / seconds, "tokens/s", null);
        }
    }

    private static IEnumerable<BenchResult> TokenizerSpeed()
    {
        var text = Prose(4 << 20);
        var bytes = System.Text.Encoding.UTF8.GetByteCount(text);
        var options = new BpeTrainerOptions { VocabularySize = 4_096, AllowSmaller = true };
        var tokenizer = BpeTrainer.Train([text], options);
        yield return new BenchResult("tokenizer", "train 4,096", bytes / BenchMachine.MedianSeconds(() => BpeTrainer.Train([text], options)) / 1e6, "MB/s", null);
        var utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        yield return new BenchResult("tokenizer", "encode, one thread", bytes / BenchMachine.MedianSeconds(() => tokenizer.Encode(utf8)) / 1e6, "MB/s", null);
    }

    /// <summary>Words of made-up syllables with a natural spread of frequencies.</summary>
    private static string Prose(int length)
    {
        string[] syllables = ["ta", "ren", "mo", "li", "s", "ing", "er", "con", "de", "pro", "th", "e", "a", "tion", "ck", "u", "ly", "ment"];
        var cursor = Rng.From(8).Cursor();
        var words = Enumerable.Range(0, 20_000).Select(_ => string.Concat(Enumerable.Range(0, 1 + cursor.NextInt(4)).Select(_ => syllables[cursor.NextInt(syllables.Length)]))).ToArray();
        var text = new System.Text.StringBuilder(length + 64);
        while (text.Length < length)
            text.Append(words[(int)Math.Min(words.Length - 1, Math.Exp(cursor.NextDouble() * Math.Log(words.Length)) - 1)]).Append(cursor.NextInt(12) == 0 ? ". " : " ");
        return text.ToString();
    }

    private static Tensor Random(Shape shape, BenchMachine machine, long seed) => Tensor.RandomNormal(shape, Rng.From(seed), 1, 0, machine.Backend);
}
