using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Small files whose stages would make a text, a row or a pattern grow out of all proportion: refused when they are read, or when a text grows so.</summary>
public sealed class ExplosionTests
{
    private const string Words = """{"type":"WordLevel","unk_token":"a","vocab":{"a":0,"b":1}}""";
    private const string Doubling = """{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""";

    [Theory]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[@]}""", Doubling, 40, "a")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[@]}""", """{"type":"Replace","pattern":{"Regex":"a|b"},"content":"ab"}""", 12, "a")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[@]}""", """{"type":"ByteLevel"}""", 40, "é")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[@]}""", """{"type":"Prepend","prepend":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", 10_000, "a")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[@]}""", """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":false}""", 40, "é")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[@]}""", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", 100, "a b")]
    public void TextsDoNotGrowWithoutBound(string name, string list, string stage, int times, string unit) => Watchdog.Guard(() =>
    {
        var tokenizer = Read(name, list.Replace("@", string.Join(',', Enumerable.Repeat(stage, times)), StringComparison.Ordinal));
        foreach (var length in (int[])[1, 1000, 100_000])
        {
            var text = string.Concat(Enumerable.Repeat(unit, length));
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var isDetailed in (bool[])[false, true])
            {
                try
                {
                    if (isDetailed)
                        tokenizer.EncodeDetailed(text);
                    else
                        tokenizer.Encode(text);
                }
                catch (InkstoneFormatException error)
                {
                    Assert.Contains("far longer", error.Message, StringComparison.Ordinal);
                }
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < (1 << 26) + 4096L * text.Length, $"{allocated} bytes for {text.Length} characters");
        }
    });

    [Theory]
    [InlineData("decoder", """{"type":"Sequence","decoders":[@]}""", Doubling, 40)]
    [InlineData("decoder", """{"type":"Sequence","decoders":[@]}""", """{"type":"Replace","pattern":{"Regex":"a"},"content":"aa"}""", 40)]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[@],"pair":[{"Sequence":{"id":"A","type_id":0} },{"Sequence":{"id":"B","type_id":0} }],"special_tokens":{} }""",
        """{"Sequence":{"id":"A","type_id":0} }""", 100)]
    [InlineData("padding", """{"strategy":{"Fixed":2000000000},"direction":"Right","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,"pad_token":"a"}""", "", 1)]
    [InlineData("padding", """{"strategy":"BatchLongest","direction":"Right","pad_to_multiple_of":2000000000,"pad_id":0,"pad_type_id":0,"pad_token":"a"}""", "", 1)]
    public void RefusedWhenRead(string name, string list, string part, int times) =>
        Assert.NotEmpty(Assert.Throws<InkstoneFormatException>(() => Read(name, list.Replace("@", string.Join(',', Enumerable.Repeat(part, times)), StringComparison.Ordinal))).Where!);

    [Fact]
    public void ATemplateDoesNotMultiplyItsTokens()
    {
        var (ids, tokens) = (string.Join(',', Enumerable.Repeat("0", 1000)), string.Join(',', Enumerable.Repeat("\"a\"", 1000)));
        var places = string.Join(',', Enumerable.Repeat("""{"SpecialToken":{"id":"a","type_id":0} }""", 1000));
        var template = $$"""{"type":"TemplateProcessing","single":[{{places}}],"pair":[],"special_tokens":{"a":{"id":"a","ids":[{{ids}}],"tokens":[{{tokens}}]} } }""";
        Assert.Throws<InkstoneFormatException>(() => Read("post_processor", template));
    }

    [Theory]
    [InlineData("((((a{1000}){1000}){1000}){1000})")]
    [InlineData("(?:a?){1000}a{1000}")]
    [InlineData("(?:\\p{L}|\\p{N}|\\w|\\W){1000}")]
    [InlineData("(?i:(?:[^a-z]{1,100}|[^A-Z]{1,100}){1,100})")]
    [InlineData("(?<!a)(?:(?<!b)(?:(?<!c)a{1,1000}){1,1000}){1,1000}")]
    [InlineData("((a*)*)*b|(a|aa)+$|(?:a+)+c")]
    public void PatternsTakeBoundedMemory(string source) => Watchdog.Guard(() =>
    {
        foreach (var dialect in Enum.GetValues<PatternDialect>())
        {
            TextPattern.Parse("\\p{L}\\p{N}\\w\\W", dialect); // what is made once
            var bytes = Encoding.UTF8.GetBytes(source);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var matches = TextPattern.Parse(source, dialect).Matches(Encoding.ASCII.GetBytes(new string('a', 100_000)));
                Mutations.CheckAllocated(before, bytes, source);
                while (matches.MoveNext())
                {
                    // Each is looked for.
                }
                Assert.InRange(matches.BytesRead, 0, 300L * 100_000);
            }
            catch (InkstoneFormatException)
            {
                Mutations.CheckAllocated(before, bytes, source);
            }
        }
    });

    private static Tokenizer Read(string name, string value) => Tokenizer.FromJson(Encoding.UTF8.GetBytes($$"""{"{{name}}":{{value}},"model":{{Words}}}"""));
}
