using System.Buffers.Binary;
using System.Text;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Foundation.Tests.Formats;

/// <summary>A GGUF file as its fields, each of which may be made wrong; what is left alone is right.</summary>
internal sealed class GgufDraft
{
    private static readonly GgufType[] Scalars = [.. Enum.GetValues<GgufType>().Where(type => type is not (GgufType.String or GgufType.Array))];

    public byte[] Magic { get; set; } = "GGUF"u8.ToArray();

    public uint Version { get; set; } = 3;

    public ulong? ValueCount { get; set; }

    public ulong? TensorCount { get; set; }

    public int Alignment { get; set; } = 32;

    public List<Value> Values { get; } = [];

    public List<Tensor> Tensors { get; } = [];

    /// <summary>Bytes of data after those that the tensors take; negative to cut.</summary>
    public int DataMore { get; set; }

    /// <summary>A right file of random values and tensors.</summary>
    public static GgufDraft Random(RngCursor random, int leastValues = 0, int leastTensors = 0)
    {
        var draft = new GgufDraft { Version = 2 + (uint)random.NextInt(2) };
        if (random.NextInt(3) == 0)
        {
            draft.Alignment = 1 << random.NextInt(9);
            draft.Values.Add(Value.Alignment((uint)draft.Alignment));
        }
        var values = leastValues + random.NextInt(5);
        for (var i = 0; i < values; i++)
            draft.Values.Add(RandomValue($"k{i}." + new string('x', random.NextInt(6)), random));
        var tensors = leastTensors + random.NextInt(4);
        for (var i = 0; i < tensors; i++)
            draft.Tensors.Add(RandomTensor($"blk.{i}.weight", random));
        return draft;
    }

    /// <summary>The file.</summary>
    /// <param name="fields">Receives where its whole numbers stand and how many bytes they take.</param>
    public byte[] ToArray(List<(int Offset, int Size)>? fields = null)
    {
        var bytes = new MemoryStream();
        void Number(ulong value, int size)
        {
            fields?.Add(((int)bytes.Length, size));
            Span<byte> eight = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(eight, value);
            bytes.Write(eight[..size]);
        }
        void Name(byte[] name, ulong? length)
        {
            Number(length ?? (ulong)name.Length, 8);
            bytes.Write(name);
        }
        bytes.Write(Magic);
        Number(Version, 4);
        Number(TensorCount ?? (ulong)Tensors.Count, 8);
        Number(ValueCount ?? (ulong)Values.Count, 8);
        foreach (var value in Values)
        {
            Name(value.Name, value.NameLength);
            Number(value.Type, 4);
            if (value.Type == (uint)GgufType.Array)
            {
                Number(value.ElementType, 4);
                Number(value.Count, 8);
            }
            foreach (var (number, size) in value.Parts)
                Number(number, size);
        }
        ulong offset = 0, end = 0;
        foreach (var tensor in Tensors)
        {
            Name(tensor.Name, tensor.NameLength);
            Number(tensor.Rank ?? (uint)tensor.Dimensions.Count, 4);
            foreach (var dimension in tensor.Dimensions)
                Number(dimension, 8);
            Number(tensor.Type, 4);
            Number(tensor.Offset ?? offset, 8);
            end = offset + tensor.Bytes;
            offset = Align(end);
        }
        var data = Tensors.Count == 0 ? 0 : (long)Align((ulong)bytes.Length) - bytes.Length + (long)end;
        bytes.SetLength(Math.Max(0, bytes.Length + data + DataMore));
        return bytes.ToArray();
    }

    public ulong Align(ulong position) => (position + (ulong)Alignment - 1) / (ulong)Alignment * (ulong)Alignment;

    private static Value RandomValue(string name, RngCursor random)
    {
        var (value, kind) = (new Value(name), random.NextInt(4));
        if (kind == 0)
        {
            value.Type = (uint)GgufType.String;
            value.AddText(new string('é', random.NextInt(10)));
            return value;
        }
        var type = kind == 1 ? GgufType.String : Scalars[random.NextInt(Scalars.Length)];
        value.Type = kind == 2 ? (uint)type : (uint)GgufType.Array;
        value.ElementType = (uint)type;
        value.Count = kind == 2 ? 1 : (ulong)random.NextInt(6);
        for (var i = 0; i < (int)value.Count; i++)
        {
            if (type == GgufType.String)
                value.AddText(new string('t', random.NextInt(4)));
            else
                value.Parts.Add((type == GgufType.Boolean ? (ulong)random.NextInt(2) : random.NextWord(), GgufMetadata.SizeOf(type)));
        }
        return value;
    }

    private static Tensor RandomTensor(string name, RngCursor random)
    {
        var type = (GgufTensorType)random.NextInt(GgufTensorTypes.Count);
        var tensor = new Tensor(name, type);
        var rank = type.BlockLength() == 1 ? random.NextInt(5) : 1 + random.NextInt(4);
        for (var i = 0; i < rank; i++)
            tensor.Dimensions.Add((ulong)(1 + random.NextInt(2)) * (ulong)(i == 0 ? type.BlockLength() : 1));
        tensor.Bytes = (ulong)type.ByteCount([.. tensor.Dimensions.Select(dimension => (long)dimension).Reverse()])!.Value;
        return tensor;
    }

    internal sealed class Value(string name)
    {
        public byte[] Name { get; set; } = Encoding.UTF8.GetBytes(name);

        public ulong? NameLength { get; set; }

        public uint Type { get; set; }

        public uint ElementType { get; set; }

        public ulong Count { get; set; }

        /// <summary>What follows: numbers of so many bytes.</summary>
        public List<(ulong Number, int Size)> Parts { get; } = [];

        public static Value Alignment(ulong alignment, GgufType type = GgufType.UInt32) =>
            new(GgufHeader.AlignmentKey) { Type = (uint)type, Parts = { (alignment, GgufMetadata.SizeOf(type)) } };

        public void AddText(string text)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            Parts.Add(((ulong)utf8.Length, 8));
            foreach (var character in utf8)
                Parts.Add((character, 1));
        }
    }

    internal sealed class Tensor(string name, GgufTensorType type)
    {
        public byte[] Name { get; set; } = Encoding.UTF8.GetBytes(name);

        public ulong? NameLength { get; set; }

        public uint? Rank { get; set; }

        /// <summary>As files have them: the length of a row first.</summary>
        public List<ulong> Dimensions { get; } = [];

        public uint Type { get; set; } = (uint)type;

        public ulong? Offset { get; set; }

        /// <summary>The bytes its data takes.</summary>
        public ulong Bytes { get; set; }
    }
}
