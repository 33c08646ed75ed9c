using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Tokenizers;

namespace Inkstone.Inference;

/// <summary>The marks that open and close a section of reasoning.</summary>
internal readonly record struct ReasoningMarks(string Open, string Close);

/// <summary>How answers are written under a chat template: which marks they have, which of them are tokens, what ends a turn.</summary>
internal sealed class ChatSyntax
{
    private const string Probe = "qzxj";

    private static readonly ReasoningMarks[] KnownReasoning = [new("<think>", "</think>"), new("[THINK]", "[/THINK]"), new("<seed:think>", "</seed:think>")];

    private static readonly ChatTemplateInput ProbeConversation = new()
    {
        Messages = ChatTemplateInput.Json($$"""[{"role": "user", "content": "a"}, {"role": "assistant", "content": "{{Probe}}"}]"""),
    };

    /// <summary>Reads what a template and a vocabulary say.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="template">The template.</param>
    /// <param name="format">The format of calls, where it is not to be found out.</param>
    public ChatSyntax(Tokenizer tokenizer, ChatTemplate template, ToolCallFormat format)
    {
        Template = template;
        Format = format == ToolCallFormat.Automatic ? FindFormat(template.Source) : format;
        Reasoning = KnownReasoning.FirstOrDefault(known => template.Source.Contains(known.Close, StringComparison.Ordinal), KnownReasoning[0]);
        var added = tokenizer.AddedTokens.DistinctBy(token => token.Content).ToDictionary(token => token.Content, token => token.Id);
        string[] marks = [Reasoning.Open, Reasoning.Close, .. CallMarks(Format)];
        TokenMarks = marks.Where(added.ContainsKey).ToDictionary(mark => added[mark]);
        SpelledMarks = [.. marks.Where(mark => !added.ContainsKey(mark))];
        EndTokens = [.. FindTurnEnd(tokenizer, template), .. Format == ToolCallFormat.Llama3 && added.TryGetValue("<|eom_id|>", out var end) ? (int[])[end] : []];
    }

    /// <summary>The template.</summary>
    public ChatTemplate Template { get; }

    /// <summary>How tool calls are written.</summary>
    public ToolCallFormat Format { get; }

    /// <summary>The marks of reasoning.</summary>
    public ReasoningMarks Reasoning { get; }

    /// <summary>The marks that are tokens of their own, which text cannot imitate, by id.</summary>
    public IReadOnlyDictionary<int, string> TokenMarks { get; }

    /// <summary>The marks that are spelled in text.</summary>
    public IReadOnlyList<string> SpelledMarks { get; }

    /// <summary>The tokens that end the assistant's turn.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>Whether the template writes a word, so that a variable of that name has a meaning.</summary>
    public bool Mentions(string word) => Template.Source.Contains(word, StringComparison.Ordinal);

    /// <summary>The id of a mark; null where it is spelled.</summary>
    public int? TokenOf(string mark) => TokenMarks.Where(pair => pair.Value == mark).Select(pair => (int?)pair.Key).FirstOrDefault();

    /// <summary>What an answer must begin with to be a call.</summary>
    /// <param name="tool">The tool to call; null for any.</param>
    /// <returns>Marks and text, by turns.</returns>
    public IReadOnlyList<(string Text, bool IsMark)> CallOpening(string? tool)
    {
        var name = tool is null ? null : $"\"{JsonEncodedText.Encode(tool, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
        var member = name is null ? "{\"name\": \"" : $"{{\"name\": {name}, \"arguments\":";
        return Format switch
        {
            ToolCallFormat.Hermes => [(HermesCallReader.Open, true), ("\n" + member, false)],
            ToolCallFormat.Llama3 => [(member.Replace("\"arguments\":", "\"parameters\":", StringComparison.Ordinal), false)],
            ToolCallFormat.Mistral when !Mentions(MistralCallReader.Arguments) => [(MistralCallReader.Open, true), ("[" + member, false)],
            ToolCallFormat.Mistral when tool is null => [(MistralCallReader.Open, true)],
            ToolCallFormat.Mistral => [(MistralCallReader.Open, true), (tool, false), (MistralCallReader.Arguments, true)],
            _ => [],
        };
    }

    private static string[] CallMarks(ToolCallFormat format) => format switch
    {
        ToolCallFormat.Hermes => [HermesCallReader.Open, HermesCallReader.Close],
        ToolCallFormat.Llama3 => [Llama3CallReader.Open],
        ToolCallFormat.Mistral => [MistralCallReader.Open, MistralCallReader.Identity, MistralCallReader.Arguments],
        _ => [],
    };

    private static ToolCallFormat FindFormat(string source)
    {
        bool Has(string text) => source.Contains(text, StringComparison.Ordinal);
        if (Has("<function=") || Has("<arg_key>"))
            return ToolCallFormat.None; // calls that are no JSON, though their marks may be the same
        if (Has(MistralCallReader.Open))
            return ToolCallFormat.Mistral;
        if (Has(HermesCallReader.Open))
            return ToolCallFormat.Hermes;
        return Has(Llama3CallReader.Open) || (Has("<|start_header_id|>") && Has("\"parameters\"")) ? ToolCallFormat.Llama3 : ToolCallFormat.None;
    }

    /// <summary>The control token that a template writes right after an answer.</summary>
    private static IEnumerable<int> FindTurnEnd(Tokenizer tokenizer, ChatTemplate template)
    {
        ChatEncoding encoding;
        try
        {
            encoding = tokenizer.EncodeChat(template, ProbeConversation, marksLoss: false);
        }
        catch (InkstoneException)
        {
            yield break; // a template may refuse the conversation; the engine's end tokens are left
        }
        var end = encoding.Text.LastIndexOf(Probe, StringComparison.Ordinal) + Probe.Length;
        if (end < Probe.Length)
            yield break;
        var controls = tokenizer.AddedTokens.Where(token => token.IsSpecial || template.Writes(token.Content)).Select(token => token.Id).ToHashSet();
        foreach (var token in encoding.Tokens)
        {
            if (token.Offset.Start < end)
                continue;
            if (controls.Contains(token.Id))
                yield return token.Id;
            else if (string.IsNullOrWhiteSpace(encoding.Text[token.Offset.Start..token.Offset.End]))
                continue;
            yield break;
        }
    }
}
