using System.Buffers.Binary;
using System.Text;
using Inkstone.Foundation.Formats;

namespace Inkstone.Foundation.Tests.Formats;

/// <summary>Makes safetensors files from a header text and data, right or wrong.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string header, int dataLength, ulong? headerLength = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, headerLength ?? (ulong)json.Length);
        json.CopyTo(bytes, 8);
        for (var i = 0; i < dataLength; i++)
            bytes[8 + json.Length + i] = (byte)i;
        return bytes;
    }

    public static SafetensorsHeader Read(byte[] bytes) => SafetensorsHeader.Read(new MemoryStream(bytes), "model.safetensors");

    public static SafetensorsHeader Read(string header, int dataLength) => Read(Of(header, dataLength));
}
