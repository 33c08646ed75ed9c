namespace Inkstone.Inference;

/// <summary>The sets that regular expressions have names for, as ECMAScript defines them (ECMA-262, 22.2.2).</summary>
internal static class RegexSets
{
    public static CodePointSet Digit { get; } = CodePointSet.Range('0', '9');

    public static CodePointSet Word { get; } = CodePointSet.Of([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]);

    /// <summary>White space and ends of lines.</summary>
    public static CodePointSet Space { get; } = CodePointSet.Of(
        [('\t', '\r'), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)]);

    /// <summary>What the dot stands for: all but ends of lines.</summary>
    public static CodePointSet LineCharacter { get; } = CodePointSet.Of([('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029)]).Complement();
}
