using Inkstone.Foundation.Errors;

namespace Inkstone.Tensors;

/// <summary>Facts of weight formats, and rows of weights from them to single precision and back.</summary>
public static class WeightFormats
{
    private const float Greatest = 7.2057594e16f; // 2^56: squares of it can be summed

    /// <summary>Every format, in the order of the enumeration.</summary>
    public static IReadOnlyList<WeightFormat> All { get; } = Array.ConvertAll(WeightFormatTable.Entries, entry => entry.Format);

    /// <summary>Weights in a block: 256, 32, or 1 where there are no blocks. A row holds whole blocks.</summary>
    public static int BlockLength(this WeightFormat format) => Entry(format).Length;

    /// <summary>Bytes of a block.</summary>
    public static int BlockBytes(this WeightFormat format) => Entry(format).Bytes;

    /// <summary>Bytes that weights take: count / <see cref="BlockLength"/> · <see cref="BlockBytes"/>.</summary>
    /// <exception cref="InkstoneShapeException">The count is negative or no multiple of <see cref="BlockLength"/>.</exception>
    /// <exception cref="InkstoneResourceException">That is more than a 64-bit integer holds.</exception>
    public static long ByteLength(this WeightFormat format, long count)
    {
        var entry = Entry(format);
        if (count < 0 || count % entry.Length != 0)
            throw new InkstoneShapeException("a number of weights does not fill blocks", entry.Name, Inv($"a multiple of {entry.Length}"), Inv($"{count}"));
        var bytes = (Int128)(count / entry.Length) * entry.Bytes;
        return bytes <= long.MaxValue ? (long)bytes
            : throw new InkstoneResourceException("weights take more bytes than can be counted", entry.Name, found: Inv($"{count} weights"));
    }

    /// <summary>The name that GGUF files use, such as <c>Q4_K</c>.</summary>
    public static string Name(this WeightFormat format) => Entry(format).Name;

    /// <summary>The format of a name, in capitals or not; false if there is none.</summary>
    public static bool TryParse(string name, out WeightFormat format)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryFind(entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase), out format);
    }

    /// <summary>The number that stands for the format in GGUF files (<c>ggml_type</c>).</summary>
    public static int GgufId(this WeightFormat format) => Entry(format).GgufId;

    /// <summary>The format of a number in GGUF files; false if it is none of these.</summary>
    public static bool TryFromGgufId(long id, out WeightFormat format) => TryFind(entry => entry.GgufId == id, out format);

    /// <summary>Weights as single precision: bit for bit what ggml's <c>dequantize_row_*</c> gives, but for the payload of NaNs.</summary>
    /// <param name="format">The format of the bytes.</param>
    /// <param name="bytes">Whole blocks.</param>
    /// <param name="weights">Where the weights are written: as many as the bytes hold.</param>
    /// <exception cref="InkstoneShapeException">The lengths do not fit together.</exception>
    public static void Dequantize(WeightFormat format, ReadOnlySpan<byte> bytes, Span<float> weights)
    {
        CheckLengths(format, weights.Length, bytes.Length);
        Entry(format).Dequantize(bytes, weights);
    }

    /// <summary>
    /// Writes weights in a format, such that the sum of (importance + a third of the block's mean importance)·(weight - written weight)² is as small as
    /// a search finds it. The same weights give the same bytes on every processor. Weights beyond what a block's half-precision scales reach are cut to
    /// the nearest that is reached.
    /// </summary>
    /// <param name="format">The format to write.</param>
    /// <param name="weights">Whole rows; in block formats finite and below 2^56 in magnitude.</param>
    /// <param name="importance">Empty, or a number for each column of a row, below 2^56 and not negative; its length is then the row's. Dense formats ignore it.</param>
    /// <param name="bytes">Where the blocks are written.</param>
    /// <exception cref="InkstoneShapeException">The lengths do not fit together.</exception>
    /// <exception cref="InkstoneNumericException">A weight or an importance is not finite or too great, or an importance is negative.</exception>
    public static void Quantize(WeightFormat format, ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, Span<byte> bytes)
    {
        var entry = Entry(format);
        CheckWeights(format, weights, bytes.Length);
        if (!importance.IsEmpty && (importance.Length % entry.Length != 0 || weights.Length % importance.Length != 0))
        {
            throw new InkstoneShapeException("importance does not fit the rows", entry.Name,
                Inv($"a multiple of {entry.Length} that divides {weights.Length} weights"), Inv($"{importance.Length}"));
        }
        if (entry.Length > 1)
        {
            CheckMagnitude(importance, "an importance", entry.Name);
            if (importance.IndexOfAnyExceptInRange(0, Greatest) is var i and >= 0)
                throw new InkstoneNumericException("an importance is negative", entry.Name, "0 or more", Inv($"{importance[i]} at {i}"));
        }
        entry.Quantize(weights, importance, bytes);
    }

    /// <summary>Throws unless weights may be written in a format.</summary>
    internal static void CheckWeights(WeightFormat format, ReadOnlySpan<float> weights, int bytes)
    {
        CheckLengths(format, weights.Length, bytes);
        if (format.BlockLength() > 1)
            CheckMagnitude(weights, "a weight", format.Name());
    }

    /// <summary>The line of the table.</summary>
    internal static WeightFormatEntry Entry(WeightFormat format) => (int)format < WeightFormatTable.Entries.Length ? WeightFormatTable.Entries[(int)format]
        : throw new InkstoneRequestException("there is no such weight format", found: Inv($"{(int)format}"));

    private static bool TryFind(Predicate<WeightFormatEntry> wanted, out WeightFormat format)
    {
        var entry = Array.Find(WeightFormatTable.Entries, wanted);
        format = entry?.Format ?? default;
        return entry is not null;
    }

    private static void CheckLengths(WeightFormat format, int weights, int bytes)
    {
        var expected = format.ByteLength(weights);
        if (bytes != expected)
            throw new InkstoneShapeException("weights and bytes differ in length", format.Name(), Inv($"{expected} bytes for {weights} weights"), Inv($"{bytes}"));
    }

    /// <summary>Finds NaNs, infinities and what is too great for sums of squares.</summary>
    private static void CheckMagnitude(ReadOnlySpan<float> values, string what, string where)
    {
        if (values.IndexOfAnyExceptInRange(-Greatest, Greatest) is var i and >= 0)
            throw new InkstoneNumericException($"{what} is not finite or too great", where, "less than 2^56", Inv($"{values[i]} at {i}"));
    }

    private static string Inv(FormattableString text) => FormattableString.Invariant(text);
}
