using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;
using Microsoft.Extensions.AI;

namespace Inkstone.Inference;

/// <summary>Turns conversations and options into prompts and what is to become of their answers. Safe from many threads.</summary>
internal sealed class ChatRequestReader
{
    private const string DefaultTemplate = "default";
    private const string ToolTemplate = "tool_use";

    private readonly Tokenizer _tokenizer;
    private readonly ChatClientOptions _options;
    private readonly string _modelId;
    private readonly ChatSyntax _syntax;
    private readonly ChatSyntax _toolSyntax;

    public ChatRequestReader(Tokenizer tokenizer, ChatClientOptions options, string modelId)
    {
        (_tokenizer, _options, _modelId) = (tokenizer, options, modelId);
        var names = tokenizer.Config?.ChatTemplates;
        var hasToolTemplate = options.Template is null && names is not null && names.ContainsKey(ToolTemplate);
        _syntax = SyntaxOf(options.Template ?? tokenizer.ChatTemplate(hasToolTemplate && !names!.ContainsKey(DefaultTemplate) ? ToolTemplate : DefaultTemplate));
        _toolSyntax = hasToolTemplate ? SyntaxOf(tokenizer.ChatTemplate(ToolTemplate)) : _syntax;
    }

    public ChatRequest Read(IEnumerable<ChatMessage> messages, ChatOptions? chat, IChatClient client)
    {
        chat ??= new ChatOptions();
        ChatOptionReader.RefuseUnknown(chat, _modelId);
        var tools = ChatTools.Read(chat);
        var syntax = tools.Count > 0 ? _toolSyntax : _syntax;
        if (tools.Count > 0)
            ChatTools.CheckAgainst(syntax, chat);
        var variables = new Dictionary<string, JsonElement>(_options.TemplateVariables);
        var generation = ChatOptionReader.Read(chat, _options.Generation, client, variables);
        var reasoning = ChatOptionReader.ReadReasoning(chat.Reasoning, _options.Reasoning, syntax, variables);
        var encoding = _tokenizer.EncodeChat(syntax.Template, new ChatTemplateInput
        {
            Messages = ChatMessageWriter.Write(messages, chat.Instructions),
            Tools = tools.Count > 0 ? ChatTools.Write(tools) : null,
            AddGenerationPrompt = true,
            Variables = variables,
            Clock = _options.Clock,
        }, _options.TemplateLimits, marksLoss: false);
        var form = new AnswerForm(syntax)
        {
            Tools = tools.Count > 0 ? tools.Select(tool => tool.Name).ToHashSet() : null,
            IsOneCall = chat.AllowMultipleToolCalls == false,
            Reasoning = reasoning,
            BeginsInReasoning = encoding.Text.AsSpan().TrimEnd().EndsWith(syntax.Reasoning.Open, StringComparison.Ordinal),
        };
        generation = generation with
        {
            Marks = [.. syntax.TokenMarks.Keys],
            StopTokens = [.. generation.StopTokens.Union(syntax.EndTokens)],
            Constraint = Constrain(chat.ResponseFormat, generation.Constraint, form),
        };
        var answer = new AnswerReader(form);
        return new ChatRequest([.. encoding.Ids, .. OpenCall(chat.ToolMode, form, answer)], generation, form, answer);
    }

    private ChatSyntax SyntaxOf(ChatTemplate template) => new(_tokenizer, template, _options.ToolCallFormat);

    private ITokenConstraint? Constrain(ChatResponseFormat? format, ITokenConstraint? given, AnswerForm form)
    {
        if (format is null or ChatResponseFormatText)
            return given;
        const string where = "ChatOptions.ResponseFormat";
        if (format is not ChatResponseFormatJson json)
            throw new InkstoneRequestException("the format is not supported", where, "text or JSON", format.GetType().Name);
        if (given is not null)
            throw new InkstoneRequestException("the answer has a constraint already", where, "one of the two");
        if (form.Tools is not null)
            throw new InkstoneRequestException("an answer that must be JSON cannot call tools", where, "no tools, or ToolMode None", "tools");
        var constraint = _options.JsonConstraint(json, _tokenizer);
        if (!form.BeginsInReasoning)
            return constraint;
        return form.Syntax.TokenOf(form.Syntax.Reasoning.Close) is { } close ? new ReasoningConstraint(close, constraint)
            : throw new InkstoneRequestException("the template opens a section of reasoning whose end is no token, so that a format cannot begin after it", where);
    }

    /// <summary>The tokens that begin the call that is required; none where none is.</summary>
    private List<int> OpenCall(ChatToolMode? mode, AnswerForm form, AnswerReader answer)
    {
        var tokens = new List<int>();
        if (mode is not RequiredChatToolMode required)
            return tokens;
        if (form.BeginsInReasoning)
            throw new InkstoneRequestException("the template opens a section of reasoning, so that the answer cannot begin with a call", "ChatOptions.ToolMode",
                fix: "Turn reasoning off, or let the model choose.");
        var text = "";
        foreach (var (part, isMark) in form.Syntax.CallOpening(required.RequiredFunctionName))
        {
            if (isMark && form.Syntax.TokenOf(part) is { } token)
            {
                tokens.AddRange(_tokenizer.Encode(text));
                tokens.Add(token);
                text = "";
                answer.AppendToken(part);
                continue;
            }
            text += part;
            answer.Append(part);
        }
        tokens.AddRange(_tokenizer.Encode(text));
        return tokens;
    }
}
