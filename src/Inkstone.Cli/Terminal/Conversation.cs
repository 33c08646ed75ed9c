using Inkstone.Foundation.Errors;
using Inkstone.Inference;
using Inkstone.Recipes;
using Microsoft.Extensions.AI;

namespace Inkstone.Cli;

/// <summary>A conversation in the terminal with a model that has a chat template: what was said before is said again with every turn, and mostly found computed.</summary>
internal sealed class Conversation
{
    private const string Dim = "\u001b[2m";
    private const string Plain = "\u001b[0m";

    private readonly IChatClient _client;
    private readonly Func<ITokenConstraint?> _constraint;
    private readonly string? _system;
    private readonly List<ChatMessage> _messages = [];
    private GenerationOptions _options;

    /// <summary>Begins a conversation.</summary>
    /// <param name="session">The model.</param>
    /// <param name="options">How it answers.</param>
    /// <param name="system">What it is told before anything else; null for nothing.</param>
    /// <param name="constraint">Makes what keeps an answer to a form.</param>
    public Conversation(ModelSession session, GenerationOptions options, string? system, Func<ITokenConstraint?> constraint)
    {
        _client = session.Engine.AsChatClient();
        (_options, _system, _constraint) = (options, system, constraint);
        Clear();
    }

    /// <summary>Talks until the person leaves.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Console.WriteLine("Ctrl-C stops an answer in the middle; /bye (or Ctrl-D) leaves; /help says more.");
        for (var turn = 0; ; turn++)
        {
            Console.Write("\n> ");
            var line = await StandardStreams.ReadLineAsync(cancellation).ConfigureAwait(false);
            switch (line?.Trim())
            {
                case null or "/bye" or "/exit" or "/quit":
                    return;
                case "/help":
                    Console.WriteLine($"{ChatPrompt.HelpOf(_options)}\n/clear           forget what was said");
                    continue;
                case "/clear":
                    Clear();
                    continue;
                case "":
                    continue;
                case var command when command.StartsWith('/'):
                    _options = ChatPrompt.Change(_options, command);
                    continue;
            }
            await AnswerAsync(line!, turn, cancellation).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(string line, int turn, CancellationToken cancellation)
    {
        using var answer = StopSignals.BeginAnswer();
        _messages.Add(new ChatMessage(ChatRole.User, line));
        var updates = new List<ChatResponseUpdate>();
        try
        {
            var options = _options with { Seed = _options.Seed + turn, Constraint = _constraint() };
            var request = new ChatOptions { RawRepresentationFactory = _ => options };
            await foreach (var update in _client.GetStreamingResponseAsync(_messages, request, answer.Token).ConfigureAwait(false))
            {
                updates.Add(update);
                Write(update);
            }
            Console.WriteLine();
            if (updates[^1].FinishReason == ChatFinishReason.Length)
                await Console.Error.WriteLineAsync("[cut off: the longest answer or the end of the context is reached]").ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Console.WriteLine(" [stopped]");
        }
        catch (InkstoneRequestException error)
        {
            _messages.RemoveAt(_messages.Count - 1);
            Console.WriteLine(error.Message);
            return;
        }
        finally
        {
            StopSignals.EndAnswer();
        }
        _messages.AddMessages(updates);
    }

    /// <summary>Text as it comes; on a terminal the reasoning before it too, dimmed.</summary>
    private static void Write(ChatResponseUpdate update)
    {
        foreach (var content in update.Contents)
            switch (content)
            {
                case TextReasoningContent reasoning when !Console.IsOutputRedirected:
                    Console.Write(Dim + TerminalText.Safe(reasoning.Text) + Plain);
                    break;
                case TextContent text:
                    Console.Write(Console.IsOutputRedirected ? text.Text : TerminalText.Safe(text.Text));
                    break;
            }
    }

    private void Clear()
    {
        _messages.Clear();
        if (_system is not null)
            _messages.Add(new ChatMessage(ChatRole.System, _system));
    }
}
