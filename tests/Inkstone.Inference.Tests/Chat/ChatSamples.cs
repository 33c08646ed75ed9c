using System.Text.Json;
using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tokenizers;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference.Tests;

/// <summary>Templates, vocabularies and a network for chats; what the network answers is scripted.</summary>
internal static class ChatSamples
{
    public const string Turns = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}{{ tools | tojson if tools }}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    /// <summary>No mark is a token.</summary>
    public static Tokenizer Spelled { get; } = Train([]);

    /// <summary>Every mark is a control token.</summary>
    public static Tokenizer Marked { get; } = Train(
        ["<think>", "</think>", "<tool_call>", "</tool_call>", "<|python_tag|>", "[TOOL_CALLS]", "[CALL_ID]", "[ARGS]", "<|eom_id|>"]);

    public static Llama Network { get; } = new(
        new LlamaConfig
        {
            VocabularySize = 400,
            ContextLength = 2_048,
            Width = 16,
            LayerCount = 1,
            HeadCount = 2,
            KeyValueHeadCount = 1,
            HeadWidth = 8,
            HiddenWidth = 16,
            InitialDeviation = 0.3,
        },
        Rng.From(5));

    public static AITool Weather { get; } = AIFunctionFactory.CreateDeclaration("weather", "tells it", Json("""{"type": "object", "properties": {"city": {"type": "string"}}}"""));

    public static AITool Clock { get; } = AIFunctionFactory.CreateDeclaration("clock", "", Json("""{"type": "object"}"""));

    /// <summary>A template that writes calls in a format.</summary>
    public static ChatTemplate Template(ToolCallFormat format = ToolCallFormat.None, bool opensReasoning = false) => ChatTemplate.Parse(
        Turns + (opensReasoning ? "{% if add_generation_prompt %}<think>\n{% endif %}" : "") + format switch
        {
            ToolCallFormat.Hermes => "{# <tool_call> #}",
            ToolCallFormat.Llama3 => "{# <|python_tag|> #}",
            ToolCallFormat.Mistral => "{# [TOOL_CALLS] #}",
            _ => "",
        });

    public static JsonElement Json(string text) => ChatTemplateInput.Json(text);

    /// <summary>The tokens of a text, its control tokens among them.</summary>
    public static int[] Tokens(Tokenizer tokenizer, string text) => tokenizer.Encode(text, Specials.All);

    /// <summary>Options under which the model answers a text and ends.</summary>
    public static ChatOptions Answering(Tokenizer tokenizer, string text) => new()
    {
        RawRepresentationFactory = _ => new GenerationOptions { MaxTokens = 1_000, Constraint = new Script(Tokens(tokenizer, text)) },
    };

    /// <summary>What a response says, in one line.</summary>
    public static string Show(IEnumerable<AIContent> contents)
    {
        var shown = new List<string>();
        foreach (var content in contents)
        {
            var (kind, text) = content switch
            {
                TextContent part => ("T", part.Text),
                TextReasoningContent part => ("R", part.Text),
                FunctionCallContent call => ("C", $"{call.Name}({JsonSerializer.Serialize(call.Arguments)})"),
                _ => ("", ""),
            };
            if (kind.Length == 0)
                continue;
            if (kind != "C" && shown.Count > 0 && shown[^1].StartsWith(kind + ":", StringComparison.Ordinal))
                shown[^1] += text;
            else
                shown.Add($"{kind}:{text}");
        }
        return string.Join('|', shown);
    }

    private static Tokenizer Train(string[] marks) => BpeTrainer.Train(
        ["the river ran past and the moon rose over it, the river ran on"],
        new BpeTrainerOptions { VocabularySize = 300, AllowSmaller = true, SpecialTokens = ["<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|end|>", .. marks] });

    /// <summary>Allows one sequence of tokens and nothing else.</summary>
    public sealed class Script(int[] tokens, int place = 0) : ITokenConstraint
    {
        private int _place = place;

        public bool MayEnd => _place == tokens.Length;

        public void Allow(Span<ulong> mask)
        {
            if (!MayEnd)
                mask[tokens[_place] / 64] |= 1UL << (tokens[_place] % 64);
        }

        public void Accept(int token) => Assert.Equal(tokens[_place++], token);

        public ITokenConstraint Fork() => new Script(tokens, _place);
    }
}
