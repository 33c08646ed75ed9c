using System.Buffers.Binary;
using System.Text;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Builds character maps of a few rules in the layout of darts-clone.</summary>
internal static class SmallCharacterMap
{
    /// <summary>A map of several kinds of rules: one character, several, none, a longer result.</summary>
    public static byte[] Sample { get; } = Build(new()
    {
        ["Ａ"] = "A",
        ["①"] = "1",
        ["e\u0301"] = "é",
        ["\u3000"] = " ",
        ["\t"] = " ",
        ["\u200B"] = "",
        ["½"] = "1⁄2",
        ["カ\u3099"] = "ガ",
        ["🙂"] = ":-)",
    });

    private sealed class Node
    {
        public SortedDictionary<byte, Node> Children { get; } = [];

        public int Value { get; set; } = -1;
    }

    private static byte[] Build(Dictionary<string, string> rules)
    {
        var (root, results) = (new Node(), new List<byte>());
        foreach (var (from, to) in rules)
        {
            var node = root;
            foreach (var value in Encoding.UTF8.GetBytes(from))
            {
                if (!node.Children.TryGetValue(value, out var child))
                    node.Children.Add(value, child = new());
                node = child;
            }
            node.Value = results.Count;
            results.AddRange([.. Encoding.UTF8.GetBytes(to), 0]);
        }
        var units = new Dictionary<int, uint> { [0] = 0 };
        Place(root, 0, 0, units);
        var count = (units.Keys.Max() | 255) + 1;
        var bytes = new byte[4 + 4 * count];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, 4 * count);
        foreach (var (at, unit) in units)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + 4 * at), unit);
        return [.. bytes, .. results];
    }

    private static void Place(Node node, int at, byte label, Dictionary<int, uint> units)
    {
        byte[] labels = node.Value >= 0 ? [0, .. node.Children.Keys] : [.. node.Children.Keys];
        var place = 1;
        while (labels.Any(each => units.ContainsKey(place ^ each)))
            place++;
        units[at] = label | (node.Value >= 0 ? 1U << 8 : 0) | (uint)(at ^ place) << 10;
        foreach (var each in labels)
            units[place ^ each] = 0;
        if (node.Value >= 0)
            units[place] = (uint)node.Value | 1U << 31;
        foreach (var (each, child) in node.Children)
            Place(child, place ^ each, each, units);
    }
}
