using System.Text;

namespace Inkstone.Foundation.Tests.Formats;

/// <summary>Puts GGUF metadata together.</summary>
internal sealed class GgufBytes
{
    private readonly MemoryStream _values = new();
    private ulong _count;

    public GgufBytes Add(string name, object value)
    {
        _count++;
        Text(name);
        Value(value, isTyped: true);
        return this;
    }

    public byte[] ToArray(uint version = 3, string magic = "GGUF")
    {
        var head = new MemoryStream();
        using var writer = new BinaryWriter(head);
        writer.Write(Encoding.ASCII.GetBytes(magic));
        writer.Write(version);
        writer.Write(0UL);
        writer.Write(_count);
        writer.Write(_values.ToArray());
        return head.ToArray();
    }

    private void Value(object value, bool isTyped)
    {
        using var writer = new BinaryWriter(_values, Encoding.UTF8, leaveOpen: true);
        if (isTyped)
            writer.Write(TypeOf(value));
        switch (value)
        {
            case byte number:
                writer.Write(number);
                break;
            case int number:
                writer.Write(number);
                break;
            case uint number:
                writer.Write(number);
                break;
            case ulong number:
                writer.Write(number);
                break;
            case float number:
                writer.Write(number);
                break;
            case bool truth:
                writer.Write(truth);
                break;
            case string text:
                Text(text);
                break;
            case Array items:
                writer.Write(items.Length == 0 ? 4u : TypeOf(items.GetValue(0)!));
                writer.Write((ulong)items.Length);
                foreach (var item in items)
                    Value(item, isTyped: false);
                break;
        }
    }

    private static uint TypeOf(object value) => value switch
    {
        byte => 0,
        uint => 4,
        int => 5,
        float => 6,
        bool => 7,
        string => 8,
        Array => 9,
        ulong => 10,
        _ => throw new ArgumentException("no such type"),
    };

    private void Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        _values.Write(BitConverter.GetBytes((ulong)utf8.Length));
        _values.Write(utf8);
    }
}
