using System.Text;
using Inkstone.Foundation.Formats;
using Inkstone.TestKit;

namespace Inkstone.Inference.Tests;

/// <summary>Mutants of generation_config.json: what is accepted gives options that a request may have.</summary>
public sealed class GenerationConfigMutationTests
{
    private static readonly byte[] Seed = """
        {"_from_model_config": true, "bad_words_ids": [[3], [4, 5]], "bos_token_id": 1, "do_sample": true, "eos_token_id": [7, 9], "max_new_tokens": 512, "min_new_tokens": 2, "min_p": 0.05,
        "num_beams": 1, "pad_token_id": 0, "repetition_penalty": 1.05, "sequence_bias": [[[3], -2.0], [[4, 5], 1.5]], "stop_strings": ["###", "END"], "suppress_tokens": [3, 4],
        "temperature": 0.6, "top_k": 20, "top_p": 0.9, "transformers_version": "4.51.0", "typical_p": 0.8, "unheard_of": {"a": [1]}}
        """u8.ToArray();

    private static readonly byte[][] Words =
        [.. ((string[])["0", "-1", "1e-320", "1e308", "2147483648", "true", "false", "null", "[", "]", "{", "}", ",", ":", "\"", "[3]", "\"\""]).Select(Encoding.UTF8.GetBytes)];

    [Fact]
    public void EndInFormatErrorsOrOptions()
    {
        var tokenizer = Samples.Words;
        Mutations.Run(new JsonMutator([Seed], Words).Mutate, bytes => GenerationConfigReader.Read(BoundedJson.Parse(bytes, GenerationDefaults.FileName).AsObject(), tokenizer),
            read => (read.Change?.Invoke(new()) ?? new()).Validate());
    }
}
