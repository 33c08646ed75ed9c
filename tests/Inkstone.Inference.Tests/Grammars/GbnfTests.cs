using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Inference.Tests;

public sealed class GbnfTests
{
    [Theory]
    [InlineData("root ::= \"a\"", "a", "", "b", "aa")]
    [InlineData("root ::= \"a\"*", "aaa", "b")]
    [InlineData("root ::= x y? # note\nx ::= [a-c\\x2D\\]]{2,3}\ny ::= \"é\" |\n \"日\"", "ab", "abc日", "]-é", "abcd", "a", "日")]
    [InlineData("root ::= [^\\n\"]+ | (\"x\"\n \"y\" )", "日本", "xy", "\n", "a\"")]
    [InlineData("root ::= \"(\" root \")\" | \"\"", "", "(())", "((())", ")")]
    [InlineData("root ::= .{2}", "日😀", "a\n", "abc", "a")]
    [InlineData("root ::= (\"ab\"{100}){2,3}", "", "ab")]
    [InlineData("root ::= e\ne ::= t (\"+\" t)*\nt ::= [0-9]+ | \"(\" e \")\"", "1+(2+34)", "(1)", "1+", "()")]
    public void TextsMatchOrDoNot(string grammar, params string[] texts)
    {
        var machine = Grammar.FromGbnf(grammar).Machine();
        var oracle = new NaiveGrammar(grammar);
        foreach (var text in texts)
            Assert.Equal((text, oracle.Matches(text)), (text, Matches(machine, text)));
    }

    internal static bool Matches(PushdownMachine machine, string text)
    {
        var state = machine.Initial;
        foreach (var value in Encoding.UTF8.GetBytes(text))
            state = machine.Step(state, value);
        return state.MayEnd;
    }

    [Theory]
    [InlineData("root ::= root \"a\" | \"b\"", "begins with itself")]
    [InlineData("root ::= x root \"a\" | \"b\"\nx ::= \"c\"?", "begins with itself")]
    [InlineData("root ::= \"a\" root", "matches no text")]
    [InlineData("root ::= x", "not defined")]
    [InlineData("x ::= \"a\"", "first rule")]
    [InlineData("root ::= \"a\" )", "goes on")]
    [InlineData("root ::= <think>", "tokens by name")]
    [InlineData("root ::= \"a\"{3,2}", "wrong way round")]
    [InlineData("root ::= \"\\q\"", "unknown escape")]
    [InlineData("root ::= [z-a]", "backwards")]
    [InlineData("root ::= \"\\uD800\"", "no character")]
    public void WhatIsWrongIsNamed(string grammar, string message) =>
        Assert.Contains(message, Assert.Throws<InkstoneRequestException>(() => Grammar.FromGbnf(grammar)).Message, StringComparison.Ordinal);
}
