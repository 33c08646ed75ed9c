namespace Inkstone.Tokenizers;

/// <summary>Where a character of a rendering came from, and whether a generation block wrote it.</summary>
[Flags]
internal enum TextOrigin : byte
{
    /// <summary>The template itself or the tokenizer.</summary>
    Template = 0,

    /// <summary>The request: messages, tools, documents, free variables.</summary>
    Request = 1,

    /// <summary>Inside <c>{% generation %}</c>.</summary>
    Generation = 2,
}

/// <summary>Characters of one origin, up to a position that no longer belongs to them.</summary>
internal readonly record struct OriginRun(int End, TextOrigin Origin);
