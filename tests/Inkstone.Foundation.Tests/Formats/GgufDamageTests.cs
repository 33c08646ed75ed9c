using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Foundation.Tests.Formats;

/// <summary>Every way in which a GGUF file can be bad, a thousand files each: refused, and for that reason.</summary>
public sealed class GgufDamageTests
{
    private const int Seeds = 1000;

    /// <summary>What is wrong, what the error must say, and how it is made wrong; the draft has two values and two tensors or more.</summary>
    private static readonly (string Kind, string Said, Action<GgufDraft, RngCursor> Damage)[] Damages =
    [
        ("wrong magic", "does not begin as", (draft, random) => draft.Magic[random.NextInt(4)] ^= (byte)(1 << random.NextInt(8))),
        ("unknown version", "a version that is not read", (draft, random) => draft.Version = random.NextInt(2) == 0 ? (uint)random.NextInt(2) : Math.Max(4, random.NextWord())),
        ("big-endian", "big-endian", (draft, _) => draft.Version <<= 24),
        ("value count negative", "too many values", (draft, random) => draft.ValueCount = ulong.MaxValue - random.NextWord()),
        ("tensor count negative", "too many values", (draft, random) => draft.TensorCount = ulong.MaxValue - random.NextWord()),
        ("value count too great for the file", "too short for its values", (draft, random) => draft.ValueCount = 50_000 + (ulong)random.NextInt(15_000)),
        ("tensor count too great for the file", "too short for its tensors", (draft, random) => draft.TensorCount = 50_000 + (ulong)random.NextInt(900_000)),
        ("key empty", "empty or too long", (draft, random) => Any(draft.Values, random).Name = []),
        ("key too long", "empty or too long", (draft, random) => Any(draft.Values, random).NameLength = 65_536 + (ulong)random.NextWord()),
        ("key not UTF-8", "not UTF-8", (draft, random) => Any(draft.Values, random).Name[0] = (byte)(0x80 + random.NextInt(0x80))),
        ("key twice", "stands twice in GGUF metadata", (draft, random) => draft.Values.Add(Any(draft.Values, random))),
        ("value of an unknown type", "an unknown type", (draft, random) => Any(draft.Values, random).Type = 13 + (random.NextWord() >> (1 + random.NextInt(28)))),
        ("array of an unknown type", "an unknown type", (draft, random) => (draft.Values[0].Type, draft.Values[0].ElementType) = (9, 13 + (random.NextWord() / 2))),
        ("array of arrays", "array of arrays", (draft, random) => (draft.Values[0].Type, draft.Values[0].ElementType) = (9, 9)),
        ("text longer than the file", "longer than the file", (draft, random) => Replace(draft, (uint)GgufType.String, 0, 0, (1UL << (20 + random.NextInt(43))) + random.NextWord())),
        ("array longer than the file", "longer than the file", (draft, random) => Replace(draft, (uint)GgufType.Array, (uint)random.NextInt(9), (1UL << (20 + random.NextInt(43))) + random.NextWord(), 0)),
        ("alignment zero", "alignment", (draft, _) => Realign(draft, 0)),
        ("alignment no power of two", "alignment", (draft, random) => Realign(draft, 3UL << random.NextInt(30))),
        ("alignment too great", "alignment", (draft, random) => Realign(draft, 1UL << (31 + random.NextInt(32)), GgufType.UInt64)),
        ("alignment negative", "alignment", (draft, random) => Realign(draft, ulong.MaxValue - random.NextWord(), GgufType.Int64)),
        ("alignment no whole number", "another type", (draft, _) => Realign(draft, 32, GgufType.Float32)),
        ("five dimensions and more", "too many dimensions", (draft, random) => Any(draft.Tensors, random).Rank = 5 + (random.NextWord() >> (1 + random.NextInt(30)))),
        ("dimension zero", "zero or too large", (draft, random) => Row(Any(draft.Tensors, random), 0)),
        ("dimension negative", "zero or too large", (draft, random) => Row(Any(draft.Tensors, random), ulong.MaxValue - random.NextWord())),
        ("weights overflow", "overflows", (draft, random) => Row(Any(draft.Tensors, random), 1UL << 40, 1UL << (23 + random.NextInt(40)))),
        ("weights overflow to the right number", "overflows", (draft, random) => Row(Any(draft.Tensors, random), 1UL << 32, 1UL << 32, 1 + (ulong)random.NextInt(9))),
        ("bytes overflow", "overflows", (draft, random) => Row(Any(draft.Tensors, random, GgufTensorType.F64), (1UL << 60) + random.NextWord())),
        ("tensor of an unknown type", "an unknown type", (draft, random) => Any(draft.Tensors, random).Type = (uint)GgufTensorTypes.Count + (random.NextWord() >> (1 + random.NextInt(30)))),
        ("rows of no whole blocks", "no whole blocks", (draft, random) => Row(Any(draft.Tensors, random, GgufTensorType.Q6_K), (256 * (ulong)random.NextInt(9)) + 1 + (ulong)random.NextInt(255))),
        ("offset not aligned", "not aligned", Misalign),
        ("offset beyond the file", "beyond the end of the file", (draft, random) => Any(draft.Tensors, random).Offset = draft.Align(1UL << (20 + random.NextInt(43)))),
        ("size beyond the file", "beyond the end of the file", (draft, random) => Row(Any(draft.Tensors, random), 256UL << (12 + random.NextInt(20)))),
        ("tensors overlap", "overlap", (draft, _) => draft.Tensors[1].Offset = 0),
        ("a hole between tensors", "hole", (draft, random) => MakeHole(draft, random.NextInt(draft.Tensors.Count))),
        ("tensor twice", "stands twice in the list", (draft, random) => draft.Tensors.Add(Any(draft.Tensors, random))),
        ("tensor name empty", "empty or too long", (draft, random) => Any(draft.Tensors, random).Name = []),
        ("tensor name too long", "empty or too long", (draft, random) => Any(draft.Tensors, random).Name = new byte[65 + random.NextInt(100)]),
        ("tensor name not UTF-8", "not UTF-8", (draft, random) => Any(draft.Tensors, random).Name[1] = (byte)(0x80 + random.NextInt(0x80))),
        ("data short", "beyond the end of the file", (draft, random) => draft.DataMore = -1 - random.NextInt((int)draft.Tensors[^1].Bytes)),
    ];

    public static TheoryData<string> Kinds => [.. Damages.Select(damage => damage.Kind)];

    [Theory, MemberData(nameof(Kinds))]
    public void IsRefused(string kind)
    {
        var (_, said, damage) = Damages.Single(one => one.Kind == kind);
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = Rng.From(seed).Split(kind).Cursor();
            var draft = GgufDraft.Random(random, leastValues: 2, leastTensors: 2);
            var right = draft.ToArray();
            Assert.Equal(draft.Tensors.Count, GgufHeader.Read(new MemoryStream(right), "right").Tensors.Count);
            damage(draft, random);
            var error = Assert.Throws<InkstoneFormatException>(() => GgufHeader.Read(new MemoryStream(draft.ToArray()), "model.gguf"));
            Assert.True(error.Message.Contains(said, StringComparison.Ordinal), $"seed {seed}: {error.Message}");
            Assert.StartsWith("model.gguf", error.Where, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AFileCutAnywhereIsRefused()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var whole = GgufDraft.Random(Rng.From(seed).Split("cut").Cursor(), 2, 2).ToArray();
            for (var length = 0; length < whole.Length; length++)
                Assert.Throws<InkstoneFormatException>(() => GgufHeader.Read(new MemoryStream(whole, 0, length), "cut"));
        }
    }

    private static T Any<T>(List<T> items, RngCursor random) => items[random.NextInt(items.Count)];

    /// <summary>A tensor, made one of a type.</summary>
    private static GgufDraft.Tensor Any(List<GgufDraft.Tensor> tensors, RngCursor random, GgufTensorType type)
    {
        var tensor = Any(tensors, random);
        tensor.Type = (uint)type;
        return tensor;
    }

    private static void Misalign(GgufDraft draft, RngCursor random)
    {
        if (draft.Alignment == 1)
            Realign(draft, 64);
        Any(draft.Tensors, random).Offset = (ulong)((draft.Alignment * random.NextInt(9)) + 1 + random.NextInt(draft.Alignment - 1));
    }

    private static void Row(GgufDraft.Tensor tensor, params ulong[] dimensions)
    {
        tensor.Dimensions.Clear();
        tensor.Dimensions.AddRange(dimensions);
    }

    private static void Realign(GgufDraft draft, ulong alignment, GgufType type = GgufType.UInt32)
    {
        draft.Values.RemoveAll(value => value.Name.AsSpan().SequenceEqual(GgufDraft.Value.Alignment(0).Name));
        draft.Values.Add(GgufDraft.Value.Alignment(alignment, type));
        draft.Alignment = alignment == 64 ? 64 : draft.Alignment;
    }

    private static void Replace(GgufDraft draft, uint type, uint elementType, ulong count, ulong length)
    {
        var value = new GgufDraft.Value("long") { Type = type, ElementType = elementType == 8 ? 0 : elementType, Count = count };
        value.Parts.Add((length, 8));
        draft.Values[0] = value;
    }

    /// <summary>Moves the tensors from one on by the alignment.</summary>
    private static void MakeHole(GgufDraft draft, int from)
    {
        ulong offset = 0;
        for (var i = 0; i < draft.Tensors.Count; i++)
        {
            draft.Tensors[i].Offset = offset + (i < from ? 0 : (ulong)draft.Alignment);
            offset = draft.Align(offset + draft.Tensors[i].Bytes);
        }
        draft.DataMore = draft.Alignment;
    }
}
