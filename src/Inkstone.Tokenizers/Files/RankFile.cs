using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Reads and writes rank files, as tiktoken publishes them: a line for each token, its bytes in base 64, a space, and its id, which is also
/// the rank by which it is merged.
/// </summary>
internal static class RankFile
{
    /// <summary>The longest token that is read, in bytes.</summary>
    public const int LongestToken = 1024;

    /// <summary>How many ranks may be left out; each costs memory, and published files leave out none.</summary>
    public const int MostGaps = 1024;

    /// <summary>Whether bytes look like a rank file: a first line of base 64, a space and a number.</summary>
    public static bool Looks(ReadOnlySpan<byte> bytes)
    {
        var end = bytes[..Math.Min(bytes.Length, 1024)].IndexOf((byte)'\n');
        var line = end < 0 ? default : bytes[..end].TrimEnd((byte)'\r');
        var space = line.IndexOf((byte)' ');
        return space > 0 && System.Buffers.Text.Base64.IsValid(line[..space]) && System.Buffers.Text.Utf8Parser.TryParse(line[(space + 1)..], out int _, out var read)
            && read == line.Length - space - 1;
    }

    /// <summary>Reads a vocabulary.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="source">How errors name it.</param>
    /// <exception cref="InkstoneFormatException">A line is none of a rank file, or tokens do not make a vocabulary.</exception>
    public static BytePairModel Read(ReadOnlySpan<byte> bytes, string source)
    {
        var (count, highest) = Measure(bytes, source);
        if (highest > count + MostGaps)
            throw new InkstoneFormatException("a rank lies far beyond the number of tokens", source, FormattableString.Invariant($"{count} tokens"), FormattableString.Invariant($"{highest}"));
        var (block, starts, lengths) = (new byte[bytes.Length], new int[highest + 1], new int[highest + 1]);
        int used = 0, line = 0;
        foreach (var range in bytes.Split((byte)'\n'))
        {
            line++;
            var text = bytes[range].TrimEnd((byte)'\r');
            if (text.IsEmpty)
                continue;
            var (token, rank) = Cut(text, source, line);
            if (lengths[rank] > 0)
                throw At(source, line, "two tokens have one rank", found: FormattableString.Invariant($"{rank}"));
            if (Base64.DecodeFromUtf8(token, block.AsSpan(used), out _, out var length) != System.Buffers.OperationStatus.Done || length is 0 or > LongestToken)
                throw At(source, line, "a token is not base 64, or not 1 to 1,024 bytes long", found: Excerpt.Of(Encoding.UTF8.GetString(token)));
            (starts[rank], lengths[rank]) = (used, length);
            used += length;
        }
        var pieces = new PieceTable(block, starts, lengths);
        if (pieces.FirstDuplicate >= 0)
            throw new InkstoneFormatException("two ranks have the same token", source, found: FormattableString.Invariant($"rank {pieces.FirstDuplicate}"));
        for (var value = 0; value < 256; value++)
        {
            if (pieces.Find([(byte)value]) < 0)
                throw new InkstoneFormatException("the tokens do not cover all bytes", source, string.Create(CultureInfo.InvariantCulture, $"a token of the byte 0x{value:X2}"));
        }
        return new BytePairModel(pieces, new MergeTable(Merges(pieces)), ignoreMerges: true);
    }

    /// <summary>Writes a vocabulary.</summary>
    /// <exception cref="InkstoneRequestException">Its merges are not those that ranks in the order of ids give.</exception>
    public static byte[] Write(BytePairModel model)
    {
        if (!Merges(model.Pieces).AsSpan().SequenceEqual(model.Merges.All))
            throw new InkstoneRequestException("this vocabulary is none that ranks alone describe", nameof(Tokenizer.ToRanks),
                expected: "merges in the order of the tokens they make, one each", fix: "Write a tokenizer.json.");
        var text = new StringBuilder();
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            if (!model.Pieces[id].IsEmpty)
                text.Append(Convert.ToBase64String(model.Pieces[id])).Append(' ').Append(id.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>
    /// The merges that ranks mean. A token comes about from its bytes by merges of lower rank, always the lowest first, whatever stands around
    /// it, for nothing crosses its ends while it comes about; so the pair that is left last is the only one that ever becomes it.
    /// </summary>
    private static Merge[] Merges(PieceTable pieces)
    {
        var merges = new Merge[pieces.Count];
        var count = 0;
        Span<(int End, int Rank)> parts = stackalloc (int, int)[LongestToken];
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Length is >= 2 and <= LongestToken && TrySplit(pieces, id, parts, out var left, out var right))
                merges[count++] = new(left, right, id);
        }
        return merges[..count];
    }

    /// <summary>Merges a token's bytes by the ranks below its own; true if two parts are left.</summary>
    private static bool TrySplit(PieceTable pieces, int id, Span<(int End, int Rank)> parts, out int left, out int right)
    {
        var token = pieces[id];
        var count = token.Length;
        // Of each part: where it ends, and the rank of it and the next together.
        for (var i = 0; i < count; i++)
            parts[i] = (i + 1, i + 2 <= token.Length ? RankBelow(pieces, token[i..(i + 2)], id) : int.MaxValue);
        while (count > 2)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
                best = parts[i].Rank < parts[best].Rank ? i : best;
            if (parts[best].Rank == int.MaxValue)
                break;
            parts[best].End = parts[best + 1].End;
            parts[(best + 2)..count].CopyTo(parts[(best + 1)..]);
            count--;
            foreach (var i in (ReadOnlySpan<int>)[best - 1, best])
            {
                if (i >= 0)
                    parts[i].Rank = i + 1 < count ? RankBelow(pieces, token[(i == 0 ? 0 : parts[i - 1].End)..parts[i + 1].End], id) : int.MaxValue;
            }
        }
        (left, right) = count == 2 ? (pieces.Find(token[..parts[0].End]), pieces.Find(token[parts[0].End..])) : (-1, -1);
        return count == 2;
    }

    private static int RankBelow(PieceTable pieces, ReadOnlySpan<byte> text, int limit) => pieces.Find(text) is >= 0 and var rank && rank < limit ? rank : int.MaxValue;

    private static (int Count, int Highest) Measure(ReadOnlySpan<byte> bytes, string source)
    {
        int count = 0, highest = -1, line = 0;
        foreach (var range in bytes.Split((byte)'\n'))
        {
            line++;
            var text = bytes[range].TrimEnd((byte)'\r');
            if (text.IsEmpty)
                continue;
            highest = Math.Max(highest, Cut(text, source, line).Rank);
            count++;
        }
        return (count, highest);
    }

    private static RankLine Cut(ReadOnlySpan<byte> text, string source, int line)
    {
        var space = text.IndexOf((byte)' ');
        if (space <= 0 || !Utf8Parser.TryParse(text[(space + 1)..], out int rank, out var used) || used != text.Length - space - 1 || rank is < 0 or > 1 << 30)
            throw At(source, line, "a line is none of a rank file", "base 64, a space and a rank", Excerpt.Of(Encoding.UTF8.GetString(text[..Math.Min(text.Length, 100)])));
        return new(text[..space], rank);
    }

    private static InkstoneFormatException At(string source, int line, string what, string? expected = null, string? found = null) =>
        new(what, FormattableString.Invariant($"{source}, line {line}"), expected, found);

    private readonly ref struct RankLine(ReadOnlySpan<byte> token, int rank)
    {
        public ReadOnlySpan<byte> Token { get; } = token;

        public int Rank { get; } = rank;

        public void Deconstruct(out ReadOnlySpan<byte> token, out int rank)
        {
            token = Token;
            rank = Rank;
        }
    }
}
