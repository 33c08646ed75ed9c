using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <summary>Counts the bytes of the arrays that are alive and refuses to pass a limit; asked before each allocation.</summary>
internal sealed class MemoryMeter(long limit)
{
    /// <summary>Bytes alive now.</summary>
    public long Bytes { get; private set; }

    /// <summary>The most bytes that were alive at one time.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Announces an allocation.</summary>
    /// <exception cref="InkstoneResourceException">It would pass the limit; nothing has been taken.</exception>
    public void Take(long bytes)
    {
        if (Bytes + bytes > limit)
            throw new InkstoneResourceException("the n-grams of this text need more memory than allowed",
                $"{nameof(NGramOptions)}.{nameof(NGramOptions.MaximumBytes)}", $"at most {Text(limit)} bytes", $"a need of {Text(Bytes + bytes)}",
                "Raise the limit, lower the order or train on less text.");
        Bytes += bytes;
        PeakBytes = Math.Max(PeakBytes, Bytes);
    }

    /// <summary>Announces that an array was let go.</summary>
    public void Give(long bytes) => Bytes -= bytes;

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
