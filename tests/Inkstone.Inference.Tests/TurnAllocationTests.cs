using System.Text.Unicode;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;

namespace Inkstone.Inference.Tests;

/// <summary>In the steady state an engine's turn allocates nothing managed: from one pass to the next, sampling, text and streams included.</summary>
public sealed class TurnAllocationTests : EngineTest
{
    private static readonly Tokenizer Words = Samples.Words;

    private static readonly GenerationOptions Options = new()
    {
        MaxTokens = 230,
        Temperature = 0.9,
        TopK = 8,
        TopP = 0.95,
        MinP = 0.01,
        RepetitionPenalty = 1.1,
        RepetitionWindow = 64,
        PresencePenalty = 0.1,
        FrequencyPenalty = 0.1,
        DryMultiplier = 0.5,
        TopNSigma = 4,
        TypicalP = 0.98,
        XtcProbability = 0.1,
        LogitBias = new Dictionary<int, double> { [7] = 0.5 },
        IgnoreEndOfText = true,
        Stop = ["\u0001"],
    };

    private static readonly LlamaConfig Llama = new()
    {
        VocabularySize = Words.VocabularySize,
        ContextLength = 256,
        Width = 64,
        LayerCount = 2,
        HeadCount = 2,
        KeyValueHeadCount = 1,
        HeadWidth = 32,
        HiddenWidth = 64,
        InitialDeviation = 0.3,
    };

    private static readonly ExpertOptions Experts = new() { Count = 4, Chosen = 2, HiddenWidth = 64 };

    [Theory]
    [InlineData("llama", WeightFormat.F32, RowStorage.Single, 4)]
    [InlineData("llama", WeightFormat.F32, RowStorage.Half, 16)]
    [InlineData("llama", WeightFormat.F32, RowStorage.Rounded, 4)]
    [InlineData("llama", WeightFormat.Q8_0, RowStorage.Half, 4)]
    [InlineData("llama", WeightFormat.Q4_0, RowStorage.Rounded, 16)]
    [InlineData("windows", WeightFormat.F32, RowStorage.Half, 4)]
    [InlineData("mixtral", WeightFormat.F32, RowStorage.Half, 4)]
    [InlineData("mixtral", WeightFormat.Q8_0, RowStorage.Rounded, 16)]
    [InlineData("qwen2_moe", WeightFormat.Q8_0, RowStorage.Half, 4)]
    [InlineData("gpt_oss", WeightFormat.F32, RowStorage.Half, 4)]
    [InlineData("deepseek_v2", WeightFormat.F32, RowStorage.Half, 4)]
    [InlineData("gemma2", WeightFormat.F32, RowStorage.Half, 4)]
    [InlineData("gpt2", WeightFormat.F32, RowStorage.Single, 4)]
    [InlineData("t5", WeightFormat.F32, RowStorage.Half, 4)]
    [InlineData("recurrent", WeightFormat.F32, RowStorage.Single, 4)]
    public async Task ADecodingTurnAllocatesNothing(string family, WeightFormat format, RowStorage storage, int streams)
    {
        var model = Loaded(Network(family), format);
        await AssertNothingIsAllocated(model, storage, streams, _ => Options with { Constraint = new WholeCharacters() });
    }

    [Theory]
    [InlineData("root ::= line*\nline ::= [a-z ]{1,9} (\".\" | \",\") \" \"?")]
    [InlineData("root ::= item*\nitem ::= \"[\" ([0-9]+ | \"(\" [a-z]+ \")\") (\";\" [a-z0-9 ]{2,6})? \"]\"")]
    public async Task NorDoesAGrammar(string source)
    {
        // where a text stands in a grammar is worked out when it is first met
        var (grammar, vocabulary) = (Grammar.FromGbnf(source), TokenVocabulary.Of(Words));
        await AssertNothingIsAllocated(Network("llama"), RowStorage.Single, 4, _ => Options with { Temperature = 2, TopNSigma = 0, Constraint = GrammarConstraint.Create(grammar, vocabulary) }, 2_000);
    }

    private async Task AssertNothingIsAllocated(Model network, RowStorage storage, int streams, Func<int, GenerationOptions> optionsOf, int warmTurns = 200)
    {
        var model = new MeteredModel(network);
        var engine = StartAs(model, new EngineOptions { CacheStorage = storage });
        for (var round = 0; round < 12 + warmTurns / 100 && model.BytesOfTurns(streams).Count <= 2 * warmTurns; round++) // streams may end early
            await Task.WhenAll(Enumerable.Range(0, streams).Select(i => Drain(engine, optionsOf(i) with { Seed = 100 * round + i })));
        await Stop(engine);
        var bytes = model.BytesOfTurns(streams);
        Assert.True(bytes.Count > warmTurns + 100, $"only {bytes.Count} turns had all streams in them");
        // handing a piece to a reader that waits may make the runtime's thread pool start a thread or lengthen its queue, which is not the engine's doing
        var some = bytes.Index().Skip(warmTurns).Where(turn => turn.Item != 0).ToList();
        Assert.True(some.Count <= Math.Max(5, (bytes.Count - warmTurns) / 100), $"{some.Count} of {bytes.Count} turns: {string.Join(' ', some)}");
    }

    private static async Task Drain(InferenceEngine engine, GenerationOptions options)
    {
        await foreach (var _ in engine.GenerateAsync("the river number 7 ran past", options))
        {
        }
    }

    /// <summary>A small network on a backend of its own: in a pool that others share, memory may be missing at any time.</summary>
    private static Model Network(string family)
    {
        var backend = new CpuBackend();
        return family switch
        {
            "llama" => Created(Llama),
            "windows" => Created(Llama with { LayerCount = 3, Window = 30, WindowedLayers = LayerPattern.AllButEvery(2) }),
            "mixtral" => Created(Llama with { Experts = Experts }),
            "qwen2_moe" => Created(Llama with { QueryKeyValueBias = true, Experts = Experts with { Renormalised = false, SharedHiddenWidth = 64, SharedGate = true } }),
            "recurrent" => new RecurrentNetwork(new RecurrentConfig { VocabularySize = Words.VocabularySize, ContextLength = 256 }, backend),
            _ => Created(ModelFamilies.Named(family, "test").TinyConfigs[^1] with { VocabularySize = Words.VocabularySize, ContextLength = 256 }),
        };

        Model Created(ModelConfig config) => ModelFamilies.Named(config.Family, "test").Create(config, Rng.From(2), backend);
    }

    /// <summary>The network with its matrices in a format, as a file brings them.</summary>
    private static Model Loaded(Model model, WeightFormat format)
    {
        if (format == WeightFormat.F32)
            return model;
        var path = Path.GetTempFileName();
        try
        {
            using (var written = File.Create(path))
                GgufWriter.Write(GgufModel.ValuesOf(model.Config), GgufModel.TensorsOf(model, (_, _) => format), written);
            using var file = GgufFile.Open(path);
            return GgufModel.Load(file, new CpuBackend(), LoadOptions.ForUse with { Mapped = false });
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>
    /// Allows all but the stop text and tokens that are parts of characters: such a token's text is not the vocabulary's, but a string made for the caller, which does not
    /// count.
    /// </summary>
    private sealed class WholeCharacters : ITokenConstraint
    {
        private static readonly ulong[] Bits = MakeBits();

        public bool MayEnd => false;

        public void Allow(Span<ulong> mask)
        {
            mask.Clear();
            Bits.CopyTo(mask);
        }

        public void Accept(int token)
        {
        }

        public ITokenConstraint Fork() => this;

        private static ulong[] MakeBits()
        {
            var bits = new ulong[(Words.VocabularySize + 63) / 64];
            for (var id = 0; id < Words.VocabularySize; id++)
                if (Utf8.IsValid(Words.TokenBytes(id)) && Words.TokenBytes(id) is [> 1, ..] && id != Words.EndOfText)
                    bits[id / 64] |= 1UL << (id % 64);
            return bits;
        }
    }
}
