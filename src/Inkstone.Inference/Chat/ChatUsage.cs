using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>Counts the tokens of a chat response. The token that ends an answer is counted; a token inside or beside the marks of reasoning is one of reasoning.</summary>
internal sealed class ChatUsage
{
    private PromptReport? _prompt;
    private long _output;
    private long _reasoning;
    private long _dropped;

    public void Add(in GeneratedPiece piece, bool isReasoning)
    {
        _prompt ??= piece.Prompt;
        _dropped += piece.DroppedCount;
        if (piece.Token < 0)
            return;
        _output++;
        if (isReasoning)
            _reasoning++;
    }

    /// <summary>The counts; tokens that a full context has dropped are told beside the others.</summary>
    public UsageDetails ToDetails()
    {
        var dropped = _dropped + (_prompt?.DroppedCount ?? 0);
        return new UsageDetails
        {
            InputTokenCount = _prompt?.TokenCount ?? 0,
            CachedInputTokenCount = _prompt?.CachedCount ?? 0,
            OutputTokenCount = _output,
            ReasoningTokenCount = _reasoning,
            TotalTokenCount = (_prompt?.TokenCount ?? 0) + _output,
            AdditionalCounts = dropped > 0 ? new() { ["DroppedTokenCount"] = dropped } : null,
        };
    }
}
