using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Foundation.Tests.Formats;

public class BoundedJsonTests
{
    private static JsonValue Parse(string text, JsonLimits? limits = null) => BoundedJson.Parse(Encoding.UTF8.GetBytes(text), "test.json", limits);

    [Fact]
    public void ReadsEveryKindOfValue()
    {
        var root = Parse("""{"a": [1, -2.5, "x\u00e9\ud83d\ude00", true, null], "b": {"c": 9007199254740993}}""");
        var items = root.Find("a")!.Value.Items().ToArray();
        Assert.Equal(1, items[0].AsInt32());
        Assert.Equal(-2.5, items[1].AsDouble());
        Assert.Equal("xé😀", items[2].AsString());
        Assert.True(items[3].AsBoolean());
        Assert.True(items[4].IsNull);
        Assert.Equal(9007199254740993, root.AsObject().GetObject("b").GetInt64("c", 0, long.MaxValue));
        Assert.Equal(["a", "b"], root.Members().Select(member => member.Key));
        Assert.Equal(2, root.Count);
        Assert.Null(root.Find("missing"));
    }

    [Fact]
    public void ReadsAByteOrderMark() => Assert.Equal(7, BoundedJson.Parse([0xEF, 0xBB, 0xBF, (byte)'7'], "bom").AsInt32());

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{")]
    [InlineData("{\"a\":1,}")]
    [InlineData("[1,2")]
    [InlineData("{'a':1}")]
    [InlineData("// comment\n1")]
    [InlineData("1 2")]
    [InlineData("NaN")]
    [InlineData("01")]
    [InlineData("\"\u0001\"")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("[{\"x\":{\"a\":1,\"b\":2,\"\\u0061\":3}}]")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00x\":1}")]
    [InlineData("\u0000")]
    public void RefusesWhatIsNotJson(string text)
    {
        var error = Assert.Throws<InkstoneFormatException>(() => Parse(text));
        Assert.Contains("test.json", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Found);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'"', 0xFF, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xC0, 0x80, (byte)'"' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xED, 0xA0, 0x80, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    public void RefusesInvalidUtf8(byte[] bytes) => Assert.Throws<InkstoneFormatException>(() => BoundedJson.Parse(bytes, "bytes"));

    [Fact]
    public void SaysLineAndByteOfASyntaxError()
    {
        var error = Assert.Throws<InkstoneFormatException>(() => Parse("{\n  \"a\": 1,\n  \"b\": x\n}"));
        Assert.Equal("test.json, line 3, byte 8", error.Where);
    }

    [Fact]
    public void DuplicateKeysAreNamed()
    {
        var error = Assert.Throws<InkstoneFormatException>(() => Parse("{\"width\":1,\"width\":2}"));
        Assert.Contains("width", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, JsonLimits, string> BeyondLimits => new()
    {
        { "[1,2,3]", new() { MaximumBytes = 6 }, "7 bytes" },
        { "[[[[1]]]]", new() { MaximumDepth = 3 }, "depth" },
        { "[\"abcdef\"]", new() { MaximumStringBytes = 5 }, "6 bytes" },
        { "{\"abcdef\":1}", new() { MaximumStringBytes = 5 }, "6 bytes" },
        { "[123456]", new() { MaximumStringBytes = 5 }, "6 bytes" },
        { "[1,2,3]", new() { MaximumValues = 3 }, "at most 3" },
    };

    [Theory]
    [MemberData(nameof(BeyondLimits))]
    public void RefusesWhatIsBeyondALimitAndTakesWhatIsNot(string text, JsonLimits limits, string said)
    {
        var error = Assert.Throws<InkstoneFormatException>(() => Parse(text, limits));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Parse(text, new() { MaximumBytes = 12, MaximumDepth = 4, MaximumStringBytes = 6, MaximumValues = 5 });
        Assert.Contains("test.json", Assert.Throws<InkstoneFormatException>(() => BoundedJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "test.json", limits)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DepthOfSixtyFourIsTheDefault()
    {
        Parse(new string('[', 64) + new string(']', 64));
        Assert.Throws<InkstoneFormatException>(() => Parse(new string('[', 65) + new string(']', 65)));
    }

    public static TheoryData<string, Action<JsonObjectReader>, string> WrongValues => new()
    {
        { "{\"n\":\"8\"}", o => o.GetInt32("n", 1, 10), "test.json at $.n: not the value that belongs here; expected a whole number from 1 to 10, found '8'." },
        { "{\"n\":11}", o => o.GetInt32("n", 1, 10), "found 11" },
        { "{\"n\":1.5}", o => o.GetInt32("n", 1, 10), "found 1.5" },
        { "{\"n\":99999999999999999999}", o => o.GetInt64("n", 0, long.MaxValue), "a whole number of at least 0" },
        { "{\"n\":1e999}", o => o.GetDouble("n", 0, double.MaxValue), "found 1e999" },
        { "{\"n\":-1}", o => o.GetDouble("n", 0, 1), "a number from 0 to 1" },
        { "{\"n\":null}", o => o.GetInt32("n", 1, 10), "found null" },
        { "{}", o => o.GetInt32("n", 1, 10), "a member 'n'" },
        { "{\"n\":1}", o => o.GetString("n"), "a string" },
        { "{\"n\":1}", o => o.GetBoolean("n"), "true or false" },
        { "{\"n\":[1]}", o => o.GetObject("n"), "an array of 1 items" },
        { "{\"n\":\"gelu2\"}", o => o.GetChoice("n", ["gelu", "silu"]), "gelu, silu" },
        { "{\"n\":[1,2,3]}", o => o.GetInt32s("n", 0, 9, 2), "at most 2 items" },
        { "{\"n\":[1,[2]]}", o => o.GetInt32s("n", 0, 9, 2), "$.n[1]" },
        { "{\"n\":{\"m.x\":{\"y\":false}}}", o => o.GetObject("n").GetObject("m.x").GetInt32("y", 0, 1), "$.n.'m.x'.y" },
        { "{\"n\":{}}", o => o.GetInt32s("n", 0, 9, 2), "an array" },
    };

    [Theory]
    [MemberData(nameof(WrongValues))]
    public void WrongValuesSayWhatWhereExpectedFound(string text, Action<JsonObjectReader> read, string said) =>
        Assert.Contains(said, Assert.Throws<InkstoneFormatException>(() => read(Parse(text).AsObject())).Message, StringComparison.Ordinal);

    [Fact]
    public void FallbacksStandForAbsentAndNull()
    {
        var reader = Parse("{\"a\":null}").AsObject();
        Assert.Equal(5, reader.GetInt32("a", 1, 10, 5));
        Assert.Equal(6L, reader.GetInt64("b", 1, 10, 6));
        Assert.Equal(0.5, reader.GetDouble("c", 0, 1, 0.5));
        Assert.True(reader.GetBoolean("d", true));
        Assert.Equal("x", reader.GetString("e", "x"));
        Assert.Equal("y", reader.GetChoice("f", ["y"], "y"));
        Assert.Null(reader.FindObject("a"));
        Assert.False(reader.Has("a"));
        reader.RefuseUnused();
    }

    [Fact]
    public void UnusedKeysAreListedWithTheirPath()
    {
        var reader = Parse("""{"used":1,"left":2,"inner":{"a":1,"b":2},"known":3}""").AsObject();
        reader.GetInt32("used", 0, 9);
        reader.GetObject("inner").GetInt32("a", 0, 9);
        reader.Ignore("known");
        Assert.Equal(["left", "inner.b"], reader.UnusedKeys());
        var error = Assert.Throws<InkstoneFormatException>(() => reader.RefuseUnused("Remove them."));
        Assert.Equal("test.json at $: keys that are not understood; expected only known keys, found 'left', 'inner.b'. Remove them.", error.Message);
    }

    [Fact]
    public void MissingFileIsNotFound() => Assert.Throws<InkstoneNotFoundException>(() => BoundedJson.ReadFile(Path.Combine(Path.GetTempPath(), "inkstone-there-is-no-such-file.json")));

    [Fact]
    public void RandomBytesGiveOnlyFormatErrorsAndBoundedMemory()
    {
        var random = TestRandom.Seeded(1);
        byte[] alphabet = [.. "[]{}\",:0123456789.eE+-truefalsn\\u dD8\n"u8, 0xFF, 0xC3, 0xA9];
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.NextInt(200)];
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = alphabet[random.NextInt(alphabet.Length)];
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                BoundedJson.Parse(bytes, "fuzz");
            }
            catch (InkstoneFormatException)
            {
            }
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before <= 16 * bytes.Length + (1 << 20));
        }
    }

    [Fact]
    public void LargeHostileTextTakesBoundedMemory()
    {
        string[] texts =
        [
            "[" + string.Join(",", Enumerable.Repeat("1", 500_000)) + "]",
            "[" + string.Join(",", Enumerable.Repeat("[]", 300_000)) + "]",
            "{" + string.Join(",", Enumerable.Range(0, 150_000).Select(i => $"\"{i:x}\":0")) + "}",
        ];
        foreach (var bytes in texts.Select(Encoding.UTF8.GetBytes))
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            BoundedJson.Parse(bytes, "large");
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16L * bytes.Length + (1 << 20));
        }
    }
}
