using System.Text.Json;

namespace Inkstone.Tokenizers.Tests;

/// <summary>The published templates render to what jinja2 renders them to, in every conversation.</summary>
public sealed class ChatTemplateParityTests
{
    public static TheoryData<string> Templates => [.. ChatFixtures.Read("real.json").EnumerateObject().Select(member => member.Name)];

    [SharedDataTheory]
    [MemberData(nameof(Templates))]
    public void Published_templates_render_as_jinja2_renders_them(string name)
    {
        var source = Source(name);
        var template = ChatTemplate.Parse(source);
        var wrong = new List<string>();
        foreach (var expected in ChatFixtures.Read("real.json").GetProperty(name).EnumerateObject())
        {
            var (kind, text, _) = ChatFixtures.Render(template.Source, ChatFixtures.Conversation(expected.Name));
            var digest = expected.Value.GetString()!.Split(' ');
            var isSame = digest[0] switch
            {
                "text" => kind == "text" && ChatFixtures.Digest(text) == digest[1],
                "raised" => kind == "error" && ChatFixtures.Digest(text) == digest[1],
                _ => kind == "error",
            };
            if (!isSame)
                wrong.Add($"{expected.Name}: expected {digest[0]}, got {kind} {text}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static string Source(string name)
    {
        var path = name.Split('#')[0];
        var text = File.ReadAllText(SharedData.Path(path));
        if (!path.EndsWith(".json", StringComparison.Ordinal))
            return text;
        var template = ChatTemplateInput.Json(text).GetProperty("chat_template");
        return template.ValueKind == JsonValueKind.String ? template.GetString()!
            : template.EnumerateArray().First(entry => entry.GetProperty("name").GetString() == name.Split('#')[1]).GetProperty("template").GetString()!;
    }
}
