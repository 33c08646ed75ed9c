namespace Inkstone.Tokenizers;

/// <summary>The names a macro may mention to be given more than its parameters.</summary>
[Flags]
internal enum SpecialNames
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary><c>caller</c>.</summary>
    Caller = 1,

    /// <summary><c>varargs</c>.</summary>
    More = 2,

    /// <summary><c>kwargs</c>.</summary>
    Named = 4,
}
