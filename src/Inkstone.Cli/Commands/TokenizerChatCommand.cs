using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;

namespace Inkstone.Cli;

internal static class TokenizerChatCommand
{
    public static Command Create()
    {
        var file = TokenizerCommand.FileArgument();
        var messages = new Argument<string?>("MESSAGES") { Description = "A JSON file: an array of messages, or an object with messages, tools, documents and variables. Default: standard input.", Arity = ArgumentArity.ZeroOrOne };
        var template = new Option<string?>("--template") { Description = "A Jinja file, or the name of one of the tokenizer's own templates. Default: the tokenizer's." };
        var prompt = new Option<bool>("--generation-prompt") { Description = "End with what opens the assistant's answer." };
        var json = SharedOptions.Json();
        var command = new Command(
            "chat",
            """
            Render a conversation by a chat template and show its tokens, and which of them carry loss in training.

            Examples:
              inkstone tokenizer chat model/ conversation.json
              inkstone tokenizer chat model/ conversation.json --generation-prompt
              echo '[{"role":"user","content":"Hello"}]' | inkstone tokenizer chat model/ --template chatml.jinja --json
            """)
        {
            file, messages, template, prompt, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var tokenizer = Tokenizer.Load(result.GetValue(file)!);
            var text = result.GetValue(messages) is { } path ? ReadFile(path) : await StandardStreams.ReadAllAsync(cancellation).ConfigureAwait(false);
            var chat = tokenizer.EncodeChat(Template(tokenizer, result.GetValue(template)), Input(text) with { AddGenerationPrompt = result.GetValue(prompt) });
            if (result.GetValue(json))
                JsonOutput.Print(new { text = chat.Text, ids = chat.Ids, tokens = chat.Tokens.Select(token => token.Token), loss = chat.CarriesLoss, notes = chat.Notes });
            else
                Show(chat);
        });
        return command;
    }

    private static ChatTemplate Template(Tokenizer tokenizer, string? name) =>
        name is null ? tokenizer.ChatTemplate() : File.Exists(name) ? ChatTemplate.Parse(ReadFile(name)) : tokenizer.ChatTemplate(name);

    private static ChatTemplateInput Input(string text)
    {
        var root = ChatTemplateInput.Json(text);
        if (root.ValueKind == JsonValueKind.Array)
            return new() { Messages = root };
        if (root.ValueKind != JsonValueKind.Object)
            throw new InkstoneFormatException("not a conversation", "the messages", "an array of messages, or an object with messages", root.ValueKind.ToString());
        string[] known = ["messages", "tools", "documents"];
        return new()
        {
            Messages = Member("messages"),
            Tools = Member("tools"),
            Documents = Member("documents"),
            Variables = root.EnumerateObject().Where(member => !known.Contains(member.Name)).ToDictionary(member => member.Name, member => member.Value),
        };

        JsonElement? Member(string name) => root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (Foundation.Files.FileErrors.IsFileError(error))
        {
            throw Foundation.Files.FileErrors.Explain(error, "cannot read the file", path);
        }
    }

    private static void Show(ChatEncoding chat)
    {
        Console.WriteLine(chat.Text);
        Console.WriteLine();
        Console.WriteLine($"{"id",8}  loss  token");
        for (var i = 0; i < chat.Tokens.Count; i++)
        {
            var token = chat.Tokens[i];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{token.Id,8}  {(chat.CarriesLoss[i] ? "  ●" : "   ")}   {Shown(token.Token)}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{chat.Tokens.Count} tokens, {chat.CarriesLoss.Count(carries => carries)} of them carry loss"));
        foreach (var note in chat.Notes)
            Console.WriteLine("note: " + note);
    }

    private static string Shown(string token)
    {
        var shown = new StringBuilder();
        foreach (var character in token)
            shown.Append(char.IsControl(character) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}") : character.ToString());
        return shown.ToString();
    }
}
