using System.Text;
using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Mutants of word dictionaries and of models of unknown words.</summary>
public sealed class SegmentationMutationTests
{
    private static readonly byte[] Lines = Encoding.UTF8.GetBytes("天 9 n\n天气 30 n\n气 4\n气真 1 x\n真 20 d\n好 50 a\n真好 16\n今天 40 t\nC++ 3 nz\n");
    private static readonly byte[][] Words = [.. MutationWords.Of(" ", "\n", "99999999999999999999", "天", "[1,2", "{\"\":[]}", "-1", "1099511627776"), [0xFF]];

    [Fact]
    public void Dictionaries() =>
        Mutations.Run(new ByteMutator([Lines], Words).Mutate, bytes => WordDictionary.Read(bytes), read =>
        {
            var text = "今天C++天气真好v1.5%";
            Assert.Equal(text, string.Concat(new ChineseSegmenter(read).Cut(text)));
        });

    [Fact]
    public void ModelsOfUnknownWords()
    {
        var dictionary = WordDictionary.Read(Lines);
        var model = UnknownWordModel.Train(dictionary, [["今天", "天", "真"], ["好", "气真"]]).Write();
        Mutations.Run(new JsonMutator([model], Words).Mutate, bytes => UnknownWordModel.Read(bytes), read =>
        {
            var text = "今天天气真好好气";
            Assert.Equal(text, string.Concat(new ChineseSegmenter(dictionary, read).Cut(text)));
        });
    }
}
