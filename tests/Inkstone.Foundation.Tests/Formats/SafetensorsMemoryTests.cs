using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Foundation.Tests.Formats;

/// <summary>Large headers made to be expensive: memory stays within 16 times the input and a mebibyte.</summary>
public class SafetensorsMemoryTests
{
    [Fact]
    public void LargeHostileHeadersTakeBoundedMemory()
    {
        string[] headers =
        [
            "{" + string.Join(",", Enumerable.Range(0, 40_000).Select(i => $"\"{i:x}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")) + "}",
            "{\"x\":{\"shape\":[" + string.Join(",", Enumerable.Repeat("0", 1_000_000)) + "]}}",
            "{\"__metadata__\":{" + string.Join(",", Enumerable.Range(0, 300_000).Select(i => $"\"{i:x}\":\"\"")) + "}}",
            "{\"__metadata__\":{" + string.Join(",", Enumerable.Range(0, 4096).Select(i => $"\"{i:x}\":\"\"")) + "}}",
            "{\"x\":[" + string.Join(",", Enumerable.Repeat("[]", 300_000)) + "]}",
            "{\"x\":\"" + new string('a', 3_000_000) + "\"}",
            "{\"x\":\"" + string.Concat(Enumerable.Repeat("\\u0061", 150_000)) + "\"}",
        ];
        foreach (var header in headers)
        {
            var bytes = SafetensorsBytes.Of(header, 0);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                SafetensorsHeader.Read(new MemoryStream(bytes), "large");
            }
            catch (InkstoneFormatException)
            {
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= 16L * bytes.Length + (1 << 20), $"{header[..40]}: {allocated} bytes for {bytes.Length}");
        }
    }
}
