namespace Inkstone.Inference;

/// <summary>How many characters the texts of an expression have that names no rules.</summary>
internal static class TextLength
{
    /// <summary>The least and the greatest number; <see cref="GrammarExpression.Repeat.Unbounded"/> for no bound.</summary>
    public static (long Least, long Most) Of(GrammarExpression expression)
    {
        switch (expression)
        {
            case GrammarExpression.Sequence sequence:
                var (least, most) = (0L, 0L);
                foreach (var part in sequence.Parts)
                {
                    var (low, high) = Of(part);
                    (least, most) = (Bounded(least + low), Bounded(most + high));
                }
                return (least, most);
            case GrammarExpression.Choice { Options.Count: 0 }:
                return (0, 0);
            case GrammarExpression.Choice choice:
                var lengths = choice.Options.Select(Of).ToList();
                return (lengths.Min(length => length.Least), lengths.Max(length => length.Most));
            case GrammarExpression.Repeat repeat:
                var (shortest, longest) = Of(repeat.Body);
                return (Bounded(shortest * repeat.Least), longest == 0 ? 0 : Bounded(longest * repeat.Most));
            default:
                return (1, 1);
        }
    }

    private static long Bounded(long length) => Math.Min(length, GrammarExpression.Repeat.Unbounded);
}
