using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;
using Xunit;

namespace Inkstone.TestKit;

/// <summary>
/// Feeds mutants of files to a parser: only format errors escape, what is allocated stays within 16 times the input and a mebibyte, and what is accepted can
/// be used. 100,000 mutants a format; a million where INKSTONE_HEAVY is 1.
/// </summary>
public static class Mutations
{
    public static bool IsHeavy { get; } = Environment.GetEnvironmentVariable("INKSTONE_HEAVY") == "1";

    /// <summary>How many mutants a format gets.</summary>
    public static int Rounds { get; } = IsHeavy ? 1_000_000 : 100_000;

    /// <summary>Feeds mutants to a parser and uses what it accepts.</summary>
    /// <param name="mutate">Makes a mutant.</param>
    /// <param name="parse">Parses; what it allocates is counted.</param>
    /// <param name="use">Uses what was parsed.</param>
    /// <param name="accepts">Of so many mutants at least one must be accepted.</param>
    /// <param name="refuses">Of so many mutants at least one must be refused.</param>
    /// <param name="share">One in so many of the usual mutants is tried, where each takes long.</param>
    public static void Run<T>(Func<RngCursor, byte[]> mutate, Func<byte[], T> parse, Action<T> use, int accepts = 100, int refuses = 20, int share = 1)
    {
        var random = Rng.From(99).Split("mutations").Cursor();
        int rounds = Rounds / share, accepted = 0, refused = 0;
        for (var round = 0; round < rounds; round++)
        {
            var bytes = mutate(random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var parsed = parse(bytes);
                CheckAllocated(before, bytes, round);
                use(parsed);
                accepted++;
            }
            catch (InkstoneFormatException error)
            {
                refused++;
                CheckAllocated(before, bytes, round);
                Assert.NotEmpty(error.What);
                Assert.False(string.IsNullOrEmpty(error.Where), $"mutant {round}: no place in '{error.Message}'");
            }
            catch (Exception error) when (error is not InkstoneFormatException)
            {
                throw new InvalidOperationException($"mutant {round}, {Beginning(bytes)}", error);
            }
        }
        Assert.True(accepted > rounds / accepts, $"only {accepted} of {rounds} mutants were accepted");
        Assert.True(refused > rounds / refuses, $"only {refused} of {rounds} mutants were refused");
    }

    /// <summary>What a thread may have allocated since, for an input.</summary>
    public static void CheckAllocated(long before, byte[] bytes, object name)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= 16L * bytes.Length + (1 << 20), $"mutant {name}: {allocated} bytes for {bytes.Length}, {Beginning(bytes)}");
    }

    private static string Beginning(byte[] bytes) => Convert.ToBase64String(bytes.AsSpan(0, Math.Min(bytes.Length, 6000)));
}
