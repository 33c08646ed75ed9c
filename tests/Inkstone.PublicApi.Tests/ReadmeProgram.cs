using Inkstone.Corpus;
using Inkstone.Foundation.Randomness;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tokenizers;
using Inkstone.Training;

namespace Inkstone.PublicApi.Tests;

/// <summary>The README's program, compiled here and run with a smaller text and fewer steps.</summary>
internal static class ReadmeProgram
{
    public static async Task RunAsync(string path, int steps)
    {
        // <program>
        var documents = TextSource.Read(path);                                           // streamed afresh at each enumeration
        var tokenizer = BpeTrainer.Train(documents.Select(d => d.Text), new() { VocabularySize = 8_192, AllowSmaller = true });
        var model = new Llama(LlamaConfig.Tiny with { VocabularySize = tokenizer.VocabularySize }, Rng.From(seed: 42));
        var data = TokenDataset.Pack(documents.Select(d => d.Text), tokenizer, contextLength: 256);
        var trainer = new Trainer(model, data, new NextToken(), new TrainingOptions { Steps = steps, LearningRate = 3e-4 });
        foreach (TrainingStep step in trainer.Run())               // the loop belongs to the caller: print, evaluate, stop
            if (step.Number % 100 == 0) Console.WriteLine(step);
        await using var engine = new InferenceEngine(model, tokenizer);
        await foreach (var piece in engine.GenerateAsync("bright moonlight", new() { MaxTokens = 64, Temperature = 0.8 }))
            Console.Write(piece.Text);
        // </program>
    }
}
