using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;

namespace Inkstone.Training.Tests;

public sealed class PackTests
{
    private static readonly string[] Texts =
        ["the cat sat on the mat", "", "the dog sat on the log 😀", "a cat and a dog", .. Enumerable.Range(0, 50).Select(i => $"sentence {i} of the text")];

    private static readonly Tokenizer Tokenizer =
        BpeTrainer.Train(Texts, new BpeTrainerOptions { VocabularySize = 300, AllowSmaller = true });

    [Fact]
    public void Documents_are_begin_text_end_in_the_order_given()
    {
        var data = TokenDataset.Pack(Texts, Tokenizer, 64);
        var texts = Texts.Where(text => text.Length > 0).ToList();
        Assert.Equal(texts.Count, data.DocumentCount);
        for (var d = 0; d < texts.Count; d++)
        {
            var end = d + 1 < texts.Count ? data.DocumentStarts[d + 1] : data.TokenCount;
            var tokens = data.Tokens[data.DocumentStarts[d]..end].ToArray();
            Assert.Equal(Tokenizer.BeginOfText, tokens[0]);
            Assert.Equal(Tokenizer.EndOfText, tokens[^1]);
            Assert.Equal(texts[d], Tokenizer.Decode(tokens.AsSpan(1..^1)));
        }
    }

    [Fact]
    public void Bytes_are_the_text_s_alone()
    {
        var data = TokenDataset.Pack(Texts, Tokenizer, 8);
        Assert.Equal(Texts.Sum(Encoding.UTF8.GetByteCount), data.TextBytes);
        Assert.Equal(data.TextBytes, data.InOrder(7).Sum(data.TextBytesOf));
        var trainer = new Trainer(Samples.Gpt(config: Samples.TinyGpt with { VocabularySize = Tokenizer.VocabularySize }), data, new NextToken(),
            new TrainingOptions { Steps = 1, BatchRows = 32 });
        var step = trainer.Run().Single();
        Assert.Equal(data.TextBytesOf(data.Batch(0, 32, Foundation.Randomness.Rng.From(0).Split("order"))), step.TextBytes);
        Assert.Equal(step.Loss * 32 / Math.Log(2) / step.TextBytes, step.BitsPerByte!.Value, 1e-9);
    }

    [Fact]
    public void No_text_is_an_error() =>
        Assert.Throws<InkstoneRequestException>(() => TokenDataset.Pack(["", ""], Tokenizer, 8));
}
