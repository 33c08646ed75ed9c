using System.Text;
using System.Text.Json;
using Inkstone.Foundation.Randomness;

namespace Inkstone.TestKit;

/// <summary>
/// Changes JSON by its structure, so that the mutant is JSON still: values take the place of others or of hostile ones (of another type, huge, deep, long),
/// members and items are lost, doubled, renamed, repeated many times. Every fourth mutant has its bytes changed too.
/// </summary>
public sealed class JsonMutator
{
    private static readonly byte[][] Hostile =
    [
        .. ((string[])["null", "true", "false", "0", "-1", "-0", "1.5", "1e999", "-1e-400", "2147483647", "2147483648", "4294967295", "1000000000", "99999999999999999999", "\"\"", "[]", "{}", "[[]]",
            "[null]", "{\"\":0}", "\"a\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"\\ud800\"", "[\"a\",1]", "{\"a\":1}", "{\"type\":\"Sequence\"}", "\" \"", "\"<s>\"", "\"a b\"", "\"[UNK]\"", "\"<0x41>\"",
            "{\"Regex\":\"(?:a{1000}){1000}\"}", "{\"Regex\":\"\\\\p{L}*\"}", "{\"Regex\":\"(a\"}", "{\"Regex\":\"a*b|a\"}", "{\"String\":\"\"}", "{\"String\":\"a\"}", "\"aa\"", "\"NFKC\"", "\"Replace\"", "\"ByteLevel\"",
        ]).Select(Encoding.UTF8.GetBytes),
        Encoding.UTF8.GetBytes(new string('[', 63) + new string(']', 63)),
        Encoding.UTF8.GetBytes(new string('[', 500)),
        Encoding.UTF8.GetBytes("\"" + new string('a', 5000) + "\""),
        Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Repeat("0", 1000)) + "]"),
        Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"{i}\":{i}")) + "}"),
    ];

    private readonly (byte[] Text, List<Place> Places)[] _seeds;
    private readonly ByteMutator _bytes;

    /// <summary>A mutator of these files.</summary>
    public JsonMutator(IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words)
    {
        _seeds = [.. seeds.Select(seed => (seed, Scan(seed)))];
        _bytes = new(seeds, words);
    }

    /// <summary>A value; of a member, <c>Name</c> is where its name begins, else −1; <c>IsInside</c> where it is an item or member.</summary>
    private readonly record struct Place(int Name, int Start, int End, bool IsInside)
    {
        public int First => Name >= 0 ? Name : Start;
    }

    /// <summary>A mutant of some seed.</summary>
    public byte[] Mutate(RngCursor random)
    {
        var (text, places) = _seeds[random.NextInt(_seeds.Length)];
        for (var times = 1 + random.NextInt(3); ;)
        {
            text = Change(text, places, random);
            if (--times == 0)
                break;
            try
            {
                places = Scan(text);
            }
            catch (JsonException)
            {
                break; // a hostile value was no JSON
            }
        }
        return random.NextInt(4) == 0 ? _bytes.Mutate(text, random) : text;
    }

    private byte[] Change(byte[] text, List<Place> places, RngCursor random)
    {
        var place = places[random.NextInt(places.Count)];
        switch (random.NextInt(7))
        {
            case 0 or 1:
                return Splice(text, place.Start, place.End, Hostile[random.NextInt(Hostile.Length)]);
            case 2:
                var (other, others) = _seeds[random.NextInt(_seeds.Length)];
                var value = others[random.NextInt(others.Count)];
                return Splice(text, place.Start, place.End, other.AsSpan(value.Start, value.End - value.Start));
            case 3 when place.IsInside:
                return Without(text, place);
            case 4 when place.Name >= 0:
                var named = places[random.NextInt(places.Count)];
                var name = named.Name >= 0 ? text.AsSpan(named.Name, named.Start - named.Name) : "\"a\":"u8;
                return Splice(text, place.Name, place.Start, name);
            case 5 when place.IsInside:
                var times = random.NextInt(200) == 0 ? 1 + random.NextInt(30_000 / (place.End - place.First + 1) + 1) : 1 + random.NextInt(3);
                return Repeat(text, place, times);
            default:
                var second = places[random.NextInt(places.Count)];
                var (left, right) = place.Start < second.Start ? (place, second) : (second, place);
                if (left.End > right.Start)
                    return Splice(text, left.Start, left.End, text.AsSpan(right.Start, right.End - right.Start));
                return [.. text[..left.Start], .. text[right.Start..right.End], .. text[left.End..right.Start], .. text[left.Start..left.End], .. text[right.End..]];
        }
    }

    private static byte[] Splice(byte[] text, int start, int end, ReadOnlySpan<byte> by) => [.. text.AsSpan(0, start), .. by, .. text.AsSpan(end)];

    private static byte[] Without(byte[] text, Place place)
    {
        var (start, end) = (place.First, place.End);
        while (end < text.Length && text[end] <= ' ')
            end++;
        if (end < text.Length && text[end] == ',')
            return Splice(text, start, end + 1, []);
        while (start > 0 && text[start - 1] <= ' ')
            start--;
        return Splice(text, start > 0 && text[start - 1] == ',' ? start - 1 : start, end, []);
    }

    // Members get names of their own, for a name twice is refused at once; now and then they keep theirs. So do texts that stand for themselves.
    private static byte[] Repeat(byte[] text, Place place, int times)
    {
        var inserted = new List<byte>();
        for (var i = 0; i < times; i++)
        {
            inserted.Add((byte)',');
            var part = text.AsSpan(place.First, place.End - place.First);
            if (part[0] == '"' && times % 8 != 0)
            {
                inserted.AddRange(part[..1]);
                inserted.AddRange(Encoding.ASCII.GetBytes($"{i}"));
                part = part[1..];
            }
            inserted.AddRange(part);
        }
        return Splice(text, place.End, place.End, [.. inserted]);
    }

    private static List<Place> Scan(byte[] text)
    {
        var places = new List<Place>();
        var open = new Stack<(int Name, int Start)>();
        var name = -1;
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 1000 });
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = start;
                    continue;
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    open.Push((name, start));
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    var (outer, begin) = open.Pop();
                    places.Add(new(outer, begin, (int)reader.BytesConsumed, open.Count > 0));
                    break;
                default:
                    places.Add(new(name, start, (int)reader.BytesConsumed, open.Count > 0));
                    break;
            }
            name = -1;
        }
        return places;
    }
}
