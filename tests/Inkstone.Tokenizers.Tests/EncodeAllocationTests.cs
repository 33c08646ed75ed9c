using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// Encoding into a buffer that is there allocates nothing, whatever the kind, once its memory has grown to the text. (The cache of
/// pieces grows twice at most, when pieces have pushed each other out often enough: hence the long warm-up.)
/// </summary>
public sealed class EncodeAllocationTests
{
    public static TheoryData<TokenizerKind> Kinds => [.. Enum.GetValues<TokenizerKind>()];

    [Theory, MemberData(nameof(Kinds))]
    public void EncodingIntoABufferAllocatesNothing(TokenizerKind kind)
    {
        var tokenizer = TokenizerTrainer.Train(Samples.VariedLines, new() { Kind = kind, VocabularySize = 700, MinimumFrequency = 1, AllowSmaller = true }).Tokenizer;
        var utf8 = Encoding.UTF8.GetBytes(Samples.Fixture("varied.txt"));
        var ids = new ArrayBufferWriter<int>(utf8.Length);
        for (var i = 0; i < 1000; i++)
        {
            ids.ResetWrittenCount();
            tokenizer.Encode(utf8, ids);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
        {
            ids.ResetWrittenCount();
            tokenizer.Encode(utf8, ids);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
