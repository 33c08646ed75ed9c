using Inkstone.Foundation.Errors;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>Engines behind the interfaces of Microsoft.Extensions.AI.</summary>
public static class InferenceEngineExtensions
{
    /// <summary>
    /// A chat client that renders conversations with the tokenizer's chat template. What a request asks for and the engine, the template or the format of tool calls cannot
    /// give is refused by name. Disposing the client leaves the engine running.
    /// </summary>
    /// <param name="engine">The engine.</param>
    /// <param name="options">How to serve chats; null for the defaults.</param>
    /// <exception cref="InkstoneNotFoundException">No template is given and the tokenizer has none.</exception>
    /// <exception cref="InkstoneFormatException">The tokenizer's template is malformed.</exception>
    /// <exception cref="InkstoneRequestException">An option is out of its range.</exception>
    public static IChatClient AsChatClient(this InferenceEngine engine, ChatClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        options ??= new ChatClientOptions();
        options.Validate();
        return new EngineChatClient(engine, options);
    }
}
