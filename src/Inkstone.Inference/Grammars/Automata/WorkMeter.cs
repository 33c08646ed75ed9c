using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Inference;

/// <summary>Counts steps, so that a grammar that is too much work ends in an error and not in a hang.</summary>
internal sealed class WorkMeter
{
    private long _limit = long.MaxValue;

    /// <summary>Steps so far.</summary>
    public long Count { get; private set; }

    /// <summary>Allows so many steps from here.</summary>
    public void Allow(long steps) => _limit = Count + Math.Max(0, steps);

    /// <summary>Takes steps.</summary>
    /// <exception cref="InkstoneRequestException">There are none left.</exception>
    public void Add(int steps)
    {
        Count += steps;
        if (Count > _limit)
            throw new InkstoneRequestException("a grammar is too much work", "grammar", "fewer steps than the limit",
                string.Create(CultureInfo.InvariantCulture, $"more than {Count - steps} in all"), "Make the grammar less ambiguous, or its repeats shorter.");
    }
}
