namespace Inkstone.Foundation.Randomness;

/// <summary>
/// Draws the elements of one <see cref="Rng"/> in order. Its whole state is <see cref="Position"/>, so it is saved and
/// resumed as one number.
/// </summary>
/// <param name="rng">The stream that is drawn.</param>
/// <param name="position">The element drawn next.</param>
public sealed class RngCursor(Rng rng, ulong position = 0)
{
    /// <summary>The stream that is drawn.</summary>
    public Rng Rng { get; } = rng;

    /// <summary>The element drawn next.</summary>
    public ulong Position { get; private set; } = position;

    /// <summary>The next 32 bits.</summary>
    public uint NextWord() => Rng.WordAt(Position++);

    /// <summary>The next number in [0, 1), 24 bits.</summary>
    public float NextUniform() => Rng.ToUnit(NextWord());

    /// <summary>The next number in [0, 1), 53 bits.</summary>
    public double NextDouble() => (((ulong)NextWord() << 21) ^ (NextWord() >> 11)) * (1.0 / 9007199254740992.0);

    /// <summary>The next whole number in [0, <paramref name="bound"/>), without bias (Lemire 2019, multiply and reject).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var limit = (uint)bound;
        var product = (ulong)NextWord() * limit;
        if ((uint)product < limit)
        {
            var threshold = unchecked(0u - limit) % limit;
            while ((uint)product < threshold)
                product = (ulong)NextWord() * limit;
        }
        return (int)(product >> 32);
    }

    /// <summary>Puts the items in a random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
