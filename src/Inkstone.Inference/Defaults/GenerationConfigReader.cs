using System.Globalization;
using System.Text.Json;
using Inkstone.Foundation.Formats;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>
/// Reads a <c>generation_config.json</c> as Hugging Face's library means it. Where <c>do_sample</c> is true, tokens are drawn as the file says and what it does not say changes nothing of the
/// model's own distribution; where it is false, the most probable token is taken and settings of drawing mean nothing; where it is missing, what the file says is taken and the
/// rest stays as the caller has it.
/// </summary>
internal sealed class GenerationConfigReader
{
    private const int MostBannedTokens = SamplingOptions.MostBiases;
    private const double Ban = -100;

    /// <summary>Of no meaning for what is generated: where the file came from, how a library computes and what it gives back, ids that the tokenizer says.</summary>
    private static readonly string[] Silent =
    [
        "_from_model_config", "transformers_version", "transformers.js_config", "use_cache", "cache_implementation", "cache_config", "return_legacy_cache", "disable_compile", "compile_config",
        "return_dict_in_generate", "output_attentions", "output_hidden_states", "output_scores", "output_logits", "pad_token_id", "bos_token_id", "decoder_start_token_id", "chat_format",
        "is_assistant", "num_assistant_tokens", "num_assistant_tokens_schedule", "assistant_confidence_threshold", "prompt_lookup_num_tokens", "max_matching_ngram_size",
        "assistant_early_exit", "assistant_lookbehind", "target_lookbehind", "prefill_chunk_size", "low_memory", "trust_remote_code", "_attn_implementation", "attn_implementation",
    ];

    /// <summary>What is not supported, with the value that asks for nothing.</summary>
    private static readonly (string Name, double Neutral)[] Unsupported =
    [
        ("num_beams", 1), ("num_beam_groups", 1), ("num_return_sequences", 1), ("penalty_alpha", 0), ("length_penalty", 1), ("no_repeat_ngram_size", 0), ("encoder_no_repeat_ngram_size", 0),
        ("encoder_repetition_penalty", 1), ("epsilon_cutoff", 0), ("eta_cutoff", 0), ("diversity_penalty", 0), ("guidance_scale", 1), ("min_length", 0), ("top_h", 1),
    ];

    private readonly JsonObjectReader _json;
    private readonly Tokenizer _tokenizer;
    private readonly DefaultsReader _found = new();

    private GenerationConfigReader(JsonObjectReader json, Tokenizer tokenizer) => (_json, _tokenizer) = (json, tokenizer);

    /// <summary>Reads a file.</summary>
    public static DefaultsReader Read(JsonObjectReader json, Tokenizer tokenizer)
    {
        var reader = new GenerationConfigReader(json, tokenizer);
        reader._found.EndTokens = ReadEndTokens(json, tokenizer);
        reader.ReadDrawing();
        reader.ReadLengths();
        reader.ReadTokens();
        reader.NameTheRest();
        return reader._found;
    }

    /// <summary>The member <c>eos_token_id</c>, one id or several; null where there is none. An id that the tokenizer lacks can be the network's all the same.</summary>
    public static IReadOnlyList<int>? ReadEndTokens(JsonObjectReader json, Tokenizer tokenizer)
    {
        if (json.Find("eos_token_id") is not { } ends)
            return null;
        var ids = ends.Kind == JsonValueKind.Array ? [.. ends.AsInt64s(-1, int.MaxValue, GenerationDefaults.MostEndTokens)] : new[] { ends.AsInt64(-1, int.MaxValue) };
        return [.. ids.Where(id => id >= 0 && id < tokenizer.VocabularySize).Select(id => (int)id).Distinct()];
    }

    private void ReadDrawing()
    {
        var draws = _json.Find("do_sample")?.AsBoolean();
        if (draws == true)
            _found.Apply("do_sample", "true", options => options with { Temperature = 1, TopK = 0, TopP = 1, MinP = 0, TypicalP = 1 });
        if (draws == false)
            _found.Apply("do_sample", "false", options => options with { Temperature = 0 });
        Number("temperature", 0, 100, draws, (options, value) => options with { Temperature = value });
        Number("top_k", -1, int.MaxValue, draws, (options, value) => options with { TopK = (int)Math.Max(0, value) });
        Number("top_p", 0, 1, draws, (options, value) => options with { TopP = Math.Max(value, double.Epsilon) });
        Number("min_p", 0, 1, draws, (options, value) => options with { MinP = value });
        Number("typical_p", 0, 1, draws, (options, value) => options with { TypicalP = Math.Max(value, double.Epsilon) });
        Number("repetition_penalty", 0.01, 100, true, (options, value) => options with { RepetitionPenalty = value });
    }

    private void ReadLengths()
    {
        Number("max_new_tokens", 1, int.MaxValue, true, (options, value) => options with { MaxTokens = (int)value });
        Number("min_new_tokens", 0, int.MaxValue, true, (options, value) => options with { MinTokens = (int)value });
        if (_json.Find("max_length") is { } length)
            _found.Leave("max_length", length.Show(), "it counts the prompt too; the context and --max-tokens bound an answer");
        if (_json.Find("stop_strings") is { } stops)
        {
            string[] texts = stops.Kind == JsonValueKind.Array ? [.. stops.Items().Select(item => item.AsString())] : [stops.AsString()];
            if (texts.Length > GenerationOptions.MostStops || texts.Any(text => text.Length is 0 or > GenerationOptions.LongestStop))
                throw stops.Error("stop texts are out of range", $"at most {GenerationOptions.MostStops} of 1 to {GenerationOptions.LongestStop} characters");
            _found.Apply("stop_strings", string.Join(", ", texts.Select(text => JsonSerializer.Serialize(text))), options => options with { Stop = texts });
        }
    }

    /// <summary>Tokens that are never drawn, or have a bias.</summary>
    private void ReadTokens()
    {
        var banned = new List<int>();
        if (_json.Find("suppress_tokens") is { } suppressed)
            banned.AddRange(suppressed.AsInt64s(-1, int.MaxValue, MostBannedTokens).Where(IsToken).Select(id => (int)id));
        if (banned.Count > 0)
            AddBiases("suppress_tokens", banned.Select(id => KeyValuePair.Create(id, Ban)));
        if (_json.Find("bad_words_ids") is { } words)
            ReadSequences("bad_words_ids", [.. words.Items().Take(MostBannedTokens + 1).Select(word => (word.AsInt64s(0, int.MaxValue, MostBannedTokens), Ban))]);
        if (_json.Find("sequence_bias") is not { } biases)
            return;
        if (biases.Kind != JsonValueKind.Array)
            _found.Leave("sequence_bias", biases.Show(), "only the form of a list is supported");
        else
            ReadSequences("sequence_bias", [.. biases.Items().Take(MostBannedTokens + 1).Select(pair =>
            {
                JsonValue[] parts = [.. pair.Items()];
                return parts.Length == 2 ? (parts[0].AsInt64s(0, int.MaxValue, MostBannedTokens), parts[1].AsDouble(-100, 100))
                    : throw pair.Error("not a sequence and its bias", "[[ids], bias]");
            })]);
    }

    /// <summary>Of sequences with a bias those of one token are applied.</summary>
    private void ReadSequences(string name, IReadOnlyList<(long[] Ids, double Bias)> sequences)
    {
        var single = sequences.Where(sequence => sequence.Ids is [var id] && IsToken(id)).ToList();
        if (single.Count > 0)
            AddBiases(name, single.Select(sequence => KeyValuePair.Create((int)sequence.Ids[0], sequence.Bias)));
        if (single.Count < sequences.Count)
            _found.Leave(name, Line($"{sequences.Count - single.Count} sequences"), "of tokens of this vocabulary only those of one token are supported");
    }

    private void AddBiases(string name, IEnumerable<KeyValuePair<int, double>> biases)
    {
        var added = biases.DistinctBy(bias => bias.Key).ToList();
        _found.Apply(name, Line($"{added.Count} tokens"), options =>
        {
            var all = new Dictionary<int, double>(options.LogitBias);
            foreach (var (token, bias) in added)
                all[token] = Math.Clamp(all.GetValueOrDefault(token) + bias, -100, 100);
            return options with { LogitBias = all };
        });
    }

    private void NameTheRest()
    {
        _json.Ignore(Silent);
        foreach (var (name, neutral) in Unsupported)
            if (_json.Find(name) is { } value && !(value.Kind == JsonValueKind.Number && value.AsDouble() == neutral))
                _found.Leave(name, value.Show(), name == "num_beams" ? "ask for it with --beams" : "not supported");
        foreach (var name in _json.UnusedKeys())
            if (_json.Find(name) is { } value && value.Kind != JsonValueKind.False && !(value.Kind is JsonValueKind.Array or JsonValueKind.Object && value.Count == 0))
                _found.Leave(Foundation.Errors.Excerpt.Of(name).Trim('\''), value.Show(), "not known");
    }

    private void Number(string name, double least, double most, bool? draws, Func<GenerationOptions, double, GenerationOptions> change)
    {
        if (_json.Find(name) is not { } found)
            return;
        var value = most == int.MaxValue ? found.AsInt64((long)least, (long)most) : found.AsDouble(least, most);
        if (draws == false)
            _found.Leave(name, found.Show(), "do_sample is false");
        else
            _found.Apply(name, value.ToString(CultureInfo.InvariantCulture), options => change(options, value));
    }

    private bool IsToken(long id) => id >= 0 && id < _tokenizer.VocabularySize;

    private static string Line(FormattableString text) => FormattableString.Invariant(text);
}
