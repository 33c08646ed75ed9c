using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>Which text of a pair is shortened.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer one, until both are of one length, then both.</summary>
    LongestFirst,

    /// <summary>The first.</summary>
    OnlyFirst,

    /// <summary>The second.</summary>
    OnlySecond,
}

/// <summary>A side of a row of tokens.</summary>
public enum TokenSide
{
    /// <summary>Its end.</summary>
    Right,

    /// <summary>Its beginning.</summary>
    Left,
}

/// <summary>How a text that is too long is shortened.</summary>
public sealed record Truncation
{
    /// <summary>The most tokens, those that a post-processor adds included.</summary>
    public required int MaximumLength { get; init; }

    /// <summary>How many tokens each part that overflows repeats of the part before. Default 0.</summary>
    public int Stride { get; init; }

    /// <summary>Which text of a pair is shortened. Default the longer one.</summary>
    public TruncationStrategy Strategy { get; init; }

    /// <summary>Which side is cut off. Default the end.</summary>
    public TokenSide Side { get; init; }

    /// <summary>Shortens one text or two.</summary>
    /// <param name="encodings">One text or two.</param>
    /// <param name="added">How many tokens will be added.</param>
    internal TokenEncoding[] Apply(TokenEncoding[] encodings, int added)
    {
        if (MaximumLength < 0 || Stride < 0)
            throw new InkstoneRequestException("a truncation is negative", nameof(Truncation), expected: "a length and a stride of at least 0");
        var room = Math.Max(0, MaximumLength - added);
        var total = encodings.Sum(encoding => encoding.Count);
        if (total <= room)
            return encodings;
        if (room == 0)
            return [.. encodings.Select(encoding => Cut(encoding, 0))];
        var lengths = encodings.Select(encoding => encoding.Count).ToArray();
        if (encodings.Length == 1 && Strategy != TruncationStrategy.OnlySecond)
            lengths[0] = room;
        else if (Strategy == TruncationStrategy.LongestFirst)
            Share(lengths, room);
        else
        {
            var target = Strategy == TruncationStrategy.OnlyFirst ? 0 : 1;
            var excess = total - room;
            if (target >= lengths.Length || lengths[target] <= excess)
                throw new InkstoneRequestException("the text to be shortened is too short", nameof(Truncation), expected: FormattableString.Invariant($"more than {excess} tokens"),
                    fix: "Use the strategy LongestFirst.");
            lengths[target] -= excess;
        }
        return [.. encodings.Select((encoding, i) => Cut(encoding, lengths[i]))];
    }

    private static void Share(int[] lengths, int room)
    {
        var (shorter, longer) = lengths[0] <= lengths[1] ? (0, 1) : (1, 0);
        lengths[longer] = lengths[shorter] > room ? lengths[shorter] : Math.Max(lengths[shorter], room - lengths[shorter]);
        if (lengths[shorter] + lengths[longer] <= room)
            return;
        (lengths[shorter], lengths[longer]) = (room / 2, (room / 2) + (room % 2));
    }

    private TokenEncoding Cut(TokenEncoding encoding, int length)
    {
        if (length >= encoding.Count)
            return encoding;
        if (length == 0)
            return new([], [encoding]);
        if (Stride >= length)
            throw new InkstoneRequestException("a stride is too large", nameof(Stride), expected: FormattableString.Invariant($"less than the {length} tokens of a part"),
                found: FormattableString.Invariant($"{Stride}"));
        TokenEncoding[] parts = [.. Parts(encoding.Count, length).Select(part => new TokenEncoding([.. encoding.Tokens.Skip(part.Start).Take(part.Length)]))];
        return new(parts[0].Tokens, parts[1..]);
    }

    private IEnumerable<TextRange> Parts(int count, int length)
    {
        if (Side == TokenSide.Right)
        {
            for (var start = 0; ; start += length - Stride)
            {
                var end = Math.Min(start + length, count);
                yield return new(start, end);
                if (end == count)
                    yield break;
            }
        }
        for (var end = count; ; end -= length - Stride)
        {
            var start = Math.Max(0, end - length);
            yield return new(start, end);
            if (start == 0)
                yield break;
        }
    }
}
