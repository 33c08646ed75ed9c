using System.Text.Json;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tokenizers;

namespace Inkstone.Cli.Tests;

/// <summary>A T5 folder in the tool: the prompt is what the encoder reads, and only the answer is written.</summary>
public sealed class EncoderDecoderTests
{
    [Fact]
    public void GenerateWritesWhatTheDecoderAnswers()
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-t5-").FullName;
        try
        {
            var tokenizer = BpeTrainer.Train(["the river ran past the moon"], new BpeTrainerOptions { VocabularySize = 280, AllowSmaller = true });
            var config = new T5Config
            {
                VocabularySize = tokenizer.VocabularySize,
                ContextLength = 64,
                Width = 32,
                EncoderLayerCount = 1,
                DecoderLayerCount = 1,
                HeadCount = 2,
                HeadWidth = 16,
                HiddenWidth = 32,
                InitialDeviation = 0.3,
            };
            ModelFolder.Save(new T5(config, Rng.From(1)), folder);
            File.WriteAllBytes(Path.Combine(folder, "tokenizer.json"), tokenizer.ToJson());
            var (exit, output, error) = Tool.Run("generate", folder, "-p", "the river", "-p", "the moon", "--max-tokens", "7", "--json");
            Assert.True(exit == 0, error);
            var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
            Assert.Equal(["the river", "the moon"], answers.Select(answer => answer.GetProperty("prompt").GetString()));
            Assert.All(answers, answer => Assert.InRange(answer.GetProperty("tokens").GetInt32(), 1, 7));
            var (plainExit, plain, _) = Tool.Run("generate", folder, "-p", "the river", "--max-tokens", "7");
            Assert.Equal((0, answers[0].GetProperty("text").GetString()), (plainExit, plain.TrimEnd('\r', '\n')));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
