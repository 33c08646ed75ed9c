using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tokenizers.Tests;

/// <summary>
/// Mutated files: only format errors escape, and what is allocated stays within 16 times the input and a mebibyte. 100,000 mutants a
/// format where INKSTONE_HEAVY is 1, fewer elsewhere.
/// </summary>
internal static class Mutations
{
    public static bool IsHeavy { get; } = Environment.GetEnvironmentVariable("INKSTONE_HEAVY") == "1";

    /// <summary>Feeds mutants of the seeds to a parser and uses what it accepts.</summary>
    /// <param name="seeds">Whole files.</param>
    /// <param name="words">Bytes to put in.</param>
    /// <param name="parse">Parses; what it allocates is counted.</param>
    /// <param name="use">Uses what was parsed.</param>
    /// <param name="rounds">How many mutants where it is not heavy.</param>
    /// <param name="accepts">Of so many mutants at least one must be accepted.</param>
    public static void Run<T>(byte[][] seeds, byte[][] words, Func<byte[], T> parse, Action<T> use, int rounds, int accepts = 100)
    {
        rounds = IsHeavy ? 100_000 : rounds;
        var random = Rng.From(99).Split("mutations").Cursor();
        int accepted = 0, refused = 0;
        foreach (var seed in seeds)
            use(parse(seed));
        for (var round = 0; round < rounds; round++)
        {
            var bytes = Mutate(seeds[random.NextInt(seeds.Length)], words, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var parsed = parse(bytes);
                CheckAllocated(round, before, bytes);
                use(parsed);
                accepted++;
            }
            catch (InkstoneFormatException)
            {
                refused++;
                CheckAllocated(round, before, bytes);
            }
        }
        Assert.True(accepted > rounds / accepts, $"only {accepted} of {rounds} mutants were accepted");
        Assert.True(refused > rounds / 20, $"only {refused} of {rounds} mutants were refused");
    }

    private static void CheckAllocated(int round, long before, byte[] bytes)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= 16L * bytes.Length + (1 << 20), $"mutant {round}: {allocated} bytes for {bytes.Length}");
    }

    private static byte[] Mutate(byte[] seed, byte[][] words, RngCursor random)
    {
        var bytes = new List<byte>(seed);
        for (var times = 1 + random.NextInt(4); times > 0; times--)
        {
            var at = random.NextInt(bytes.Count + 1);
            switch (random.NextInt(7))
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
                    bytes.InsertRange(at, words[random.NextInt(words.Length)]);
                    break;
                case 4:
                    var from = random.NextInt(bytes.Count + 1);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(bytes.Count - from, random.NextInt(80))));
                    break;
                case 5 when random.NextInt(10) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    var word = words[random.NextInt(words.Length)];
                    for (var i = 0; i < word.Length && at + i < bytes.Count; i++)
                        bytes[at + i] = word[i];
                    break;
            }
        }
        return [.. bytes];
    }
}
