using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Mutants of tokenizer_config.json and special_tokens_map.json, by themselves and beside the files of a tokenizer.</summary>
public sealed class ConfigurationMutationTests
{
    private static readonly byte[] Configuration = """
        {"add_bos_token":true,"add_eos_token":null,"added_tokens_decoder":{"261":{"content":"<s>","lstrip":false,"normalized":false,"rstrip":false,"single_word":false,"special":true},
        "262":{"content":"al","special":false}},
        "additional_special_tokens":["<a>",{"content":"<b>","special":true}],"bos_token":{"__type":"AddedToken","content":"<s>"},"eos_token":"</s>","pad_token":null,"do_lower_case":true,
        "model_max_length":1000000000000000019884624838656,"tokenizer_class":"LlamaTokenizer","chat_template":"{{ messages }}"}
        """u8.ToArray();

    private static readonly byte[] Qwen = """
        {"additional_special_tokens":["ab","the"],"bos_token":"Ġa","eos_token":"77","add_eos_token":true,"tokenizer_class":"Qwen2Tokenizer","chat_template":[{"name":"default","template":"{{ bos_token }}"}]}
        """u8.ToArray();

    private static readonly byte[] Map = """
        {"bos_token":{"content":"<s>","lstrip":false,"normalized":false,"rstrip":false,"single_word":false},"eos_token":"</s>","unk_token":"<unk>","additional_special_tokens":["<s>","</s>"]}
        """u8.ToArray();

    [Fact]
    public void ConfigurationsByThemselves() =>
        Mutations.Run(new JsonMutator([Configuration, Qwen], MutationWords.Json).Mutate, bytes => TokenizerConfig.FromJson(bytes), config => Assert.NotNull(config.Roles));

    [Fact]
    public void MapsOfSpecialTokens() =>
        Mutations.Run(new JsonMutator([Map], MutationWords.Json).Mutate,
            bytes => TokenizerConfig.Combine(TokenizerConfig.FromJson(Configuration), TokenizerConfig.FromJson(bytes, "special_tokens_map.json"), bytes)!, config => Assert.NotNull(config.SpecialRoles));

    [Fact]
    public void ConfigurationsBesideATokenizer()
    {
        var model = Samples.FixtureBytes("sentencepiece-unigram-user.model");
        (string Name, byte[] Bytes)[] files = [("vocab.json", VocabularyMutationTests.Small.Vocabulary), ("tokenizer.model", model), ("vocab.txt", "[UNK]\na\nb\n<s>\n"u8.ToArray())];
        var next = 0;
        Mutations.Run(new JsonMutator([Configuration, Qwen, Map], MutationWords.Json).Mutate, bytes =>
        {
            var config = TokenizerConfig.FromJson(bytes);
            var (name, file) = files[next++ % files.Length];
            var tokenizer = TokenizerFolder.Read(name, file, () => VocabularyMutationTests.Small.Merges, config);
            return TokenizerFolder.WithConfig(tokenizer, config, null);
        }, MutationWords.UseWithSpecials);
    }
}
