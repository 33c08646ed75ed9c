using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Inference.Tests;

public sealed class SchemaTests
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true, NewLine = "\n" };

    [Fact]
    public void ValidValuesAreAcceptedHoweverTheyAreCut()
    {
        var random = Rng.From(21).Cursor();
        var vocabulary = GrammarSamples.SmallVocabulary;
        var tokens = GrammarSamples.TokensOf(vocabulary);
        var byBytes = Enumerable.Range(0, vocabulary.Count).Where(id => tokens[id].Length > 0).ToLookup(id => tokens[id][0]);
        for (var made = 0; made < 300; made++)
        {
            var (schema, make) = new RandomSchemas(random).Next();
            var source = schema.ToJsonString(Compact);
            var grammar = Grammar.FromJsonSchema(source);
            for (var i = 0; i < 5; i++)
            {
                var text = JsonSerializer.Serialize(make(), i % 2 == 0 ? Compact : Indented);
                Assert.True(NaiveSchemaValidator.IsValid(source, text), source + "\n" + text);
                var bytes = Encoding.UTF8.GetBytes(text);
                var constraint = GrammarConstraint.Create(grammar, vocabulary);
                for (var place = 0; place < bytes.Length;)
                {
                    int[] fitting = [.. byBytes[bytes[place]].Where(id => bytes.AsSpan(place).StartsWith(tokens[id]))];
                    var token = fitting[random.NextInt(fitting.Length)];
                    Assert.True(GrammarSamples.Mask(constraint, vocabulary.Count)[token], $"{source}\n{text}\nat {place}");
                    constraint.Accept(token);
                    place += tokens[token].Length;
                }
                Assert.True(constraint.MayEnd, source + "\n" + text);
            }
        }
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}}}""", """{"b":[1,{"c":null}],"é":2}""", """{"a":1,"b":"x"}""", """!{"a":"x"}""", """!{"a":1,"a":2}""")]
    [InlineData("""{"type":"object","properties":{"a":{},"ab":false}}""", """{"abc":1,"b":2}""", """!{"ab":1}""", """{"a":[],"A":0}""")]
    [InlineData("""{"$ref":"#/$defs/t","$defs":{"t":{"type":"object","properties":{"v":{"type":"integer"},"n":{"anyOf":[{"$ref":"#/$defs/t"},{"type":"null"}]}},"required":["n"],"additionalProperties":false}}}""",
        """{"v":1,"n":{"n":null}}""", """!{"v":1}""", """{"n":{"v":3,"n":null}}""")]
    [InlineData("""{"allOf":[{"type":"object","properties":{"a":{"type":"integer","minimum":3}},"required":["a"]},{"properties":{"a":{"maximum":12},"b":{"const":1}},"additionalProperties":false}]}""",
        """{"a":3}""", """{"a":12,"b":1}""", """!{"a":13}""", """!{"a":2}""", """!{"a":5,"c":1}""", """!{}""")]
    [InlineData("""{"type":["string","null"],"maxLength":2}""", "null", "\"é😀\"", "!\"abc\"", "\"\\ud83d\\ude00\\n\"", "!\"\\ud83d\"")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"k":{"const":"x"}},"required":["k"]},{"type":"object","properties":{"k":{"const":"y"},"z":{"type":"boolean"}},"required":["k"]}]}""",
        """{"k":"y","z":true}""", """{"k":"x","z":3}""", """!{"k":"y","z":3}""")]
    [InlineData("""{"type":"integer","exclusiveMinimum":-12.5,"maximum":1003}""", "-12", "!-13", "1003", "0", "!-0", "!1004", "!01", "99")]
    [InlineData("""{"type":"number","exclusiveMinimum":-1.25,"maximum":2.5}""", "-1.249", "!-1.25", "2.5", "2.50", "!2.51", "0", "1.999", "!-1.3", "-0.5")]
    [InlineData("""{"minItems":1,"maxItems":2,"items":{"type":"null"}}""", "[null]", "[ null, null ]", "![]", "![null,null,null]", "!3")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"minItems":1}""", "[1]", "[1,\"a\",{}]", "![]", "![\"a\"]")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"},"minProperties":1,"maxProperties":2}""", """{"a":1}""", "!{}", """!{"a":1,"b":2,"c":3}""")]
    [InlineData("""{"type":"string","pattern":"^.{2}x|yy$|[A-F]\\d"}""", "\"é本x and more\"", "\"any\\nyy\"", "\"..A1..\"", "!\"yyz\"", "!\"\"")]
    [InlineData("true", "{}", "[[[]]]", "-1.5e+3", "!tru")]
    public void TextsAreValidOrNot(string schema, params string[] texts)
    {
        var machine = Grammar.FromJsonSchema(schema).Machine();
        foreach (var text in texts)
            Assert.Equal((text, !text.StartsWith('!')), (text, GbnfTests.Matches(machine, text.TrimStart('!'))));
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"x":{"not":{}}}}""", "'not'")]
    [InlineData("""{"type":"object","properties":{"x":{"not":{}}}}""", "$.properties.x")]
    [InlineData("""{"uniqueItems":true}""", "'uniqueItems'")]
    [InlineData("""{"patternProperties":{}}""", "'patternProperties'")]
    [InlineData("""{"type":"number","multipleOf":2}""", "'multipleOf'")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "evident")]
    [InlineData("""{"type":"string","format":"iri"}""", "'iri'")]
    [InlineData("""{"type":"string","pattern":"(?=a)b"}""", "look-around")]
    [InlineData("""{"type":"string","pattern":"a*","maxLength":4}""", "'maxLength'")]
    [InlineData("""{"$ref":"http://example.org/x"}""", "leaves the document")]
    [InlineData("""{"$ref":"#/$defs/x"}""", "points to nothing")]
    [InlineData("""{"$ref":"#"}""", "matches no text")]
    [InlineData("""{"type":"string","enum":[1]}""", "matches no text")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "matches no text")]
    [InlineData("""{"type":"objekt"}""", "'type'")]
    [InlineData("""{"items":[{}]}""", "prefixItems")]
    [InlineData("3", "no schema")]
    [InlineData("{", "JSON")]
    public void WhatIsNotSupportedIsRefusedByName(string schema, string message) =>
        Assert.Contains(message, Assert.Throws<InkstoneRequestException>(() => Grammar.FromJsonSchema(schema)).Message, StringComparison.Ordinal);

    [Fact]
    public void AnyObjectIsAnyObject()
    {
        var machine = Grammar.JsonObject.Machine();
        Assert.True(GbnfTests.Matches(machine, """{"a":{"b":[1,-2.5e3,"x\u00e9\/",null,true,{}]},"":0}"""));
        Assert.True(GbnfTests.Matches(machine, "{\n    \"a\": [\n        1, 2\n    ]\n}"));
        Assert.False(GbnfTests.Matches(machine, "[]"));
        Assert.False(GbnfTests.Matches(machine, "{\"a\":01}"));
        // 64 levels, as deep as JSON readers go.
        Assert.True(GbnfTests.Matches(machine, "{\"a\":" + new string('[', 63) + new string(']', 63) + "}"));
        Assert.False(GbnfTests.Matches(machine, "{\"a\":" + new string('[', 66) + new string(']', 66) + "}"));
    }
}
