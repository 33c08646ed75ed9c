using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Foundation.Tests.Formats;

public class SafetensorsHeaderTests
{
    private const string Good = """{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"a":{"dtype":"BF16","shape":[],"data_offsets":[16,18]}}   """;

    [Fact]
    public void ReadsAGoodHeader()
    {
        var header = SafetensorsBytes.Read(Good, 18);
        Assert.Equal("pt", header.Metadata["format"]);
        Assert.Equal(["b", "a"], header.Tensors.Select(tensor => tensor.Name));
        var b = header.Get("b");
        Assert.Equal([2L, 2L], b.Shape.AsEnumerable());
        Assert.Equal((SafetensorsType.F32, 4L, 16L, 8L + Good.Length), (b.Type, b.ElementCount, b.ByteLength, b.FileOffset));
        Assert.Equal(1, header.Get("a").ElementCount);
        Assert.Null(header.Find("c"));
        Assert.Contains("'c'", Assert.Throws<InkstoneFormatException>(() => header.Get("c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyTensorsAndAnEmptyFileAreLegal()
    {
        Assert.Empty(SafetensorsBytes.Read("{}", 0).Tensors);
        var header = SafetensorsBytes.Read("""{"e":{"dtype":"F32","shape":[0,4],"data_offsets":[4,4]},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"f":{"dtype":"I64","shape":[0],"data_offsets":[0,0]}}""", 4);
        Assert.Equal(["f", "x", "e"], header.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(0, header.Get("e").ElementCount);
    }

    [Fact]
    public void EveryTypeHasItsSize()
    {
        int[] sizes = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 8, 8, 8];
        var types = Enum.GetValues<SafetensorsType>();
        Assert.Equal(sizes, types.Select(type => type.ByteSize()));
        foreach (var type in types)
        {
            Assert.True(SafetensorsTypes.TryParse(type.Name(), out var parsed));
            Assert.Equal(type, parsed);
            var bytes = 3 * type.ByteSize();
            Assert.Equal(type, SafetensorsBytes.Read($$$"""{"x":{"dtype":"{{{type.Name()}}}","shape":[3],"data_offsets":[0,{{{bytes}}}]}}""", bytes).Get("x").Type);
        }
    }

    private static string One(string dtype = "\"F32\"", string shape = "[2]", string offsets = "[0,8]", string name = "x") =>
        $$"""{"{{name}}":{"dtype":{{dtype}},"shape":{{shape}},"data_offsets":{{offsets}} } }""";

    private static string Two(string first, string second) =>
        $$"""{"a":{"dtype":"U8","shape":[4],"data_offsets":{{first}} },"b":{"dtype":"U8","shape":[4],"data_offsets":{{second}} } }""";

    /// <summary>The class of damage, the header, the bytes of data, and what the error must say.</summary>
    public static TheoryData<string, string, int, string> BadHeaders => new()
    {
        { "wrong magic", "GGUF{}", 8, "'{'" },
        { "space before the object", " {}", 0, "0x20" },
        { "header not an object", "[]", 0, "'{'" },
        { "header empty", "", 0, "an empty header" },
        { "header cut", One()[..^1], 8, "header" },
        { "junk after the object", One() + "x", 8, "header" },
        { "two objects", One() + "{}", 8, "header" },
        { "NUL padding", One() + "\0\0", 8, "header" },
        { "tensor not an object", """{"x":3}""", 0, "an object" },
        { "tensor null", """{"x":null}""", 0, "an object" },
        { "empty name", One(name: ""), 8, "1 to 4096" },
        { "name too long", One(name: new string('n', 5000)), 8, "5000 characters" },
        { "duplicate tensor", """{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "x" },
        { "duplicate tensor by escape", """{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\u0078":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "x" },
        { "duplicate member", """{"x":{"dtype":"U8","dtype":"I8","shape":[4],"data_offsets":[0,4]}}""", 4, "dtype" },
        { "duplicate metadata", """{"__metadata__":{"a":"1","a":"2"}}""", 0, "a" },
        { "metadata no object", """{"__metadata__":["a"]}""", 0, "$.__metadata__" },
        { "metadata no string", """{"__metadata__":{"a":1}}""", 0, "$.__metadata__.a" },
        { "metadata nested", """{"__metadata__":{"a":{"b":"c"}}}""", 0, "a string" },
        { "metadata null", """{"__metadata__":{"a":null}}""", 0, "found null" },
        { "dtype missing", """{"x":{"shape":[2],"data_offsets":[0,8]}}""", 8, "lacks a member" },
        { "shape missing", """{"x":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "lacks a member" },
        { "offsets missing", """{"x":{"dtype":"F32","shape":[2]}}""", 8, "lacks a member" },
        { "unknown member", """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"stride":[1]}}""", 8, "not understood" },
        { "unknown type", One("\"F33\""), 8, "'F33'" },
        { "type not read", One("\"F8_E8M0\""), 8, "an element type that is not read" },
        { "type of less than a byte", One("\"F4\""), 8, "'F4'" },
        { "type in lower case", One("\"f32\""), 8, "'f32'" },
        { "type no string", One("7"), 8, "a string" },
        { "shape no array", One(shape: "2"), 8, "an array" },
        { "shape nested", One(shape: "[[2]]"), 8, "$.x.shape[0]" },
        { "shape of strings", One(shape: "[\"2\"]"), 8, "a whole number" },
        { "dimension negative", One(shape: "[-2]"), 8, "found -2" },
        { "dimension fractional", One(shape: "[2.0]"), 8, "found 2.0" },
        { "dimension beyond 64 bits", One(shape: "[18446744073709551618]"), 8, "18446744073709551618" },
        { "dimension of 2^63", One(shape: "[9223372036854775808]"), 8, "a whole number" },
        { "element count overflows", One(shape: "[4294967296,4294967296]"), 8, "overflows" },
        { "element count overflows to the right size", One(shape: "[9223372036854775807,2,2]"), 8, "overflows" },
        { "element count overflows beside a zero", One(shape: "[9223372036854775807,9223372036854775807,0]", offsets: "[0,0]"), 0, "overflows" },
        { "byte size overflows", One("\"F64\"", "[2305843009213693952]"), 8, "overflows" },
        { "too many dimensions", One(shape: "[" + string.Join(",", Enumerable.Repeat(1, 33)) + "]"), 8, "at most 32" },
        { "offsets no array", One(offsets: "8"), 8, "two whole numbers" },
        { "one offset", One(offsets: "[8]"), 8, "two whole numbers" },
        { "three offsets", One(offsets: "[0,8,8]"), 8, "two whole numbers" },
        { "offset negative", One(offsets: "[-8,0]"), 8, "found -8" },
        { "offset fractional", One(offsets: "[0,8.5]"), 8, "found 8.5" },
        { "begin after end", One(offsets: "[8,0]"), 8, "[8, 0]" },
        { "end beyond the file", One(offsets: "[0,16]", shape: "[4]"), 8, "an end of at most 8" },
        { "end of 2^63-1", One(offsets: "[0,9223372036854775807]"), 8, "9223372036854775807" },
        { "size unlike the shape", One(offsets: "[0,8]", shape: "[3]"), 8, "12 bytes" },
        { "size unlike the type", One("\"F16\""), 8, "4 bytes" },
        { "zero shape with data", One(shape: "[0,2]"), 8, "0 bytes" },
        { "rank 0 with too much data", One(shape: "[]"), 8, "4 bytes" },
        { "data short", One(), 7, "an end of at most 7" },
        { "trailing bytes", One(), 9, "9 bytes" },
        { "trailing bytes and no tensor", "{}", 3, "3 bytes" },
        { "overlap", Two("[0,4]", "[3,7]"), 7, "overlap" },
        { "same extent", Two("[0,4]", "[0,4]"), 4, "overlap" },
        { "hole", Two("[0,4]", "[5,9]"), 9, "hole" },
        { "hole at the beginning", Two("[1,5]", "[5,9]"), 9, "hole" },
        { "invalid escape", One(name: "\\x"), 8, "header" },
        { "lone surrogate", One(name: "\\ud800"), 8, "Unicode" },
        { "too deep", """{"x":""" + new string('[', 100) + new string(']', 100) + "}", 0, "depth" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void RefusesDamage(string kind, string header, int dataLength, string said)
    {
        var error = Assert.Throws<InkstoneFormatException>(() => SafetensorsBytes.Read(header, dataLength));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.True(error.Where?.StartsWith("model.safetensors", StringComparison.Ordinal), kind);
        Assert.True(error.Found is not null, kind);
    }

    [Theory]
    [InlineData(100_000_001UL, "at most 100000000")]
    [InlineData(ulong.MaxValue, "18446744073709551615")]
    [InlineData(1UL << 63, "9223372036854775808")]
    [InlineData(1000UL, "beyond the end of the file")]
    [InlineData(0UL, "an empty header")]
    [InlineData(1UL, "header")]
    public void RefusesAWrongHeaderLength(ulong length, string said) =>
        Assert.Contains(said, Assert.Throws<InkstoneFormatException>(() => SafetensorsBytes.Read(SafetensorsBytes.Of(One(), 8, length))).Message, StringComparison.Ordinal);

    [Fact]
    public void RefusesInvalidUtf8InAName()
    {
        var bytes = SafetensorsBytes.Of(One(name: "??"), 8);
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xFF;
        Assert.Throws<InkstoneFormatException>(() => SafetensorsBytes.Read(bytes));
    }

    [Fact]
    public void RefusesTooMuchMetadata()
    {
        var entries = string.Join(",", Enumerable.Range(0, 4097).Select(i => $"\"{i}\":\"\""));
        Assert.Contains("at most 4096", Assert.Throws<InkstoneFormatException>(() => SafetensorsBytes.Read($$"""{"__metadata__":{ {{entries}} } }""", 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileCutAnywhereIsRefused()
    {
        var bytes = SafetensorsBytes.Of(Good, 18);
        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = bytes[..length];
            Assert.Throws<InkstoneFormatException>(() => SafetensorsBytes.Read(cut));
        }
    }
}
