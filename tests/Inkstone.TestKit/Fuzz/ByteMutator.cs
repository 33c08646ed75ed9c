using Inkstone.Foundation.Randomness;

namespace Inkstone.TestKit;

/// <summary>Changes bytes without regard to what they mean: flips, losses, words put in or written over, parts moved, doubled, and taken from another seed.</summary>
/// <param name="seeds">Whole files.</param>
/// <param name="words">Bytes to put in.</param>
public sealed class ByteMutator(IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words)
{
    /// <summary>Of so many mutants one has a part repeated until it is long.</summary>
    public int InflatesOneIn { get; init; } = 1000;

    /// <summary>A mutant of some seed.</summary>
    public byte[] Mutate(RngCursor random) => Mutate(seeds[random.NextInt(seeds.Count)], random);

    /// <summary>A mutant of a file.</summary>
    public byte[] Mutate(byte[] seed, RngCursor random)
    {
        var bytes = new List<byte>(seed);
        for (var times = 1 + random.NextInt(4); times > 0; times--)
            Change(bytes, random);
        if (random.NextInt(InflatesOneIn) == 0)
            Repeat(bytes, random);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, RngCursor random)
    {
        var at = random.NextInt(bytes.Count + 1);
        switch (random.NextInt(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.NextInt(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.NextInt(256);
                break;
            case 2 when at < bytes.Count:
                bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + random.NextInt(12)));
                break;
            case 3:
                bytes.InsertRange(at, words[random.NextInt(words.Count)]);
                break;
            case 4:
                var from = random.NextInt(bytes.Count + 1);
                bytes.InsertRange(at, bytes.GetRange(from, Math.Min(bytes.Count - from, random.NextInt(80))));
                break;
            case 5 when random.NextInt(10) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                var other = seeds[random.NextInt(seeds.Count)];
                var part = random.NextInt(other.Length + 1);
                bytes.InsertRange(at, other.AsSpan(part, Math.Min(other.Length - part, random.NextInt(40))));
                break;
            default:
                var word = words[random.NextInt(words.Count)];
                for (var i = 0; i < word.Length && at + i < bytes.Count; i++)
                    bytes[at + i] = word[i];
                break;
        }
    }

    private static void Repeat(List<byte> bytes, RngCursor random)
    {
        var at = random.NextInt(bytes.Count + 1);
        var part = bytes.GetRange(at, Math.Min(bytes.Count - at, 1 + random.NextInt(200))).ToArray();
        if (part.Length == 0)
            return;
        var times = random.NextInt(20_000 / part.Length + 1);
        bytes.InsertRange(at, Enumerable.Repeat(part, times).SelectMany(each => each));
    }
}
