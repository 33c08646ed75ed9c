namespace Inkstone.Tokenizers;

/// <summary>
/// How much memory reading patterns may still take, about, so that a short pattern, or a file of many, does not ask for much. Whatever is made of a
/// pattern is spent here before or just after it is made.
/// </summary>
/// <param name="bytes">How many bytes may be spent.</param>
internal sealed class PatternBudget(long bytes)
{
    private const long Least = 608 << 10; // what is made takes up to 1.6 times what is reckoned
    private long _left = bytes;

    /// <summary>The budget of an input of so many bytes.</summary>
    public static PatternBudget For(long inputBytes) => new(Least + 4 * inputBytes);

    /// <summary>Spends memory.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="source">The pattern, for the error.</param>
    /// <exception cref="Foundation.Errors.InkstoneFormatException">So much is not left.</exception>
    public void Spend(long bytes, string source)
    {
        if ((_left -= bytes) < 0)
            throw PatternProgram.TooLarge(source, "more memory for patterns than a file of its size may ask for");
    }
}
