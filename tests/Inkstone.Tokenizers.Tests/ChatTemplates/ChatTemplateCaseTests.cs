namespace Inkstone.Tokenizers.Tests;

/// <summary>Templates of our own render to what jinja2 renders them to; where it fails, so does this.</summary>
public sealed class ChatTemplateCaseTests
{
    [Theory]
    [InlineData("small.json")]
    [InlineData("random.json")]
    public void Templates_render_as_jinja2_renders_them(string fixture)
    {
        var wrong = new List<string>();
        int count = 0, errors = 0, sameErrors = 0;
        foreach (var entry in ChatFixtures.Read(fixture).EnumerateArray())
        {
            count++;
            var source = entry.GetProperty("template").GetString()!;
            var (kind, text, rendering) = ChatFixtures.Render(source, ChatFixtures.Context);
            var expected = entry.EnumerateObject().ElementAt(1);
            if (expected.Name == "error")
            {
                errors++;
                sameErrors += text == expected.Value.GetString() ? 1 : 0;
            }
            var isSame = expected.Name switch
            {
                "text" => kind == "text" && text == expected.Value.GetString(),
                "raised" => kind == "error" && text == expected.Value.GetString(),
                _ => kind == "error",
            };
            if (isSame && entry.TryGetProperty("generated", out var generated))
                isSame = string.Concat(rendering!.GenerationRanges.Select(range => text.Substring(range.Start, range.Length))) == generated.GetString();
            if (!isSame)
                wrong.Add($"{source}\n--expected {expected.Name}: {expected.Value}\n--got {kind}: {text}\n");
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count} differ:\n{string.Join('\n', wrong.Take(12))}");
        Assert.True(count > 300);
        Assert.True(sameErrors * 10 > errors * 7, $"{sameErrors} of {errors} errors say what Python's say");
    }
}
