using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// Matches equal to Oniguruma's and fancy-regex's (tests/oracles/patterns.js makes what is expected). The environment variable
/// INKSTONE_PATTERN_CASES may name a larger file of the same form.
/// </summary>
public sealed class PatternReferenceTests
{
    private static readonly JsonNode Expected = JsonNode.Parse(
        Environment.GetEnvironmentVariable("INKSTONE_PATTERN_CASES") is { } path ? File.ReadAllText(path) : Samples.Fixture("patterns.json"))!;

    [Fact]
    public void MatchesAreThoseOfTheEngines()
    {
        int compared = 0, refused = 0;
        foreach (var row in Expected["cases"]!.AsArray())
        {
            var (dialect, source, text) = (Enum.Parse<PatternDialect>((string)row![0]!), (string)row[1]!, (string)row[2]!);
            TextPattern pattern;
            try
            {
                pattern = TextPattern.Parse(source, dialect);
            }
            catch (InkstoneFormatException)
            {
                refused++;
                continue;
            }
            compared++;
            Assert.Equal((dialect, source, text, row[3]!.ToJsonString()), (dialect, source, text, JsonSerializer.Serialize(Found(pattern, text))));
        }
        Assert.InRange(compared, 500, int.MaxValue);
        Assert.InRange(refused, 0, compared);
    }

    [Fact]
    public void ClassesHoldTheCodePointsOfOniguruma()
    {
        var everything = new StringBuilder();
        for (var codePoint = 0; codePoint < 0x110000; codePoint++)
        {
            if (codePoint is < 0xD800 or > 0xDFFF)
                everything.Append(char.ConvertFromUtf32(codePoint));
        }
        var utf8 = Encoding.UTF8.GetBytes(everything.ToString());
        foreach (var (source, digest) in Expected["classes"]!.AsObject())
        {
            var members = new StringBuilder();
            for (var matches = TextPattern.Parse(source, PatternDialect.Oniguruma).Matches(utf8); matches.MoveNext();)
                members.Append(CultureInfo.InvariantCulture, $"{CharacterClasses.Decode(utf8.AsSpan(matches.Start), out _)}\n");
            Assert.Equal((source, (string)digest!), (source, Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(members.ToString())))));
        }
    }

    private static List<string> Found(TextPattern pattern, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var found = new List<string>();
        for (var matches = pattern.Matches(utf8); matches.MoveNext();)
        {
            if (matches.End > matches.Start)
                found.Add(Encoding.UTF8.GetString(utf8.AsSpan(matches.Start..matches.End)));
        }
        return found;
    }
}
