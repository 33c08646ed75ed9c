using System.Text;
using System.Text.Json.Nodes;
using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Mutants of vocab.txt, of vocab.json with merges.txt, and of rank files.</summary>
public sealed class VocabularyMutationTests
{
    private static readonly byte[][] Lines = [.. MutationWords.Of("\n", "\r\n", " ", "\n\n", "a b\n", "#version", "\0", "\ufeff", "th e\n", "Ġ a\n"), [0xFF], [0xC3]];

    /// <summary>A vocabulary of every byte and a few tokens, and its merges.</summary>
    public static (byte[] Vocabulary, byte[] Merges) Small { get; } = (MakeSmall(), "#version: 0.2\na b\nt h\nth e\nĠ a\n7 7\n"u8.ToArray());

    [Fact]
    public void LinesOfTokens()
    {
        byte[][] seeds = [.. MutationWords.Of("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\nab\n##ab\nthe\n'\ns\n中\n文\ne\n##e\n7\n##7\r\n", "[UNK]\na\n##a\nA\n")];
        byte[][] words = [.. MutationWords.Of("\n", "\r\n", "[UNK]\n", "[UNK]", "##", "a\n", "\n\n", "\0", "\ufeff", "[SEP]"), [0xFF], [0xC3]];
        Mutations.Run(new ByteMutator(seeds, words).Mutate, bytes => Tokenizer.FromVocabulary(bytes), MutationWords.Use);
    }

    [Fact]
    public void Merges() =>
        Mutations.Run(new ByteMutator([Small.Merges], Lines).Mutate, bytes => Tokenizer.FromMerges(Small.Vocabulary, bytes, PreTokenizer.Gpt2), MutationWords.Use);

    // Hardly any change leaves a token for each byte.
    [Fact]
    public void ObjectsOfTokens() =>
        Mutations.Run(new JsonMutator([Small.Vocabulary], MutationWords.Json).Mutate, bytes => Tokenizer.FromMerges(bytes, Small.Merges, PreTokenizer.Gpt2), MutationWords.Use, accepts: 1000);

    private static byte[] MakeSmall()
    {
        var tokens = Enumerable.Range(0, 256).Select(value => ByteLevel.ToCharacter((byte)value).ToString()).Concat(["ab", "th", "the", "Ġa", "77"]);
        var vocabulary = new JsonObject();
        foreach (var token in tokens)
            vocabulary[token] = vocabulary.Count;
        return Encoding.UTF8.GetBytes(vocabulary.ToJsonString());
    }
}
