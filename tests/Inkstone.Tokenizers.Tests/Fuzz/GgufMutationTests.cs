using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Mutants of the tokenizer metadata of GGUF files of every kind.</summary>
public sealed class GgufMutationTests
{
    [Fact]
    public void EndInFormatErrorsOrWork()
    {
        byte[][] words =
        [
            .. MutationWords.Of("tokenizer.ggml.tokens", "tokenizer.ggml.add_bos_token", "<s>", "ab", "▁", "gpt2", "bert", "t5", "</s>", "llama"),
            [0, 0, 0, 0], [255, 255, 255, 255], [1, 0, 0, 0, 0, 0, 0, 0], [9, 0, 0, 0, 8, 0, 0, 0],
        ];
        Func<GgufDraft>[] seeds = [.. GgufSamples.Small.Values.Select(kind => (Func<GgufDraft>)(() => kind().Set("tokenizer.chat_template", "{{ x }}").Set("llama.context_length", 4096u)
            .Tokenizer("padding_token_id", 0u))), () => GgufSamples.Small["t5"]().Tokenizer("precompiled_charsmap", SmallCharacterMap.Sample).Tokenizer("remove_extra_whitespaces", true)];
        Mutations.Run(new GgufMutator(seeds, words).Mutate, bytes => Tokenizer.FromGguf(GgufDraft.Read(bytes)), tokenizer =>
        {
            foreach (var text in (string[])["ab a<b></s>  ab", "中 é\n", ""])
            {
                var ids = tokenizer.EncodeDetailed(text, null, new() { Specials = Specials.All, AddSpecial = true }).Ids;
                foreach (var id in ids)
                    Assert.InRange(id, 0, tokenizer.VocabularySize - 1);
                tokenizer.Decode([.. ids]);
            }
        });
    }
}
