using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference.Tests;

public sealed class EngineChatClientTests : EngineTest
{
    private const string Call = "I look.\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}\n</tool_call>";

    private static readonly ChatMessage[] Question = [new(ChatRole.User, "Where does the river run?")];

    [Fact]
    public async Task TheResponseSaysWhatThereIsToSay()
    {
        var engine = Start(ChatSamples.Network, tokenizer: ChatSamples.Spelled);
        using var client = engine.AsChatClient(new() { Template = ChatSamples.Template(), ModelId = "ink" });
        var response = await client.GetResponseAsync(Question, ChatSamples.Answering(ChatSamples.Spelled, "It ran past."));
        Assert.Equal("It ran past.", response.Text);
        var message = Assert.Single(response.Messages);
        Assert.Equal(ChatRole.Assistant, message.Role);
        Assert.NotNull(message.MessageId);
        Assert.NotNull(response.ResponseId);
        Assert.NotNull(response.CreatedAt);
        Assert.Null(response.ConversationId);
        Assert.Equal("ink", response.ModelId);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        var prompt = ChatSamples.Tokens(ChatSamples.Spelled, "<|user|>Where does the river run?<|end|><|assistant|>").Length;
        var output = ChatSamples.Tokens(ChatSamples.Spelled, "It ran past.").Length + 1; // the token that ends it too
        Assert.Equal((prompt, 0, output, 0, prompt + output), Counts(response));
        Assert.Null(response.Usage!.AdditionalCounts);
        var longer = Question.Concat([new(ChatRole.User, new string('x', 200))]).ToArray();
        await client.GetResponseAsync(longer, ChatSamples.Answering(ChatSamples.Spelled, "a"));
        var again = await client.GetResponseAsync(longer, ChatSamples.Answering(ChatSamples.Spelled, "a"));
        Assert.True(again.Usage!.CachedInputTokenCount >= 64, $"{again.Usage.CachedInputTokenCount}");
    }

    [Theory]
    [InlineData(ToolCallFormat.Hermes, false, Call)]
    [InlineData(ToolCallFormat.Hermes, true, Call)]
    [InlineData(ToolCallFormat.Llama3, false, "<think>\nso </think>\n{\"name\": \"weather\", \"parameters\": {\"city\": \"Rome\"}}")]
    [InlineData(ToolCallFormat.Llama3, true, "<|python_tag|>{\"name\": \"weather\", \"parameters\": {\"city\": \"Rome\"}}")]
    [InlineData(ToolCallFormat.Mistral, true, "[TOOL_CALLS] [{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}]")]
    [InlineData(ToolCallFormat.Mistral, true, "é[TOOL_CALLS]weather[ARGS]{\"city\": \"Rome\"}")]
    public async Task StreamedAndWholeAreTheSame(ToolCallFormat format, bool isMarked, string written)
    {
        var tokenizer = isMarked ? ChatSamples.Marked : ChatSamples.Spelled;
        var engine = Start(ChatSamples.Network, tokenizer: tokenizer);
        using var client = engine.AsChatClient(new() { Template = ChatSamples.Template(format) });
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in client.GetStreamingResponseAsync(Question, Options()))
            updates.Add(update);
        var whole = await client.GetResponseAsync(Question, Options());
        Assert.Equal(ChatSamples.Show(whole.Messages.SelectMany(m => m.Contents)), ChatSamples.Show(updates.SelectMany(u => u.Contents)));
        var call = Assert.Single(whole.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>());
        Assert.Equal(("weather", "Rome"), (call.Name, call.Arguments!["city"]!.ToString()));
        Assert.Equal(9, call.CallId.Length);
        Assert.Equal(ChatFinishReason.ToolCalls, whole.FinishReason);
        Assert.Equal(ChatFinishReason.ToolCalls, updates[^1].FinishReason);
        Assert.All(updates, update => Assert.Equal((updates[0].ResponseId, updates[0].MessageId, ChatRole.Assistant), (update.ResponseId, update.MessageId, update.Role)));
        Assert.All(updates.SkipLast(1), update => Assert.Null(update.FinishReason));

        ChatOptions Options()
        {
            var options = ChatSamples.Answering(tokenizer, written);
            options.Tools = [ChatSamples.Weather];
            return options;
        }
    }

    [Fact]
    public async Task ReasoningComesApartAndIsCounted()
    {
        var engine = Start(ChatSamples.Network, tokenizer: ChatSamples.Marked);
        using var client = engine.AsChatClient(new() { Template = ChatSamples.Template(opensReasoning: true) });
        var response = await client.GetResponseAsync(Question, ChatSamples.Answering(ChatSamples.Marked, "so</think>\n\nYes"));
        Assert.Equal("R:so|T:Yes", ChatSamples.Show(response.Messages[0].Contents));
        Assert.Equal(ChatSamples.Tokens(ChatSamples.Marked, "so</think>").Length, response.Usage!.ReasoningTokenCount);
    }

    [Fact]
    public async Task StopTextsAndTheLimitEndAnAnswer()
    {
        var engine = Start(ChatSamples.Network, tokenizer: ChatSamples.Marked);
        using var client = engine.AsChatClient(new() { Template = ChatSamples.Template(ToolCallFormat.Hermes) });
        var options = ChatSamples.Answering(ChatSamples.Marked, "one two three");
        options.StopSequences = [" tw"];
        var stopped = await client.GetResponseAsync(Question, options);
        Assert.Equal(("one", ChatFinishReason.Stop), (stopped.Text, stopped.FinishReason));
        options = ChatSamples.Answering(ChatSamples.Marked, Call);
        (options.Tools, options.StopSequences) = ([ChatSamples.Weather], ["look.\n{"]); // no stop text reaches over a mark
        Assert.Equal(ChatFinishReason.ToolCalls, (await client.GetResponseAsync(Question, options)).FinishReason);
        options = ChatSamples.Answering(ChatSamples.Marked, Call);
        (options.Tools, options.MaxOutputTokens) = ([ChatSamples.Weather], ChatSamples.Tokens(ChatSamples.Marked, Call).Length - 3);
        var cut = await client.GetResponseAsync(Question, options);
        Assert.Equal(ChatFinishReason.Length, cut.FinishReason);
        Assert.StartsWith("I look.\n<tool_call>\n{\"name\": \"weather\"", cut.Text, StringComparison.Ordinal);
        Assert.Equal(options.MaxOutputTokens, cut.Usage!.OutputTokenCount);
    }

    [Fact]
    public async Task AFullContextEndsAnAnswerAndDroppedTokensAreTold()
    {
        var network = Samples.Llama(64);
        var engine = Start(network, tokenizer: Samples.Words);
        using var client = engine.AsChatClient(new() { Template = ChatTemplate.Parse("{{ messages[0].content }}"), Generation = new() { IgnoreEndOfText = true, MaxTokens = 100 } });
        var full = await client.GetResponseAsync(Question);
        Assert.Equal(ChatFinishReason.Length, full.FinishReason);
        using var shifting = engine.AsChatClient(new() { Template = ChatTemplate.Parse("{{ messages[0].content }}"), Generation = new() { IgnoreEndOfText = true, MaxTokens = 100, Overflow = ContextOverflow.Shift } });
        var shifted = await shifting.GetResponseAsync(Question);
        Assert.Equal(100, shifted.Usage!.OutputTokenCount);
        Assert.True(shifted.Usage.AdditionalCounts!["DroppedTokenCount"] > 0);
    }

    [Fact]
    public async Task OneCallEndsTheAnswerWhereOnlyOneIsWanted()
    {
        var engine = Start(ChatSamples.Network, tokenizer: ChatSamples.Spelled);
        using var client = engine.AsChatClient(new() { Template = ChatSamples.Template(ToolCallFormat.Hermes) });
        var options = ChatSamples.Answering(ChatSamples.Spelled, Call + Call);
        options.Tools = [ChatSamples.Weather];
        Assert.Equal(2, (await client.GetResponseAsync(Question, options)).Messages[0].Contents.OfType<FunctionCallContent>().Count());
        options = ChatSamples.Answering(ChatSamples.Spelled, Call + Call);
        (options.Tools, options.AllowMultipleToolCalls) = ([ChatSamples.Weather], false);
        var one = await client.GetResponseAsync(Question, options);
        Assert.Single(one.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.Equal(ChatSamples.Tokens(ChatSamples.Spelled, Call).Length, one.Usage!.OutputTokenCount);
        await AllBlocksAreFree(engine);
    }

    [Theory]
    [InlineData(ToolCallFormat.Hermes, "", "weather\", \"arguments\": {\"city\": \"Rome\"}}</tool_call>")]
    [InlineData(ToolCallFormat.Hermes, "weather", " {\"city\": \"Rome\"}}</tool_call>")]
    [InlineData(ToolCallFormat.Llama3, "", "weather\", \"parameters\": {\"city\": \"Rome\"}}")]
    [InlineData(ToolCallFormat.Llama3, "weather", " {\"city\": \"Rome\"}}")]
    [InlineData(ToolCallFormat.Mistral, "", "weather\", \"arguments\": {\"city\": \"Rome\"}}]")]
    [InlineData(ToolCallFormat.Mistral, "weather", " {\"city\": \"Rome\"}}]")]
    public async Task ARequiredCallIsBegunForTheModel(ToolCallFormat format, string name, string written)
    {
        foreach (var tokenizer in (Tokenizer[])[ChatSamples.Spelled, ChatSamples.Marked])
        {
            var engine = Start(ChatSamples.Network, tokenizer: tokenizer);
            using var client = engine.AsChatClient(new() { Template = ChatSamples.Template(format) });
            var options = ChatSamples.Answering(tokenizer, written);
            (options.Tools, options.ToolMode) = ([ChatSamples.Weather, ChatSamples.Clock], name.Length > 0 ? ChatToolMode.RequireSpecific(name) : ChatToolMode.RequireAny);
            var response = await client.GetResponseAsync(Question, options);
            Assert.Equal("C:weather({\"city\":\"Rome\"})", ChatSamples.Show(response.Messages[0].Contents));
        }
    }

    [Fact]
    public async Task CancellingFreesTheBlocks()
    {
        var engine = Start(ChatSamples.Network, tokenizer: ChatSamples.Spelled);
        using var client = engine.AsChatClient(new() { Template = ChatSamples.Template(), Generation = new() { MaxTokens = int.MaxValue, IgnoreEndOfText = true } });
        using var source = new CancellationTokenSource();
        var count = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.GetStreamingResponseAsync(Question, null, source.Token))
                if (++count == 3)
                    await source.CancelAsync();
        });
        await AllBlocksAreFree(engine);
        await foreach (var _ in client.GetStreamingResponseAsync(Question))
            break; // a reader that walks away
        await AllBlocksAreFree(engine);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetResponseAsync(Question, null, new CancellationToken(true)));
    }

    [Fact]
    public async Task AFormatIsHeldToByItsConstraintAndOnlyAfterReasoning()
    {
        var script = ChatSamples.Tokens(ChatSamples.Marked, "{\"a\": 1}");
        ChatResponseFormatJson? asked = null;
        var options = new ChatClientOptions
        {
            Template = ChatSamples.Template(),
            JsonConstraint = (format, _) =>
            {
                asked = format;
                return new ChatSamples.Script(script);
            },
        };
        var engine = Start(ChatSamples.Network, tokenizer: ChatSamples.Marked);
        using var client = engine.AsChatClient(options);
        var format = ChatResponseFormat.ForJsonSchema(ChatSamples.Json("{}"), "name");
        Assert.Equal("{\"a\": 1}", (await client.GetResponseAsync(Question, new() { ResponseFormat = format })).Text);
        Assert.Same(format, asked);
        using var reasoning = engine.AsChatClient(options with { Template = ChatSamples.Template(opensReasoning: true) });
        var close = ChatSamples.Marked.TokenToId("</think>")!.Value;
        var hurried = new ChatOptions { ResponseFormat = ChatResponseFormat.Json, AdditionalProperties = new() { ["logit_bias"] = new Dictionary<string, double> { [$"{close}"] = 8 } } };
        var response = await reasoning.GetResponseAsync(Question, hurried);
        Assert.Equal("{\"a\": 1}", response.Text);
        Assert.True(response.Usage!.ReasoningTokenCount > 0);
    }

    [Fact]
    public void ServicesAreFound()
    {
        var engine = Start(ChatSamples.Network, tokenizer: ChatSamples.Spelled);
        using var client = engine.AsChatClient(new() { Template = ChatSamples.Template() });
        Assert.Same(client, client.GetService<IChatClient>());
        Assert.Same(engine, client.GetService<InferenceEngine>());
        Assert.Same(ChatSamples.Spelled, client.GetService<Tokenizer>());
        Assert.Equal("llama", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Null(client.GetService<string>());
        Assert.Null(client.GetService(typeof(IChatClient), "key"));
        Assert.Throws<InkstoneNotFoundException>(() => engine.AsChatClient());
    }

    private static (int, int, int, int, int) Counts(ChatResponse response)
    {
        var usage = response.Usage!;
        return ((int)usage.InputTokenCount!, (int)usage.CachedInputTokenCount!, (int)usage.OutputTokenCount!, (int)usage.ReasoningTokenCount!, (int)usage.TotalTokenCount!);
    }

    private static async Task AllBlocksAreFree(InferenceEngine engine)
    {
        for (var i = 0; i < 1_000 && engine.FreeBlockCount < engine.BlockCount; i++)
            await Task.Delay(10);
        Assert.Equal(engine.BlockCount, engine.FreeBlockCount);
    }
}
