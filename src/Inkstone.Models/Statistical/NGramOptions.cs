using System.Globalization;
using System.Numerics;
using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <summary>The shape of an n-gram model and the memory that making it may take.</summary>
/// <param name="Order">
/// The n of n-gram: a token is predicted from the n − 1 before it. An n-gram is kept as one 64-bit key, so
/// <paramref name="Order"/> × ⌈log₂ <paramref name="VocabularySize"/>⌉ may be at most 64: order 7 over bytes, order 5 over
/// 4,096 tokens, order 3 over 2 million.
/// </param>
/// <param name="VocabularySize">How many token ids there are, those of document borders included.</param>
public sealed record NGramOptions(int Order, int VocabularySize)
{
    /// <summary>
    /// The most bytes that training's arrays and the finished tables may hold at one time, from 1 MiB to 16 GiB; 1 GiB unless
    /// told. A corpus that needs more ends training with an <see cref="InkstoneResourceException"/>: nothing is pruned, since a
    /// pruned model would be another model than the one the report names.
    /// </summary>
    public long MaximumBytes { get; init; } = 1L << 30;

    /// <summary>The order-5 model over bytes (<see cref="ByteVocabulary"/>), a baseline of every report.</summary>
    public static NGramOptions ByteOrder5 { get; } = new(5, ByteVocabulary.Size);

    /// <summary>Bits one token takes in a key: ⌈log₂ V⌉, at least 1.</summary>
    internal int TokenBits => VocabularySize <= 2 ? 1 : BitOperations.Log2((uint)(VocabularySize - 1)) + 1;

    /// <summary>Throws unless every value is in range.</summary>
    /// <exception cref="InkstoneRequestException">One is not; the message names it.</exception>
    public void Validate()
    {
        if (Order < 1)
            throw Invalid(nameof(Order), "at least 1", Order);
        if (VocabularySize < 1)
            throw Invalid(nameof(VocabularySize), "at least 1", VocabularySize);
        if (MaximumBytes is < (1L << 20) or > (1L << 34))
            throw Invalid(nameof(MaximumBytes), "1048576 (1 MiB) to 17179869184 (16 GiB)", MaximumBytes);
        if ((long)Order * TokenBits > 64)
            throw Invalid(nameof(Order), string.Create(CultureInfo.InvariantCulture,
                $"at most {64 / TokenBits} for {VocabularySize} token ids (an n-gram is one 64-bit key, a token {TokenBits} bits of it)"), Order);
    }

    private static InkstoneRequestException Invalid(string name, string expected, long found) =>
        new("an option of the n-gram model is out of range", $"{nameof(NGramOptions)}.{name}", expected, found.ToString(CultureInfo.InvariantCulture));
}
