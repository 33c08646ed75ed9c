namespace Inkstone.Tokenizers;

/// <summary>In what offsets count.</summary>
public enum OffsetUnit
{
    /// <summary>UTF-16 units, the indices of a .NET string.</summary>
    Utf16,

    /// <summary>Bytes of UTF-8.</summary>
    Bytes,
}

/// <summary>How <see cref="Tokenizer.EncodeDetailed(string, string?, EncodeOptions?)"/> encodes.</summary>
public sealed record EncodeOptions
{
    /// <summary>The defaults.</summary>
    public static EncodeOptions Default { get; } = new();

    /// <summary>The control tokens to recognise in the text. Default none.</summary>
    public Specials Specials { get; init; } = Specials.None;

    /// <summary>Whether the post-processor adds its tokens, such as a begin of text or <c>[CLS]</c> and <c>[SEP]</c>. Default false.</summary>
    public bool AddSpecial { get; init; }

    /// <summary>How a text that is too long is shortened. Default not at all, whatever the file says (<see cref="Tokenizer.Truncation"/>).</summary>
    public Truncation? Truncation { get; init; }

    /// <summary>How rows are filled up. Default not at all, whatever the file says (<see cref="Tokenizer.Padding"/>).</summary>
    public Padding? Padding { get; init; }

    /// <summary>In what offsets count. Default UTF-16 units.</summary>
    public OffsetUnit OffsetUnit { get; init; }
}
