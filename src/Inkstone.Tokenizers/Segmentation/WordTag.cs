namespace Inkstone.Tokenizers;

/// <summary>Where a character stands in its word.</summary>
internal enum WordTag
{
    /// <summary>It begins a word of several.</summary>
    Begin,

    /// <summary>It is within one.</summary>
    Middle,

    /// <summary>It ends one.</summary>
    End,

    /// <summary>It is a word by itself.</summary>
    Single,
}
