using System.Buffers.Binary;
using System.Text;

namespace Inkstone.Foundation.Formats;

/// <summary>A tensor to be written: its description, and a callback that streams its data.</summary>
/// <param name="Name">The name, unique in the model; at most 63 bytes, since ggml counts a zero at its end.</param>
/// <param name="Type">What its weights are stored as.</param>
/// <param name="Shape">The shape, row-major: the length of a row last. One to four dimensions, none of them zero; or none at all, for a single number.</param>
/// <param name="WriteData">Writes exactly the data's bytes, row-major and little-endian.</param>
public sealed record GgufSource(string Name, GgufTensorType Type, IReadOnlyList<long> Shape, Action<Stream> WriteData);

/// <summary>What goes into one file of a split model.</summary>
/// <param name="Values">Its named values.</param>
/// <param name="Tensors">Its tensors.</param>
public sealed record GgufPart(GgufValues Values, IReadOnlyList<GgufSource> Tensors);

/// <summary>
/// Writes a GGUF file, version 3, front to back: values and tensors in the order given, each tensor padded to the alignment (the value
/// <c>general.alignment</c>, else 32), the last one too, as ggml wants it.
/// </summary>
public static class GgufWriter
{
    /// <summary>The longest tensor name that is written, in bytes.</summary>
    public const int MaximumTensorNameBytes = GgufHeader.MaximumTensorNameBytes - 1;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a whole file.</summary>
    /// <param name="values">The named values.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="destination">Where it goes; not closed or flushed.</param>
    /// <exception cref="ArgumentException">There is too much of something, a tensor's name is empty, too long or given twice, its shape is not allowed, or a row is no whole blocks.</exception>
    /// <exception cref="InvalidOperationException">A callback wrote more or fewer bytes than its shape and type take.</exception>
    public static void Write(GgufValues values, IReadOnlyList<GgufSource> tensors, Stream destination)
    {
        var alignment = values.Alignment();
        var bytes = Check(values, tensors);
        var list = TensorList(tensors, bytes, alignment);
        Span<byte> head = stackalloc byte[GgufMetadata.HeadBytes];
        "GGUF"u8.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], 3);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], tensors.Count);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], values.Count);
        destination.Write(head);
        values.WriteTo(destination);
        destination.Write(list);
        Pad(head.Length + values.ByteCount + list.Length, alignment, destination);
        for (var i = 0; i < tensors.Count; i++)
        {
            using var guard = new ExactStream(destination, bytes[i], tensors[i].Name);
            tensors[i].WriteData(guard);
            guard.ThrowIfShort();
            Pad(bytes[i], alignment, destination);
        }
    }

    /// <summary>The length in bytes of the file that <see cref="Write"/> makes.</summary>
    /// <exception cref="ArgumentException">As <see cref="Write"/>.</exception>
    public static long LengthOf(GgufValues values, IReadOnlyList<GgufSource> tensors)
    {
        var alignment = values.Alignment();
        var bytes = Check(values, tensors);
        var head = GgufMetadata.HeadBytes + values.ByteCount + tensors.Sum(ListBytes);
        return bytes.Aggregate(GgufHeader.Align(head, alignment), (sum, next) => checked(sum + GgufHeader.Align(next, alignment)));
    }

    /// <summary>
    /// Divides a model into files, to be written each by itself to <see cref="GgufFile.PartPath"/>. The first one has all values; all of them have those that
    /// say which part they are. Tensors keep their order.
    /// </summary>
    /// <param name="values">The named values.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="maximumBytes">The greatest length of a file, in bytes; a file of one tensor, or of no tensor but all values, may be longer.</param>
    /// <returns>The files; one, and unaltered, where everything fits.</returns>
    /// <exception cref="ArgumentException">As <see cref="Write"/>, or more files would be needed than there may be.</exception>
    public static IReadOnlyList<GgufPart> Split(GgufValues values, IReadOnlyList<GgufSource> tensors, long maximumBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumBytes);
        if (LengthOf(values, tensors) <= maximumBytes)
            return [new(values, tensors)];
        var (alignment, bytes) = (values.Alignment(), Check(values, tensors));
        long HeadOf(int part) => GgufMetadata.HeadBytes + PartValues(values, part, 1, tensors.Count).ByteCount;
        var groups = new List<List<GgufSource>> { new() };
        var (head, data) = (HeadOf(0), 0L);
        for (var i = 0; i < tensors.Count; i++)
        {
            var (headMore, dataMore) = (ListBytes(tensors[i]), GgufHeader.Align(bytes[i], alignment));
            var isFull = GgufHeader.Align(head + headMore, alignment) + data > maximumBytes - dataMore;
            // a first file of values alone is made only where it helps: where the tensor fits into a file without them
            if (isFull && (groups[^1].Count > 0 || (groups.Count == 1 && GgufHeader.Align(HeadOf(1) + headMore, alignment) <= maximumBytes - dataMore)))
            {
                (head, data) = (HeadOf(groups.Count), 0);
                groups.Add([]);
            }
            groups[^1].Add(tensors[i]);
            (head, data) = (head + headMore, data + dataMore);
        }
        if (groups.Count == 1)
            return [new(values, tensors)];
        return groups.Count <= GgufFile.MaximumParts ? [.. groups.Select((group, i) => new GgufPart(PartValues(values, i, groups.Count, tensors.Count), group))]
            : throw new ArgumentException($"the model would take {groups.Count} files; {GgufFile.MaximumParts} are allowed", nameof(maximumBytes));
    }

    private static GgufValues PartValues(GgufValues values, int number, int count, int tensors)
    {
        var part = number == 0 ? values.Copy() : new GgufValues();
        if (number > 0 && values.Alignment() != GgufHeader.DefaultAlignment)
            part.Set(GgufHeader.AlignmentKey, (uint)values.Alignment());
        return part.Set(GgufFile.SplitNumberKey, (ushort)number).Set(GgufFile.SplitCountKey, (ushort)count).Set(GgufFile.SplitTensorsKey, tensors);
    }

    /// <summary>The bytes of each tensor, once all that the reader would refuse has been refused.</summary>
    private static long[] Check(GgufValues values, IReadOnlyList<GgufSource> tensors)
    {
        if (values.Count > GgufMetadata.MaximumCount || tensors.Count > GgufMetadata.MaximumTensors
            || GgufMetadata.HeadBytes + values.ByteCount + tensors.Sum(ListBytes) > GgufMetadata.MaximumBytes)
            throw new ArgumentException($"a GGUF file holds at most {GgufMetadata.MaximumCount} values and {GgufMetadata.MaximumTensors} tensors, "
                + $"and at most {GgufMetadata.MaximumBytes} bytes before its data", nameof(values));
        var names = new HashSet<string>(StringComparer.Ordinal);
        var bytes = new long[tensors.Count];
        for (var i = 0; i < bytes.Length; i++)
        {
            var tensor = tensors[i];
            if (Utf8.GetByteCount(tensor.Name) is 0 or > MaximumTensorNameBytes || !names.Add(tensor.Name))
                throw new ArgumentException($"a tensor name is empty, too long or given twice: '{tensor.Name}'", nameof(tensors));
            if (tensor.Shape.Count > GgufHeader.MaximumRank || tensor.Shape.Any(dimension => dimension <= 0) || (uint)tensor.Type >= GgufTensorTypes.Count)
                throw new ArgumentException($"tensor '{tensor.Name}' has more than {GgufHeader.MaximumRank} dimensions, one that is not positive, or no type", nameof(tensors));
            bytes[i] = tensor.Type.ByteCount([.. tensor.Shape])
                ?? throw new ArgumentException($"the rows of tensor '{tensor.Name}' are no whole blocks of {tensor.Type.BlockLength()}, or its size overflows", nameof(tensors));
        }
        return bytes;
    }

    private static long ListBytes(GgufSource tensor) => 8 + Utf8.GetByteCount(tensor.Name) + 4 + (8 * tensor.Shape.Count) + 4 + 8;

    private static byte[] TensorList(IReadOnlyList<GgufSource> tensors, long[] bytes, int alignment)
    {
        var list = new byte[tensors.Sum(ListBytes)];
        var at = 0;
        long offset = 0;
        void Put(ulong value, int size)
        {
            Span<byte> eight = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(eight, value);
            eight[..size].CopyTo(list.AsSpan(at));
            at += size;
        }
        for (var i = 0; i < bytes.Length; i++)
        {
            var tensor = tensors[i];
            Put((ulong)Utf8.GetByteCount(tensor.Name), 8);
            at += Utf8.GetBytes(tensor.Name, list.AsSpan(at));
            Put((ulong)tensor.Shape.Count, 4);
            foreach (var dimension in tensor.Shape.Reverse())
                Put((ulong)dimension, 8);
            Put((ulong)tensor.Type, 4);
            Put((ulong)offset, 8);
            offset = checked(offset + GgufHeader.Align(bytes[i], alignment));
        }
        return list;
    }

    private static void Pad(long position, int alignment, Stream destination)
    {
        ReadOnlySpan<byte> zeros = stackalloc byte[64];
        for (var left = GgufHeader.Align(position, alignment) - position; left > 0; left -= Math.Min(left, zeros.Length))
            destination.Write(zeros[..(int)Math.Min(left, zeros.Length)]);
    }
}
