using System.Buffers.Binary;
using Inkstone.Foundation.Randomness;
using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// Changes GGUF metadata by its structure: values are lost, exchanged, made of another type, their items lost, doubled, replaced or repeated many times. Every
/// third mutant has its bytes changed too, and counts and types overwritten.
/// </summary>
internal sealed class GgufMutator(IReadOnlyList<Func<GgufDraft>> seeds, IReadOnlyList<byte[]> words)
{
    private static readonly object[] Values =
    [
        "", "a", "llama", "gpt2", "bert", "t5", "gpt-2", "llama-bpe", "default", "▁a", (byte)1, -1, 0, 1, int.MaxValue, 0u, 7u, uint.MaxValue, 1f, float.NaN, float.NegativeInfinity, true, false,
        Array.Empty<byte>(), (byte[])[0], (byte[])[4, 0, 0, 0, 0, 0, 0, 0, 0], (int[])[1], (int[])[-1, 7, int.MaxValue], (float[])[0], (string[])[""], (string[])["a", "b"], (string[])["a b", "Ġ a"], (bool[])[true],
    ];

    private static readonly ulong[] Counts = [0, 1, 2, 255, 65_537, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32, long.MaxValue, ulong.MaxValue];

    private readonly ByteMutator _bytes = new([.. seeds.Select(seed => seed().ToBytes())], words);

    /// <summary>A mutant of some seed.</summary>
    public byte[] Mutate(RngCursor random)
    {
        var file = seeds[random.NextInt(seeds.Count)]();
        for (var times = 1 + random.NextInt(3); times > 0 && file.Names.Count > 0; times--)
            Change(file, random);
        var bytes = file.ToBytes();
        if (random.NextInt(4) == 0)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(random.NextInt(bytes.Length - 7)), Counts[random.NextInt(Counts.Length)]);
        return random.NextInt(4) == 0 ? _bytes.Mutate(bytes, random) : bytes;
    }

    private static void Change(GgufDraft file, RngCursor random)
    {
        var name = file.Names.ElementAt(random.NextInt(file.Names.Count));
        var value = file.Get(name);
        switch (random.NextInt(5))
        {
            case 0:
                file.Remove(name);
                break;
            case 1:
                file.Set(name, Values[random.NextInt(Values.Length)]);
                break;
            case 2:
                var other = file.Names.ElementAt(random.NextInt(file.Names.Count));
                file.Set(name, file.Get(other)).Set(other, value);
                break;
            default:
                if (value is Array { Length: > 0 } items)
                    file.Set(name, Changed(items, random));
                else
                    file.Set(name, Values[random.NextInt(Values.Length)]);
                break;
        }
    }

    private static Array Changed(Array items, RngCursor random)
    {
        var list = new System.Collections.ArrayList(items);
        var at = random.NextInt(items.Length);
        var fitting = Values.Where(each => each.GetType() == list[0]!.GetType()).ToArray();
        switch (random.NextInt(5))
        {
            case 0:
                list.RemoveAt(at);
                break;
            case 1:
                list.Insert(at, list[random.NextInt(list.Count)]);
                break;
            case 2:
                var other = random.NextInt(list.Count);
                (list[at], list[other]) = (list[other], list[at]);
                break;
            case 3 when random.NextInt(100) == 0:
                for (var count = random.NextInt(4000); count > 0; count--)
                    list.Insert(at, list[at] is string text ? text + count : list[at]);
                break;
            default:
                list[at] = fitting[random.NextInt(fitting.Length)];
                break;
        }
        return list.ToArray(items.GetType().GetElementType()!);
    }
}
