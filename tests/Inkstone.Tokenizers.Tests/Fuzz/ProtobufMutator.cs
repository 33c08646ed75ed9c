using Inkstone.Foundation.Randomness;
using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// Changes protobuf messages by their structure, lengths put right afterwards: fields are lost, doubled, repeated many times, exchanged, get other numbers, wire
/// types and values. Every third mutant has its bytes changed too, lengths and tags among them.
/// </summary>
internal sealed class ProtobufMutator(IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words)
{
    private static readonly ulong[] Numbers = [0, 1, 2, 3, 4, 5, 6, 7, 127, 128, 255, int.MaxValue, 1UL << 31, uint.MaxValue, long.MaxValue, ulong.MaxValue];

    private readonly List<Field>[] _seeds = [.. seeds.Select(seed => Parse(seed, depth: 0)!)];
    private readonly ByteMutator _bytes = new(seeds, words);

    private sealed record Field(int Number, int Wire, ulong Value, byte[] Bytes, List<Field>? Inner);

    /// <summary>A mutant of some seed.</summary>
    public byte[] Mutate(RngCursor random)
    {
        var message = new List<Field>(_seeds[random.NextInt(_seeds.Length)]);
        for (var times = 1 + random.NextInt(3); times > 0 && message.Count > 0; times--)
            Change(message, random);
        var bytes = new List<byte>();
        Write(message, bytes);
        return random.NextInt(3) == 0 ? _bytes.Mutate([.. bytes], random) : [.. bytes];
    }

    private void Change(List<Field> message, RngCursor random)
    {
        var at = random.NextInt(message.Count);
        var field = message[at];
        if (field.Inner is { Count: > 0 } inner && random.NextInt(4) > 0)
        {
            var copy = new List<Field>(inner);
            Change(copy, random);
            message[at] = field with { Inner = copy };
            return;
        }
        switch (random.NextInt(7))
        {
            case 0:
                message.RemoveAt(at);
                break;
            case 1:
                message.InsertRange(at, Enumerable.Repeat(field, random.NextInt(100) == 0 ? random.NextInt(3000) : 1 + random.NextInt(3)));
                break;
            case 2:
                var other = random.NextInt(message.Count);
                (message[at], message[other]) = (message[other], field);
                break;
            case 3:
                message[at] = field with { Number = random.NextInt(10) == 0 ? 536_870_911 : 1 + random.NextInt(50) };
                break;
            case 4:
                message[at] = field with { Wire = ((int[])[0, 1, 2, 3, 5, 7])[random.NextInt(6)], Inner = null };
                break;
            case 5:
                var seed = _seeds[random.NextInt(_seeds.Length)];
                message.Insert(at, seed[random.NextInt(seed.Count)]);
                break;
            default:
                message[at] = field with { Value = Numbers[random.NextInt(Numbers.Length)], Bytes = random.NextInt(2) == 0 ? [] : words[random.NextInt(words.Count)], Inner = null };
                break;
        }
    }

    /// <summary>The fields of a message; null where the bytes are none.</summary>
    private static List<Field>? Parse(ReadOnlySpan<byte> bytes, int depth)
    {
        var fields = new List<Field>();
        while (!bytes.IsEmpty)
        {
            if (!TryVarint(ref bytes, out var tag) || tag >> 3 is 0 or > 536_870_911)
                return null;
            var (number, wire) = ((int)(tag >> 3), (int)(tag & 7));
            ulong value = 0;
            var length = wire == 1 ? 8 : wire == 5 ? 4 : 0;
            if (wire is not (0 or 1 or 2 or 5) || (wire is 0 or 2 && !TryVarint(ref bytes, out value)) || (wire == 2 && value > (ulong)bytes.Length))
                return null;
            length = wire == 2 ? (int)value : length;
            if (length > bytes.Length)
                return null;
            var content = bytes[..length].ToArray();
            bytes = bytes[length..];
            fields.Add(new(number, wire, value, content, wire == 2 && depth < 2 && length > 0 ? Parse(content, depth + 1) : null));
        }
        return fields;
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && !bytes.IsEmpty; shift += 7)
        {
            var next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return true;
        }
        return false;
    }

    private static void Write(List<Field> message, List<byte> bytes)
    {
        foreach (var field in message)
        {
            WriteVarint(((ulong)field.Number << 3) | (uint)field.Wire, bytes);
            switch (field.Wire)
            {
                case 0:
                    WriteVarint(field.Value, bytes);
                    break;
                case 1 or 5:
                    for (var i = 0; i < (field.Wire == 1 ? 8 : 4); i++)
                        bytes.Add(i < field.Bytes.Length ? field.Bytes[i] : (byte)0xFF);
                    break;
                default:
                    var start = bytes.Count;
                    if (field.Inner is { } inner)
                        Write(inner, bytes);
                    else
                        bytes.AddRange(field.Bytes);
                    var length = new List<byte>();
                    WriteVarint((ulong)(bytes.Count - start), length);
                    bytes.InsertRange(start, length);
                    break;
            }
        }
    }

    private static void WriteVarint(ulong value, List<byte> bytes)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }
}
