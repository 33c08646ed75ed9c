using Microsoft.Extensions.AI;

namespace Inkstone.Inference.Tests;

public sealed class AnswerReaderTests
{
    private static readonly string[] Tools = ["weather", "clock"];

    private static readonly string[] Marks = ["<think>", "</think>", "<tool_call>", "</tool_call>", "<|python_tag|>", "[TOOL_CALLS]", "[CALL_ID]", "[ARGS]"];

    [Theory]
    [InlineData("Hello.", "T:Hello.")]
    [InlineData(" a < b <tool_cal ", "T: a < b <tool_cal ")]
    [InlineData("I look.\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}\n</tool_call>\n", "T:I look.|C:weather({\"city\":\"Rome\"})")]
    [InlineData("<tool_call>{\"name\": \"a\", \"arguments\": {}}</tool_call>\n<tool_call>{\"name\": \"b\"}</tool_call>", "C:a({})|C:b({})")]
    [InlineData("<tool_call>{\"arguments\": \"{\\\"x\\\": [1, {}]}\", \"name\": \"a\"}</tool_call> and more", "C:a({\"x\":[1,{}]})|T:and more")]
    [InlineData("<tool_call>{\"name\": \"a\", \"arguments\": {\"t\": \"</tool_call> \\\" }\"}}</tool_call>", "C:a({\"t\":\"\\u003C/tool_call\\u003E \\u0022 }\"})")]
    [InlineData("<tool_call>\n{\"name\": \"a\"}", "C:a({})")]
    [InlineData("x\n<tool_call>{\"name\": \"a\", \"argu", "T:x\n<tool_call>{\"name\": \"a\", \"argu")]
    [InlineData("<tool_call>{\"name\": \"a\",}</tool_call>", "T:<tool_call>{\"name\": \"a\",}</tool_call>")]
    [InlineData("<tool_call>{\"name\": 1}</tool_call>!", "T:<tool_call>{\"name\": 1}</tool_call>!")]
    [InlineData("<tool_call>{\"name\": \"a\", \"name\": \"b\"}</tool_call>", "T:<tool_call>{\"name\": \"a\", \"name\": \"b\"}</tool_call>")]
    [InlineData("<tool_call>{\"name\": \"\\ud800\"}</tool_call>", "T:<tool_call>{\"name\": \"\\ud800\"}</tool_call>")]
    [InlineData("<tool_call>{\"name\": \"a\", \"arguments\": [1]}</tool_call>", "T:<tool_call>{\"name\": \"a\", \"arguments\": [1]}</tool_call>")]
    [InlineData("<tool_call>call a <tool_call>{\"name\": \"b\"}</tool_call></tool_call>", "T:<tool_call>call a|C:b({})|T:</tool_call>")]
    [InlineData("<think>\nhm <tool_call> </think>\n\n<tool_call>{\"name\": \"b\"}</tool_call>", "R:hm <tool_call>|C:b({})")]
    public void Hermes(string written, string expected) => Check(ToolCallFormat.Hermes, written, expected);

    [Theory]
    [InlineData("{\"name\": \"weather\", \"parameters\": {\"city\": \"Rome\"}}", "C:weather({\"city\":\"Rome\"})")]
    [InlineData("\n{ \"type\": \"function\", \"name\": \"clock\", \"parameters\": null}; {\"name\": \"weather\"}\n", "C:clock({})|C:weather({})")]
    [InlineData("<|python_tag|>{\"name\": \"other\", \"parameters\": {}}", "C:other({})")]
    [InlineData("<|python_tag|>{\"name\": \"a\"}<|python_tag|>{\"name\": \"b\"} so", "C:a({})|C:b({})|T:so")]
    [InlineData("{\"name\": \"other\", \"parameters\": {}}", "T:{\"name\": \"other\", \"parameters\": {}}")]
    [InlineData("{\"answer\": {\"name\": \"clock\"}} ", "T:{\"answer\": {\"name\": \"clock\"}} ")]
    [InlineData("{} {\"name\": \"clock\"}", "T:{} {\"name\": \"clock\"}")]
    [InlineData("As {\"name\": \"clock\"}", "T:As {\"name\": \"clock\"}")]
    [InlineData("<|python_tag|>print(\"<|python_tag|>\")", "T:<|python_tag|>print(\"<|python_tag|>\")")]
    [InlineData("<|python_tag|> ", "T:<|python_tag|> ")]
    [InlineData("<think>{\"name\": \"clock\"}</think>{\"name\": \"clock\"}", "R:{\"name\": \"clock\"}|C:clock({})")]
    public void Llama3(string written, string expected) => Check(ToolCallFormat.Llama3, written, expected);

    [Theory]
    [InlineData("[TOOL_CALLS] [{\"name\": \"a\", \"arguments\": {\"x\": 1}}, {\"name\": \"b\", \"arguments\": {}, \"id\": \"123456789\"}]\n", "C:a({\"x\":1})|C:b({})")]
    [InlineData("Well. [TOOL_CALLS]weather[ARGS]{\"city\": \"Rome\"}[TOOL_CALLS]clock[CALL_ID]123456789[ARGS]{}", "T:Well.|C:weather({\"city\":\"Rome\"})|C:clock({})")]
    [InlineData("[TOOL_CALLS]clock{\"x\": \"[ARGS]\"}.", "C:clock({\"x\":\"[ARGS]\"})|T:.")]
    [InlineData("[TOOL_CALLS][{\"name\": \"a\"}", "C:a({})")]
    [InlineData("[TOOL_CALLS][{\"name\": \"a\"}, oh]", "C:a({})|T:, oh]")]
    [InlineData("[TOOL_CALLS][{\"name\": \"a\"}, {\"na", "C:a({})|T:, {\"na")]
    [InlineData("[TOOL_CALLS]", "T:[TOOL_CALLS]")]
    [InlineData("[TOOL_CALLS]two words[ARGS]{}", "T:[TOOL_CALLS]two words[ARGS]{}")]
    [InlineData("[TOOL_CALLS]a[ARGS][1]", "T:[TOOL_CALLS]a[ARGS][1]")]
    [InlineData("a [TOOL", "T:a [TOOL")]
    public void Mistral(string written, string expected) => Check(ToolCallFormat.Mistral, written, expected);

    [Theory]
    [InlineData(false, ReasoningUse.Apart, "<think>\nso\nit is\n</think>\n\nYes.\n", "R:so\nit is|T:Yes.\n")]
    [InlineData(false, ReasoningUse.Apart, "\n<think></think>Yes.", "T:Yes.")]
    [InlineData(false, ReasoningUse.Apart, "<think>so < ", "R:so < ")]
    [InlineData(false, ReasoningUse.Apart, "no </think> here", "T:no </think> here")]
    [InlineData(true, ReasoningUse.Apart, "so <think> </think> Yes.", "R:so <think>|T:Yes.")]
    [InlineData(true, ReasoningUse.InText, "\nso </think> Yes.", "T:\nso </think> Yes.")]
    [InlineData(false, ReasoningUse.InText, "<think> so </think> Yes.", "T:<think> so </think> Yes.")]
    [InlineData(true, ReasoningUse.Dropped, "so </think>\nYes.", "T:Yes.")]
    public void ReasoningIsSplitOff(bool isOpen, ReasoningUse use, string written, string expected) => Check(ToolCallFormat.None, written, expected, isOpen, use);

    [Fact]
    public void ASpelledMarkOpensReasoningOnlyAtTheBeginningAndATokenAnywhere()
    {
        var spelled = Form(false, ToolCallFormat.None, false, ReasoningUse.Apart);
        Assert.Equal("T:so <think>x</think>", Read(spelled, ["so <think>x</think>"], []));
        Assert.Equal("T:so|R:x", Read(Form(true, ToolCallFormat.None, false, ReasoningUse.Apart), ["so ", "<think>", "x", "</think>"], Marks));
    }

    [Fact]
    public void ATokenCannotBeImitatedInText()
    {
        var form = Form(true, ToolCallFormat.Hermes, false, ReasoningUse.Apart);
        const string text = "<tool_call>{\"name\": \"clock\"}</tool_call>";
        Assert.Equal("T:" + text, Read(form, [text], []));
    }

    [Fact]
    public void NothingIsACallWhereThereAreNoTools()
    {
        var form = Form(false, ToolCallFormat.Hermes, false, ReasoningUse.Apart) with { Tools = null };
        const string text = "<tool_call>{\"name\": \"clock\"}</tool_call>";
        Assert.Equal("T:" + text, Read(form, [text], []));
    }

    [Fact]
    public void CallsAreBounded()
    {
        var form = Form(false, ToolCallFormat.Hermes, false, ReasoningUse.Apart);
        var endless = "<tool_call>{\"name\": \"" + new string('x', AnswerReader.LongestCall);
        Assert.Equal("T:" + endless + " <tool_call>", Read(form, [endless, " <tool_call>"], []));
        var many = string.Concat(Enumerable.Repeat("<tool_call>{\"name\": \"a\"}</tool_call>", AnswerReader.MostCalls + 1));
        var reader = new AnswerReader(form);
        reader.Append(many);
        reader.Finish();
        Assert.Equal(AnswerReader.MostCalls, reader.Take().OfType<FunctionCallContent>().Count());
        var deep = "<tool_call>{\"name\": \"a\", \"arguments\": " + string.Concat(Enumerable.Repeat("{\"a\":", 5_000)) + new string('}', 5_001) + "</tool_call>";
        Assert.Equal("T:" + deep, Read(form, [deep], []));
    }

    [Fact]
    public void TextComesAtOnceAndOneCallEndsTheAnswer()
    {
        var reader = new AnswerReader(Form(false, ToolCallFormat.Hermes, false, ReasoningUse.Apart) with { IsOneCall = true });
        reader.Append("Hel");
        Assert.Equal("T:Hel", ChatSamples.Show(reader.Take()));
        reader.Append("lo <tool_call>{\"name\": \"a\"}");
        Assert.Equal("T:lo", ChatSamples.Show(reader.Take()));
        Assert.False(reader.IsClosed);
        reader.Append("</tool_call><tool_call>{\"name\": \"b\"}</tool_call> more");
        reader.Finish();
        Assert.True(reader.IsClosed);
        Assert.Equal("C:a({})", ChatSamples.Show(reader.Take()));
    }

    /// <summary>However the answer is cut, with marks spelled and with marks as tokens, the same comes out.</summary>
    private static void Check(ToolCallFormat format, string written, string expected, bool isOpen = false, ReasoningUse use = ReasoningUse.Apart)
    {
        var spelled = Form(false, format, isOpen, use);
        Assert.Equal(expected, Read(spelled, [.. written.Select(c => c.ToString())], []));
        for (var border = 0; border <= written.Length; border++)
            Assert.Equal(expected, Read(spelled, [written[..border], written[border..]], []));
        var marked = Form(true, format, isOpen, use);
        var parts = Part(written);
        Assert.Equal(expected, Read(marked, parts, Marks));
        Assert.Equal(expected, Read(marked, [.. parts.SelectMany(part => Marks.Contains(part) ? [part] : part.Select(c => c.ToString()))], Marks));
    }

    private static AnswerForm Form(bool isMarked, ToolCallFormat format, bool isOpen, ReasoningUse use) =>
        new(new ChatSyntax(isMarked ? ChatSamples.Marked : ChatSamples.Spelled, ChatSamples.Template(format), format)) { Tools = Tools, BeginsInReasoning = isOpen, Reasoning = use };

    private static string Read(AnswerForm form, IEnumerable<string> pieces, string[] tokens)
    {
        var reader = new AnswerReader(form);
        var contents = new List<AIContent>();
        foreach (var piece in pieces)
        {
            if (tokens.Contains(piece))
                reader.AppendToken(piece);
            else
                reader.Append(piece);
            contents.AddRange(reader.Take());
        }
        reader.Finish();
        contents.AddRange(reader.Take());
        return ChatSamples.Show(contents);
    }

    private static List<string> Part(string written)
    {
        var parts = new List<string>();
        while (written.Length > 0)
        {
            var first = Marks.Select(mark => (mark, Place: written.IndexOf(mark, StringComparison.Ordinal))).Where(found => found.Place >= 0).DefaultIfEmpty((mark: "", Place: written.Length)).MinBy(found => found.Place);
            parts.Add(written[..first.Place]);
            parts.Add(first.mark);
            written = written[(first.Place + first.mark.Length)..];
        }
        return [.. parts.Where(part => part.Length > 0)];
    }
}
