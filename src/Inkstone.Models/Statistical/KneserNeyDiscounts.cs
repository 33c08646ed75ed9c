namespace Inkstone.Models;

/// <summary>
/// What modified Kneser-Ney smoothing takes from an n-gram seen once, twice, and three times or more, to give to n-grams never
/// seen (Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling", 1998, section 3.2, equation 26).
/// </summary>
/// <param name="Once">D₁, in (0, 1].</param>
/// <param name="Twice">D₂, in (0, 2].</param>
/// <param name="Often">D₃₊, in (0, 3].</param>
public readonly record struct KneserNeyDiscounts(double Once, double Twice, double Often)
{
    /// <summary>
    /// Used where the counts of an order cannot give discounts: text is too little, or the vocabulary so small that nearly
    /// every n-gram has been seen (single bytes). The values are halves of the counts they are taken from.
    /// </summary>
    public static KneserNeyDiscounts Default => new(0.5, 1.0, 1.5);

    /// <summary>The discount of a count: 0 for none.</summary>
    public double Of(long count) => count switch { <= 0 => 0, 1 => Once, 2 => Twice, _ => Often };

    /// <summary>
    /// The discounts of one order from how many of its n-grams have count 1, 2, 3 and 4:
    /// Y = n₁ / (n₁ + 2 n₂), D₁ = 1 − 2 Y n₂/n₁, D₂ = 2 − 3 Y n₃/n₂, D₃₊ = 3 − 4 Y n₄/n₃.
    /// Where one of the four is zero, or a discount would not be positive, all three are <see cref="Default"/>.
    /// </summary>
    public static KneserNeyDiscounts FromCountsOfCounts(long n1, long n2, long n3, long n4)
    {
        if (n1 <= 0 || n2 <= 0 || n3 <= 0 || n4 <= 0)
            return Default;
        var y = n1 / (n1 + 2.0 * n2);
        var estimate = new KneserNeyDiscounts(
            1 - 2 * y * n2 / n1,
            2 - 3 * y * n3 / n2,
            3 - 4 * y * n4 / n3);
        return estimate is { Once: > 0, Twice: > 0, Often: > 0 } ? estimate : Default;
    }
}
