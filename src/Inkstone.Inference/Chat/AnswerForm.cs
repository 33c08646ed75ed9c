namespace Inkstone.Inference;

/// <summary>What the answer to one request may hold, and what is wanted of it.</summary>
internal sealed record AnswerForm(ChatSyntax Syntax)
{
    /// <summary>The names of the tools that may be called; null where no calls are looked for.</summary>
    public IReadOnlyCollection<string>? Tools { get; init; }

    /// <summary>Whether the answer ends with its first call.</summary>
    public bool IsOneCall { get; init; }

    /// <summary>What becomes of reasoning.</summary>
    public ReasoningUse Reasoning { get; init; }

    /// <summary>Whether the prompt has opened the reasoning section already.</summary>
    public bool BeginsInReasoning { get; init; }

    /// <summary>A reader of a section of calls; null where none are looked for.</summary>
    public ToolCallReader? NewCallReader() => Tools is not { } tools ? null : Syntax.Format switch
    {
        ToolCallFormat.Hermes => new HermesCallReader(),
        ToolCallFormat.Llama3 => new Llama3CallReader(tools),
        ToolCallFormat.Mistral => new MistralCallReader(),
        _ => null,
    };

    /// <summary>A name for a call: nine letters and digits, which is what Mistral's templates take.</summary>
    public string NewCallId() => Guid.NewGuid().ToString("N")[..9];
}
