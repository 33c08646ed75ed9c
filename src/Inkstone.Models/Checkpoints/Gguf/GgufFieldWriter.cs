using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <summary>Writes values named <c>{architecture}.…</c>, in the types that other readers of the format expect.</summary>
public sealed class GgufFieldWriter(GgufValues values, string architecture)
{
    /// <summary>A whole number.</summary>
    public GgufFieldWriter Set(string name, int value)
    {
        values.Set($"{architecture}.{name}", checked((uint)value));
        return this;
    }

    /// <summary>A number.</summary>
    public GgufFieldWriter Set(string name, double value)
    {
        values.Set($"{architecture}.{name}", (float)value);
        return this;
    }

    /// <summary>True or false.</summary>
    public GgufFieldWriter Set(string name, bool value)
    {
        values.Set($"{architecture}.{name}", value);
        return this;
    }

    /// <summary>A text.</summary>
    public GgufFieldWriter Set(string name, string value)
    {
        values.Set($"{architecture}.{name}", value);
        return this;
    }

    /// <summary>A whole number that the format has among the tokenizer's values though it is the network's.</summary>
    public GgufFieldWriter SetTokenizer(string name, int value)
    {
        values.Set($"tokenizer.ggml.{name}", checked((uint)value));
        return this;
    }

    /// <summary>A mark a layer.</summary>
    public GgufFieldWriter Set(string name, IReadOnlyList<bool> marks)
    {
        values.SetArray<int>($"{architecture}.{name}", [.. marks.Select(mark => mark ? 1 : 0)]);
        return this;
    }
}
