using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>How an engine serves chats.</summary>
public sealed record ChatClientOptions
{
    /// <summary>What the model is called; null means its family.</summary>
    public string? ModelId { get; init; }

    /// <summary>The template of every chat; null means the tokenizer's: <c>tool_use</c> for requests with tools, if it has one of that name, else <c>default</c>.</summary>
    public ChatTemplate? Template { get; init; }

    /// <summary>What rendering a template may cost; null for the defaults.</summary>
    public ChatTemplateLimits? TemplateLimits { get; init; }

    /// <summary>Free variables of the template by name, such as <c>enable_thinking</c>. A request's own (<c>chat_template_kwargs</c>) hide them.</summary>
    public IReadOnlyDictionary<string, JsonElement> TemplateVariables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>How the model writes tool calls.</summary>
    public ToolCallFormat ToolCallFormat { get; init; }

    /// <summary>What becomes of reasoning, where a request does not say it.</summary>
    public ReasoningUse Reasoning { get; init; }

    /// <summary>What a request gets that asks for nothing else. By default an answer may fill the model's context.</summary>
    public GenerationOptions Generation { get; init; } = new() { MaxTokens = int.MaxValue };

    /// <summary>The clock of responses and of templates that ask for the date.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Makes the constraint of a JSON format, one for each answer.</summary>
    internal Func<ChatResponseFormatJson, Tokenizer, ITokenConstraint> JsonConstraint { get; init; } = JsonFormats.Constrain;

    /// <summary>Throws when a value is not possible, naming it.</summary>
    public void Validate()
    {
        Check(Generation, nameof(Generation));
        if (Generation.Constraint is not null)
            throw new InkstoneRequestException("a constraint belongs to one answer", $"{nameof(Generation)}.{nameof(Generation.Constraint)}",
                fix: "Give it with ChatOptions.RawRepresentationFactory.");
    }

    /// <summary>Refuses what a chat response has no place for.</summary>
    internal static void Check(GenerationOptions options, string where)
    {
        options.Validate();
        if (options.AnswerCount != 1 || options.Echo || options.PromptLogProbabilities is not null)
            throw new InkstoneRequestException("a chat response is one answer and nothing of the prompt", where, "AnswerCount 1, Echo false, PromptLogProbabilities null");
    }
}
