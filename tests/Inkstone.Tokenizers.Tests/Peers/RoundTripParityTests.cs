using System.Text;
using System.Text.Json.Nodes;
using Inkstone.Foundation.Randomness;
using Xunit.Abstractions;

namespace Inkstone.Tokenizers.Tests;

/// <summary>tokenizer.json read and written again: to npm tokenizers, live, the same file; to us, the same bytes.</summary>
public sealed class RoundTripParityTests(ITestOutputHelper output)
{
    public static TheoryData<string> Files => ["gpt2/tokenizer.json", "phi3/tokenizer.json", "bert/all-MiniLM-L6-v2.tokenizer.json"];

    [PeerTheory, MemberData(nameof(Files))]
    public void PublishedFilesStayAsTheyAre(string path)
    {
        using var peer = new NodePeer();
        Assert.Null(Difference(peer, File.ReadAllText(SharedData.Path("tokenizers/" + path))));
    }

    [PeerTheory, MemberData(nameof(HuggingFaceParityTests.Published), MemberType = typeof(HuggingFaceParityTests))]
    public void PublishedVocabulariesStayAsTheyAre(string name)
    {
        using var peer = new NodePeer();
        Assert.Null(Difference(peer, Encoding.UTF8.GetString(PublishedTokenizers.Json(name))));
    }

    [PeerTheory, InlineData(5)]
    public void RandomPipelinesStayAsTheyAre(int seed)
    {
        var random = Rng.From(seed).Split("round trips").Cursor();
        using var peer = new NodePeer();
        var (differences, refused) = (0, 0);
        var rounds = 10 * PeerComparison.Lines;
        for (var round = 0; round < rounds; round++)
        {
            var file = PipelineFuzz.Tokenizer(random);
            (file["truncation"], file["padding"]) = PipelineFuzz.Lengths(random);
            if (random.NextInt(2) == 0)
                LeaveDefaultsOut(file, random);
            var json = file.ToJsonString();
            if (!peer.Load(Encoding.UTF8.GetBytes(json)))
                refused++;
            else if (Difference(peer, json) is { } difference && differences++ < 5)
                output.WriteLine(difference);
        }
        output.WriteLine($"{rounds} compared, {refused} refused by the peer, {differences} differ");
        Assert.Equal(0, differences);
    }

    /// <summary>Leaves out members of stages: those with a default stay as they were, the peer refuses files that lack others, but takes RoBERTa's processor for BERT's.</summary>
    private static void LeaveDefaultsOut(JsonNode node, RngCursor random)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
                Descend(item, random);
            return;
        }
        var members = node.AsObject();
        foreach (var (name, value) in members.ToArray())
        {
            if (members["type"]?.ToString() != "RobertaProcessing" && name is not ("type" or "model" or "vocab" or "added_tokens" or "version") && value is not null and not JsonArray && random.NextInt(12) == 0 && members.ContainsKey("type"))
                members.Remove(name);
            else if (name is not "vocab" and not "special_tokens")
                Descend(value, random);
        }

        static void Descend(JsonNode? child, RngCursor random)
        {
            if (child is JsonObject or JsonArray)
                LeaveDefaultsOut(child, random);
        }
    }

    private static string? Difference(NodePeer peer, string json)
    {
        byte[] ours;
        try
        {
            ours = Tokenizer.FromJson(Encoding.UTF8.GetBytes(json)).ToJson();
        }
        catch (Foundation.Errors.InkstoneException error)
        {
            return $"{error.Message}\n  {json[..Math.Min(json.Length, 2000)]}";
        }
        if (!Tokenizer.FromJson(ours).ToJson().AsSpan().SequenceEqual(ours))
            return "not the same bytes again: " + json[..Math.Min(json.Length, 2000)];
        var (expected, actual) = (Canonical(peer, json), Canonical(peer, Encoding.UTF8.GetString(ours)));
        return JsonNode.DeepEquals(expected, actual) ? null : FirstDifference("", expected, actual);
    }

    private static JsonNode Canonical(NodePeer peer, string json)
    {
        var reply = peer.Ask(new JsonObject { ["canonical"] = json });
        return JsonNode.Parse((string?)reply["json"] ?? $$"""{"error":{{reply["error"]!.ToJsonString()}}}""")!;
    }

    private static string FirstDifference(string path, JsonNode? expected, JsonNode? actual)
    {
        if (expected is JsonObject left && actual is JsonObject right)
        {
            foreach (var name in left.Select(member => member.Key).Union(right.Select(member => member.Key)))
            {
                if (!JsonNode.DeepEquals(left[name], right[name]))
                    return FirstDifference($"{path}.{name}", left[name], right[name]);
            }
        }
        if (expected is JsonArray row && actual is JsonArray other && row.Count == other.Count)
        {
            var at = Enumerable.Range(0, row.Count).First(i => !JsonNode.DeepEquals(row[i], other[i]));
            return FirstDifference($"{path}[{at}]", row[at], other[at]);
        }
        return $"{path}\n  before {Shown(expected)}\n  after  {Shown(actual)}";

        static string Shown(JsonNode? node) => node?.ToJsonString() is { } text ? text[..Math.Min(text.Length, 300)] : "null";
    }
}
