using Inkstone.Foundation.Randomness;

namespace Inkstone.Foundation.Tests;

internal static class TestRandom
{
    public static RngCursor Seeded(long seed) => Rng.From(seed).Split("tests").Cursor();
}
