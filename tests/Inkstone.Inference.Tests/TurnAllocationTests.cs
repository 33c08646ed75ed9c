using System.Text.Unicode;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;

namespace Inkstone.Inference.Tests;

/// <summary>In the steady state an engine's turn allocates nothing managed: from one pass to the next, sampling, text and streams included.</summary>
public sealed class TurnAllocationTests : EngineTest
{
    private const int StreamCount = 4;
    private const int WarmTurns = 200;

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

    [Theory]
    [InlineData("llama")]
    [InlineData("gpt2")]
    [InlineData("recurrent")]
    public async Task ADecodingTurnAllocatesNothing(string family)
    {
        var network = Network(family);
        Silence(network);
        var model = new MeteredModel(network);
        var engine = Start(model);
        for (var round = 0; round < 12 && model.BytesOfTurns(StreamCount).Count <= 2 * WarmTurns; round++) // streams may end early
            await Task.WhenAll(Enumerable.Range(0, StreamCount).Select(i => Drain(engine, i)));
        await engine.DisposeAsync();
        var bytes = model.BytesOfTurns(StreamCount);
        Assert.True(bytes.Count > WarmTurns + 100, $"only {bytes.Count} turns had all streams in them");
        // handing a piece to a reader that waits may make the runtime's thread pool start a thread or lengthen its queue, which is not the engine's doing
        Assert.True(bytes.Skip(WarmTurns).Count(b => b != 0) <= 5, string.Join(' ', bytes));
    }

    private static async Task Drain(InferenceEngine engine, int seed)
    {
        await foreach (var _ in engine.GenerateAsync("the river number 7 ran past", Options with { Seed = seed }))
        {
        }
    }

    /// <summary>A small network on a backend of its own: in a pool that others share, memory may be missing at any time.</summary>
    private static Model Network(string family)
    {
        var backend = new CpuBackend();
        return family switch
        {
            "llama" => Samples.Llama(256, backend),
            "gpt2" => new Gpt2(
                new Gpt2Config { VocabularySize = Words.VocabularySize, ContextLength = 256, Width = 32, LayerCount = 2, HeadCount = 4, InitialDeviation = 0.3 },
                Rng.From(2), backend),
            _ => new RecurrentNetwork(new RecurrentConfig { VocabularySize = Words.VocabularySize, ContextLength = 256 }, backend),
        };
    }

    /// <summary>
    /// Takes the scores of tokens that are parts of characters to zero, below what the options draw from: such a token's text is not the vocabulary's, but a
    /// string made for the caller, which does not count.
    /// </summary>
    private static void Silence(Model model)
    {
        var table = ((DenseWeight)model.Head.Weight).Parameter;
        for (var id = 0; id < Words.VocabularySize; id++)
            if (!Utf8.IsValid(Words.TokenBytes(id)))
                InPlace.Fill(table.Value.Slice(0, id, 1), 0);
        table.Changed();
    }
}
