using System.Buffers.Binary;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Foundation.Tests.Formats;

namespace Inkstone.Foundation.Tests.Fuzz;

/// <summary>GGUF files made wrong in their structure, in their whole numbers, and in their bytes.</summary>
internal static class GgufMutants
{
    public static FuzzTarget Target { get; } = new("gguf", Mutant, bytes => GgufHeader.Read(new MemoryStream(bytes), "fuzz"), (parsed, bytes) => Check((GgufHeader)parsed, bytes));

    private static byte[] Mutant(RngCursor random)
    {
        var draft = GgufDraft.Random(random);
        for (var times = random.NextInt(3); times > 0; times--)
            Restructure(draft, random);
        var fields = new List<(int Offset, int Size)>();
        var bytes = draft.ToArray(fields);
        for (var times = random.NextInt(3); times > 0 && fields.Count > 0; times--)
            ReplaceNumber(bytes, fields[random.NextInt(fields.Count)], random);
        return random.NextInt(3) == 0 ? ByteMutations.Apply(bytes, random) : bytes;
    }

    private static void Restructure(GgufDraft draft, RngCursor random)
    {
        switch (random.NextInt(9))
        {
            case 0:
                Rearrange(draft.Values, random);
                break;
            case 1:
                Rearrange(draft.Tensors, random);
                break;
            case 2:
                draft.Values.AddRange(GgufDraft.Random(random).Values);
                break;
            case 3:
                draft.Tensors.AddRange(GgufDraft.Random(random).Tensors);
                break;
            case 4 when draft.Values.Count > 0:
                var value = draft.Values[random.NextInt(draft.Values.Count)];
                (value.Type, value.ElementType) = ((uint)random.NextInt(14), (uint)random.NextInt(14));
                break;
            case 5 when draft.Tensors.Count > 0:
                draft.Tensors[random.NextInt(draft.Tensors.Count)].Type = (uint)random.NextInt(GgufTensorTypes.Count + 1);
                break;
            case 6 when draft.Tensors.Count > 0:
                var tensor = draft.Tensors[random.NextInt(draft.Tensors.Count)];
                tensor.Dimensions.Insert(random.NextInt(tensor.Dimensions.Count + 1), (ulong)random.NextInt(4));
                break;
            case 7:
                draft.Alignment = 1 << random.NextInt(12);
                break;
            default:
                draft.DataMore = random.NextInt(200) - 100;
                break;
        }
    }

    private static void Rearrange<T>(List<T> items, RngCursor random)
    {
        if (items.Count == 0)
            return;
        var (from, to) = (random.NextInt(items.Count), random.NextInt(items.Count));
        if (random.NextInt(3) == 0)
            items.RemoveAt(from);
        else if (random.NextInt(2) == 0)
            items.Insert(to, items[from]);
        else
            (items[from], items[to]) = (items[to], items[from]);
    }

    private static void ReplaceNumber(byte[] bytes, (int Offset, int Size) field, RngCursor random)
    {
        if (field.Offset + field.Size > bytes.Length)
            return; // cut away
        Span<byte> eight = stackalloc byte[8];
        bytes.AsSpan(field.Offset, field.Size).CopyTo(eight);
        BinaryPrimitives.WriteUInt64LittleEndian(eight, ByteMutations.Edge(BinaryPrimitives.ReadUInt64LittleEndian(eight), bytes.Length, random));
        eight[..field.Size].CopyTo(bytes.AsSpan(field.Offset));
    }

    private static void Check(GgufHeader header, byte[] bytes)
    {
        long end = 0;
        foreach (var tensor in header.Tensors.OrderBy(tensor => tensor.FileOffset))
        {
            FuzzTarget.Require(tensor.FileOffset % header.Alignment == header.DataOffset % header.Alignment && tensor.FileOffset >= Math.Max(end, header.DataOffset), "tensors overlap");
            end = tensor.FileOffset + tensor.ByteLength;
            FuzzTarget.Require(tensor.ByteLength > 0 && end <= bytes.Length, "a tensor is not inside the file");
            FuzzTarget.Require(tensor.ElementCount == tensor.Shape.Aggregate(1L, (product, next) => product * next), "the size is unlike the shape");
            FuzzTarget.Require(ReferenceEquals(header.Get(tensor.Name), tensor), "a name leads elsewhere");
        }
        foreach (var name in header.Metadata.Names)
            Use(header.Metadata.Get(name));
        var copied = new MemoryStream();
        GgufWriter.Write(GgufValues.CopyOf(header.Metadata).Set(GgufHeader.AlignmentKey, 32u), [], copied);
        var again = GgufMetadata.Read(copied, "again");
        FuzzTarget.Require(again.Names.All(name => name == GgufHeader.AlignmentKey || again.Get(name).Bytes.SequenceEqual(header.Metadata.Get(name).Bytes)), "the copy is another");
    }

    private static void Use(GgufValue value)
    {
        try
        {
            if (value.Type == GgufType.String)
                value.AsString();
            else if (value.Type == GgufType.Boolean)
                value.AsBoolean();
            else if (value.Type != GgufType.Array)
                value.AsDouble();
            else if (value.ElementType == GgufType.String)
                FuzzTarget.Require(value.AsTexts().Count() == value.Count, "an array has other items than it says");
            else if (value.ElementType == GgufType.Float32)
                value.AsSingles();
            else
                value.AsInt32s();
        }
        catch (InkstoneFormatException)
        {
        }
    }
}
