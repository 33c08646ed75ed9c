using System.Buffers;
using System.Text;
using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Mutants of rank files: whatever is accepted gives every text back.</summary>
public sealed class RankFileMutationTests
{
    [Fact]
    public void EndInFormatErrorsOrWork()
    {
        var text = Encoding.UTF8.GetBytes("ink in the  stink é中文 🙂 77\n");
        byte[][] seeds = [Small(5), Small(0), Small(24)];
        byte[][] words = [.. MutationWords.Of("\n", " ", "aW5r 261\n", "aW5rc3Q= 262\n", "IA== 5\n", "999999999", "=", "-1", "0\n")];
        Mutations.Run(new ByteMutator(seeds, words).Mutate, bytes => Tokenizer.FromRanks(bytes, PreTokenizer.Gpt4), tokenizer =>
        {
            var decoded = new ArrayBufferWriter<byte>();
            tokenizer.DecodeBytes(tokenizer.Encode(text), decoded);
            Assert.Equal(text, decoded.WrittenSpan);
        }, accepts: 1000);
    }

    private static byte[] Small(int more) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 256 + more).Select(id => Convert.ToBase64String(Samples.Trained.TokenBytes(id)) + $" {id}\n")));
}
