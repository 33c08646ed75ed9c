using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Models.Tests;

/// <summary>Configurations with the members that published models have, and what of them is refused by name before any weight is read.</summary>
public sealed class PublishedConfigTests
{
    private const string Common = """
        "architectures": ["SomeForCausalLM"], "bos_token_id": 1, "eos_token_id": [2, 3], "initializer_range": 0.02, "torch_dtype": "bfloat16", "transformers_version": "4.46.0",
        "use_cache": true,
        """;

    private const string Usual = Common + """
        "hidden_size": 256, "intermediate_size": 512, "num_attention_heads": 8, "num_hidden_layers": 4, "vocab_size": 1000, "attention_dropout": 0.0,
        """;

    private const string Llama = Usual + """
        "model_type": "llama", "hidden_act": "silu", "max_position_embeddings": 2048, "num_key_value_heads": 8, "rms_norm_eps": 1e-5, "tie_word_embeddings": false
        """;

    private const string Llama31 = Usual + """
        "model_type": "llama", "attention_bias": false, "hidden_act": "silu", "max_position_embeddings": 131072, "mlp_bias": false, "num_key_value_heads": 8,
        "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "tie_word_embeddings": false, "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"}
        """;

    private const string SmolLm2 = Usual + """
        "model_type": "llama", "attention_bias": false, "hidden_act": "silu", "is_llama_config": true, "max_position_embeddings": 8192, "mlp_bias": false,
        "num_key_value_heads": 4, "pad_token_id": 2, "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_interleaved": false, "rope_scaling": null, "rope_theta": 100000,
        "tie_word_embeddings": true, "transformers.js_config": {"kv_cache_dtype": {"q4f16": "float16"}}
        """;

    private const string Mistral = Usual + """
        "model_type": "mistral", "hidden_act": "silu", "max_position_embeddings": 32768, "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
        "sliding_window": 4096, "tie_word_embeddings": false, "head_dim": 32
        """;

    private const string Qwen25 = Usual + """
        "model_type": "qwen2", "hidden_act": "silu", "max_position_embeddings": 32768, "max_window_layers": 28, "num_key_value_heads": 4, "rms_norm_eps": 1e-06,
        "rope_theta": 1000000.0, "sliding_window": 131072, "tie_word_embeddings": false, "use_mrope": false, "use_sliding_window": false
        """;

    private const string Qwen3 = Usual + """
        "model_type": "qwen3", "attention_bias": false, "head_dim": 64, "hidden_act": "silu", "max_position_embeddings": 40960, "max_window_layers": 36,
        "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 1000000, "sliding_window": null, "tie_word_embeddings": true,
        "use_sliding_window": false
        """;

    private const string SmolLm3 = Usual + """
        "model_type": "smollm3", "attention_bias": false, "hidden_act": "silu", "layer_types": ["full_attention", "full_attention", "full_attention", "full_attention"],
        "max_position_embeddings": 65536, "max_window_layers": 28, "mlp_bias": false, "no_rope_layer_interval": 4, "no_rope_layers": [1, 1, 1, 0], "num_key_value_heads": 4,
        "pretraining_tp": 2, "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 5000000.0, "sliding_window": null, "use_sliding_window": false
        """;

    private const string Phi3 = Usual + """
        "model_type": "phi3", "attention_bias": false, "auto_map": {"AutoConfig": "configuration_phi3.Phi3Config"}, "embd_pdrop": 0.0, "resid_pdrop": 0.0,
        "hidden_act": "silu", "max_position_embeddings": 4096, "num_key_value_heads": 8, "original_max_position_embeddings": 4096, "pad_token_id": 32000,
        "rms_norm_eps": 1e-05, "rope_scaling": null, "rope_theta": 10000.0, "sliding_window": 2047, "tie_word_embeddings": false
        """;

    private const string Phi4Mini = Usual + """
        "model_type": "phi3", "attention_bias": false, "embd_pdrop": 0.0, "full_attn_mod": 1, "hidden_act": "silu", "interpolate_factor": 1, "lm_head_bias": false,
        "max_position_embeddings": 131072, "mlp_bias": false, "num_key_value_heads": 4, "original_max_position_embeddings": 4096, "partial_rotary_factor": 0.75,
        "resid_pdrop": 0.0, "rms_norm_eps": 1e-05, "rope_scaling": {"long_factor": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], "short_factor": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        "type": "longrope"}, "rope_theta": 10000.0, "sliding_window": 262144, "tie_word_embeddings": true
        """;

    private const string Granite = Usual + """
        "model_type": "granite", "attention_bias": false, "attention_multiplier": 0.015625, "embedding_multiplier": 12.0, "hidden_act": "silu", "logits_scaling": 8.0,
        "max_position_embeddings": 131072, "mlp_bias": false, "num_key_value_heads": 8, "residual_multiplier": 0.22, "rms_norm_eps": 1e-05, "rope_scaling": null,
        "rope_theta": 5000000.0, "tie_word_embeddings": true
        """;

    private const string Gemma = Usual + """
        "model_type": "gemma", "attention_bias": false, "head_dim": 256, "hidden_act": "gelu", "hidden_activation": null, "max_position_embeddings": 8192,
        "num_key_value_heads": 1, "pad_token_id": 0, "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 10000.0
        """;

    private const string Gemma2 = Usual + """
        "model_type": "gemma2", "attention_bias": false, "attn_logit_softcapping": 50.0, "cache_implementation": "hybrid", "final_logit_softcapping": 30.0, "head_dim": 256,
        "hidden_act": "gelu_pytorch_tanh", "hidden_activation": "gelu_pytorch_tanh", "max_position_embeddings": 8192, "num_key_value_heads": 4,
        "query_pre_attn_scalar": 224, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "sliding_window": 4096, "sliding_window_size": 4096
        """;

    private const string Gemma3 = Usual + """
        "model_type": "gemma3_text", "attention_bias": false, "attn_logit_softcapping": null, "cache_implementation": "hybrid", "final_logit_softcapping": null,
        "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh", "max_position_embeddings": 32768, "num_key_value_heads": 1, "query_pre_attn_scalar": 256,
        "rms_norm_eps": 1e-06, "rope_local_base_freq": 10000, "rope_scaling": null, "rope_theta": 1000000, "sliding_window": 512, "sliding_window_pattern": 6
        """;

    private const string Pythia = Usual + """
        "model_type": "gpt_neox", "hidden_act": "gelu", "layer_norm_eps": 1e-05, "max_position_embeddings": 2048, "rotary_emb_base": 10000, "rotary_pct": 0.25,
        "tie_word_embeddings": false, "use_parallel_residual": true, "classifier_dropout": 0.1, "hidden_dropout": 0.0
        """;

    private const string GptJ = Common + """
        "model_type": "gptj", "activation_function": "gelu_new", "attn_pdrop": 0.0, "embd_pdrop": 0.0, "gradient_checkpointing": false, "layer_norm_epsilon": 1e-05,
        "n_embd": 256, "n_head": 4, "n_inner": null, "n_layer": 4, "n_positions": 2048, "resid_pdrop": 0.0, "rotary": true, "rotary_dim": 64, "scale_attn_weights": true,
        "summary_activation": null, "summary_first_dropout": 0.1, "summary_proj_to_labels": true, "summary_type": "cls_index", "summary_use_proj": true,
        "task_specific_params": {"text-generation": {"do_sample": true}}, "tie_word_embeddings": false, "tokenizer_class": "GPT2Tokenizer", "vocab_size": 1000
        """;

    private const string Falcon = Common + """
        "model_type": "falcon", "alibi": false, "apply_residual_connection_post_layernorm": false, "attention_dropout": 0.0, "auto_map": {"AutoConfig": "x.y"},
        "bias": false, "hidden_dropout": 0.0, "hidden_size": 256, "layer_norm_epsilon": 1e-05, "multi_query": true, "new_decoder_architecture": false,
        "num_attention_heads": 4, "num_hidden_layers": 4, "parallel_attn": true, "vocab_size": 1000
        """;

    private const string StableLm = Usual + """
        "model_type": "stablelm", "hidden_act": "silu", "hidden_dropout": 0.0, "layer_norm_eps": 1e-05, "max_position_embeddings": 4096, "num_key_value_heads": 8,
        "partial_rotary_factor": 0.25, "qk_layernorm": true, "rope_theta": 10000, "tie_word_embeddings": false, "use_parallel_residual": true, "use_qkv_bias": false
        """;

    private const string Olmo2 = Usual + """
        "model_type": "olmo2", "attention_bias": false, "hidden_act": "silu", "max_position_embeddings": 4096, "num_key_value_heads": 8, "pad_token_id": 1,
        "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 500000, "tie_word_embeddings": false
        """;

    public static TheoryData<string, string> Published => new()
    {
        { "llama", Llama }, { "llama", Llama31 }, { "llama", SmolLm2 }, { "mistral", Mistral }, { "qwen2", Qwen25 }, { "qwen3", Qwen3 }, { "phi3", Phi3 }, { "smollm3", SmolLm3 },
        { "phi3", Phi4Mini }, { "granite", Granite }, { "gemma", Gemma }, { "gemma2", Gemma2 }, { "gemma3_text", Gemma3 }, { "gpt_neox", Pythia }, { "gptj", GptJ },
        { "falcon", Falcon }, { "stablelm", StableLm }, { "olmo2", Olmo2 },
    };

    /// <summary>What is added to a configuration, and what the refusal must name.</summary>
    public static TheoryData<string, string, string> Refused => new()
    {
        { Llama, "\"quantization_config\": {\"quant_method\": \"gptq\", \"bits\": 4}", "gptq" },
        { Llama, "\"quantization_config\": {\"quant_method\": \"awq\"}", "awq" },
        { Mistral, "\"quantization_config\": {\"quant_method\": \"fp8\"}", "fp8" },
        { Gemma2, "\"quantization_config\": {\"quant_method\": \"bitsandbytes\", \"load_in_4bit\": true}", "bitsandbytes" },
        { Llama, "\"auto_map\": {\"AutoModel\": \"mine.Mine\"}", "auto_map" },
        { Llama, "\"sliding_window\": 512", "sliding_window" },
        { Llama, "\"rope_scaling\": {\"rope_type\": \"proportional\"}", "rope_type" },
        { Llama, "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0, \"beta\": 1}", "rope_scaling.beta" },
        { Llama, "\"rope_scaling\": {\"type\": \"linear\"}", "factor" },
        { Llama, "\"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1.0], \"long_factor\": [1.0]}", "ShortFactors" },
        { Llama, "\"rope_parameters\": {\"full_attention\": {\"rope_type\": \"default\"}}", "rope_parameters.full_attention" },
        { Llama, "\"layer_types\": [\"chunked_attention\", \"full_attention\", \"full_attention\", \"full_attention\"]", "layer_types" },
        { Llama, "\"num_local_experts\": 8", "num_local_experts" },
        { Llama, "\"hidden_activation\": \"silu\"", "hidden_activation" },
        { Qwen3, "\"num_experts\": 8", "num_experts" },
        { Gemma, "\"use_bidirectional_attention\": true", "use_bidirectional_attention" },
        { Gemma2, "\"layer_types\": [\"full_attention\"]", "layer_types" },
        { Pythia, "\"attention_bias\": false", "attention_bias" },
        { StableLm, "\"norm_eps\": 1e-5", "norm_eps" },
        { Olmo2, "\"clip_qkv\": 8", "clip_qkv" },
        { GptJ, "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0}", "rope_scaling" },
    };

    [Theory, MemberData(nameof(Published))]
    public void IsRead(string family, string members) => InFolder(members, folder => Assert.Equal(family, ModelFolder.ReadConfig(folder).Family));

    [Theory, MemberData(nameof(Refused))]
    public void IsRefusedByName(string members, string added, string named) => InFolder($"{members}, {added}", folder =>
    {
        // there is no file of weights: the refusal comes before
        var error = Assert.Throws<InkstoneFormatException>(() => ModelFolder.Load(folder));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("\"alibi\": false", "\"alibi\": true", "alibi")]
    [InlineData("\"parallel_attn\": true", "\"parallel_attn\": false", "parallel_attn")]
    public void FormsOfFalconThatDifferAreRefused(string known, string unknown, string named) =>
        InFolder(Falcon.Replace(known, unknown, StringComparison.Ordinal), folder =>
            Assert.Contains(named, Assert.Throws<InkstoneFormatException>(() => ModelFolder.Load(folder)).Message, StringComparison.Ordinal));

    [Fact]
    public void ValuesAreThoseOfTheFile()
    {
        InFolder(Phi4Mini, folder =>
        {
            var phi = (LlamaConfig)ModelFolder.ReadConfig(folder);
            Assert.Equal(24, phi.RotaryWidth);
            var scaling = Assert.IsType<LongRotaryScaling>(phi.RotaryScaling);
            Assert.Equal(4_096, scaling.OriginalContextLength);
            Assert.Equal(Math.Sqrt(1 + Math.Log(32) / Math.Log(4_096)), scaling.AttentionFactor, 1e-12);
        });
        InFolder(Gemma3, folder =>
        {
            var gemma = (GemmaConfig)ModelFolder.ReadConfig(folder);
            Assert.Equal(LayerPattern.AllButEvery(6), gemma.WindowedLayers);
            Assert.Equal((1e6, 10_000.0, 512, (double?)null), (gemma.RotaryTheta, gemma.LocalRotaryTheta!.Value, gemma.Window, gemma.QueryScalar));
        });
        InFolder(Qwen25, folder => Assert.Equal(0, ((LlamaConfig)ModelFolder.ReadConfig(folder)).Window));
        InFolder(SmolLm3, folder =>
        {
            var smol = (LlamaConfig)ModelFolder.ReadConfig(folder);
            Assert.Equal(LayerPattern.AllButEvery(4), smol.TurnedLayers);
            Assert.True(smol.TiedHead);
        });
        InFolder(Falcon, folder => Assert.Equal(1, ((FalconConfig)ModelFolder.ReadConfig(folder)).KeyValueHeadCount));
    }

    private static void InFolder(string members, Action<string> test)
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-config-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, ModelFolder.ConfigName), $"{{{members}}}", new UTF8Encoding(false));
            test(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
