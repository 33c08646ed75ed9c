using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>Serves chats with an engine: a conversation is read, generated from, and its answer parted as it comes.</summary>
internal sealed class EngineChatClient : IChatClient
{
    private readonly InferenceEngine _engine;
    private readonly ChatClientOptions _options;
    private readonly ChatRequestReader _reader;
    private readonly ChatClientMetadata _metadata;

    public EngineChatClient(InferenceEngine engine, ChatClientOptions options)
    {
        (_engine, _options) = (engine, options);
        _metadata = new ChatClientMetadata("inkstone", null, options.ModelId ?? engine.Parts.Model.Config.Family);
        _reader = new ChatRequestReader(engine.Parts.Tokenizer, options, _metadata.DefaultModelId!);
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        cancellationToken.ThrowIfCancellationRequested();
        var request = _reader.Read(messages, options, this);
        var answer = request.Answer;
        var marks = request.Form.Syntax.TokenMarks;
        var (responseId, messageId) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"));
        var usage = new ChatUsage();
        var finish = ChatFinishReason.Stop;
        await foreach (var piece in _engine.GenerateAsync(request.Prompt, request.Generation, cancellationToken).ConfigureAwait(false))
        {
            var wasReasoning = answer.IsReasoning;
            answer.Append(piece.Text);
            if (piece.Finish is null or FinishReason.MaxTokens or FinishReason.ContextFull && marks.TryGetValue(piece.Token, out var mark))
                answer.AppendToken(mark);
            usage.Add(piece, wasReasoning || answer.IsReasoning);
            if (piece.Finish is FinishReason.MaxTokens or FinishReason.ContextFull)
                finish = ChatFinishReason.Length;
            if (piece.Finish is not null || answer.IsClosed)
                break;
            if (answer.Take() is { Count: > 0 } contents)
                yield return Update(contents);
        }
        answer.Finish();
        if (answer.CallCount > 0 && finish != ChatFinishReason.Length)
            finish = ChatFinishReason.ToolCalls;
        var last = Update([.. answer.Take(), new UsageContent(usage.ToDetails())]);
        last.FinishReason = finish;
        yield return last;

        ChatResponseUpdate Update(IList<AIContent> contents) => new(ChatRole.Assistant, contents)
        {
            ResponseId = responseId,
            MessageId = messageId,
            ModelId = _metadata.DefaultModelId,
            CreatedAt = _options.Clock.GetUtcNow(),
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        return new object[] { this, _metadata, _engine, _engine.Parts.Tokenizer }.FirstOrDefault(serviceType.IsInstanceOfType);
    }

    public void Dispose()
    {
        // the engine is its owner's
    }
}
