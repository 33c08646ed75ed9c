using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <content>Conversations, by chat templates.</content>
public sealed partial class Tokenizer
{
    /// <summary>The chat template of a name.</summary>
    /// <param name="name">The name; <c>default</c> for the one without.</param>
    /// <exception cref="InkstoneNotFoundException">The configuration has no such template.</exception>
    /// <exception cref="InkstoneFormatException">The template is malformed.</exception>
    public ChatTemplate ChatTemplate(string name = "default")
    {
        var templates = Config?.ChatTemplates;
        return templates is not null && templates.TryGetValue(name, out var source) ? Tokenizers.ChatTemplate.Parse(source)
            : throw new InkstoneNotFoundException("there is no such chat template", nameof(ChatTemplate), templates is { Count: > 0 } ? string.Join(", ", templates.Keys) : "a chat_template in tokenizer_config.json", name);
    }

    /// <summary>
    /// Renders a conversation and encodes it. Control tokens are matched only where the template, not the request, wrote their first and last
    /// character; control means special, named by the configuration, or written by the template. No further token is added.
    /// </summary>
    /// <param name="template">The template.</param>
    /// <param name="input">The conversation. Roles such as <c>bos_token</c> that it does not name are taken from the configuration.</param>
    /// <param name="limits">The limits of rendering; null for the defaults.</param>
    /// <param name="marksLoss">Whether to find what the assistant wrote, for which many conversations are rendered once more an answer. Without, no token carries loss.</param>
    /// <exception cref="InkstoneException">The template fails, with its own message where it raises one, or exceeds a limit.</exception>
    public ChatEncoding EncodeChat(ChatTemplate template, ChatTemplateInput input, ChatTemplateLimits? limits = null, bool marksLoss = true)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(input);
        input = WithRoles(input);
        var rendering = template.Render(input, limits);
        HashSet<string> control = [.. AddedTokens.Where(token => IsControl(token, template)).Select(token => token.Content)];
        var starts = rendering.FindControlTokens(control).Select(found => (Encoding.UTF8.GetByteCount(rendering.Text.AsSpan(0, found.Start)), found.Token)).ToHashSet();
        var encoding = EncodeOne(Encoding.UTF8.GetBytes(rendering.Text), 0, new EncodeOptions { Specials = Specials.At(control, starts) }, texts: null);
        var notes = new List<string>();
        NoteBegin(encoding.Tokens, notes);
        var ranges = !marksLoss ? [] : rendering.GenerationRanges.Count > 0 ? rendering.GenerationRanges : AnswerRanges(template, input, rendering.Text, limits, notes);
        var next = 0;
        var loss = new bool[encoding.Count];
        for (var i = 0; i < loss.Length; i++)
        {
            var offset = encoding.Tokens[i].Offset;
            while (next < ranges.Count && ranges[next].End <= offset.Start && offset.Length > 0)
                next++;
            loss[i] = next < ranges.Count && offset.Start >= ranges[next].Start && offset.Start < ranges[next].End;
        }
        return new(rendering.Text, encoding.Tokens, loss, notes);
    }

    private bool IsControl(AddedToken token, ChatTemplate template) =>
        token.IsSpecial || template.Writes(token.Content) || (Config is { } config && (config.Roles.Values.Contains(token.Content) || config.AdditionalSpecials.Contains(token.Content)));

    private ChatTemplateInput WithRoles(ChatTemplateInput input)
    {
        var variables = new Dictionary<string, string>(Config?.Roles ?? new Dictionary<string, string>());
        if (Roles.BeginOfText is { } begin)
            variables.TryAdd("bos_token", begin);
        if (Roles.EndOfText is { } end)
            variables.TryAdd("eos_token", end);
        foreach (var (name, value) in input.TokenizerVariables)
            variables[name] = value;
        return input with { TokenizerVariables = variables };
    }

    private void NoteBegin(IReadOnlyList<TokenInText> tokens, List<string> notes)
    {
        if (BeginOfText is not { } begin || begin == EndOfText)
            return;
        var count = tokens.TakeWhile(token => token.Id == begin).Count();
        var adds = _parts.PostProcessor is { } processor && processor.Process([new([])], addSpecial: true, new(OffsetUnit.Bytes, areWords: false)) is [{ Count: > 0 } first, ..] && first.Tokens[0].Id == begin;
        if (count > 1)
            notes.Add($"the begin of text is doubled: {count} × {IdToToken(begin)} at the start");
        else if (count == 1 && adds)
            notes.Add($"the template writes {IdToToken(begin)} itself, and the tokenizer would add one too: encode the rendering without adding");
        else if (count == 0 && (adds || Config?.AddsBeginOfText == true))
            notes.Add($"the begin of text is lost: the template does not write {IdToToken(begin)}, which the tokenizer adds to other texts");
    }

    /// <summary>What each assistant message adds to the rendering of the messages before it with the generation prompt.</summary>
    private static List<TextRange> AnswerRanges(ChatTemplate template, ChatTemplateInput input, string whole, ChatTemplateLimits? limits, List<string> notes)
    {
        var ranges = new List<TextRange>();
        if (input.Messages is not { ValueKind: JsonValueKind.Array } messages)
            return ranges;
        JsonElement[] items = [.. messages.EnumerateArray()];
        for (var number = 0; number < items.Length; number++)
        {
            if (items[number].ValueKind != JsonValueKind.Object || !items[number].TryGetProperty("role", out var role) || role.ValueKind != JsonValueKind.String || role.GetString() != "assistant")
                continue;
            var before = TryRender(template, input with { Messages = JsonSerializer.SerializeToElement(items[..number]), AddGenerationPrompt = true }, limits);
            var after = TryRender(template, input with { Messages = JsonSerializer.SerializeToElement(items[..(number + 1)]), AddGenerationPrompt = false }, limits);
            if (before is null || after is null)
                notes.Add($"message {number + 1}: the template cannot render the conversation up to it, so what it adds is not known");
            else if (!after.StartsWith(before, StringComparison.Ordinal))
                notes.Add($"message {number + 1}: the template writes an answer otherwise than after its own generation prompt, so no token of it carries loss");
            else if (!whole.StartsWith(after, StringComparison.Ordinal))
                notes.Add($"message {number + 1}: the template rewrites it when later turns follow, so no token of it carries loss");
            else
                ranges.Add(new(before.Length, after.Length));
        }
        return ranges;
    }

    private static string? TryRender(ChatTemplate template, ChatTemplateInput input, ChatTemplateLimits? limits)
    {
        try
        {
            return template.Render(input, limits).Text;
        }
        catch (InkstoneException)
        {
            return null; // some templates refuse a conversation that does not begin or end as they expect
        }
    }
}
