using System.Globalization;
using System.Runtime.CompilerServices;

namespace Inkstone.Tokenizers;

/// <summary>Properties of code points at Unicode 15.0, from tables of our own: the same on every system, in any locale. General category,
/// age, script and Alphabetic also know what 15.1 and 16.0 assigned, as the pattern engines of Hugging Face and of tiktoken do.</summary>
internal static class CodePoint
{
    private const int BlockBits = 7;
    private const int BlockMask = (1 << BlockBits) - 1;

    /// <summary>The general category.</summary>
    public static UnicodeCategory Category(int codePoint) => (UnicodeCategory)PropertyTables.Category[Record(codePoint)];

    /// <summary>The general category as a stage made for an older Unicode sees it: unassigned where the code point is younger.</summary>
    /// <param name="codePoint">The code point.</param>
    /// <param name="version">The version times ten, such as 90 for 9.0.</param>
    public static UnicodeCategory Category(int codePoint, int version)
    {
        var record = Record(codePoint);
        return PropertyTables.Age[record] > version ? UnicodeCategory.OtherNotAssigned : (UnicodeCategory)PropertyTables.Category[record];
    }

    /// <summary>The canonical combining class; 0 for what begins a sequence.</summary>
    public static int CombiningClass(int codePoint) => PropertyTables.CombiningClass[Record(codePoint)];

    /// <summary>What it says about normalisation forms.</summary>
    public static QuickCheck QuickCheck(int codePoint) => (QuickCheck)PropertyTables.QuickCheck[Record(codePoint)];

    /// <summary>The version of Unicode that assigned it, times ten (1.1 is 11); 0 where none has.</summary>
    public static int Age(int codePoint) => PropertyTables.Age[Record(codePoint)];

    /// <summary>The property White_Space, which is what Rust and regular expressions call white space.</summary>
    public static bool IsWhiteSpace(int codePoint) => PropertyTables.WhiteSpace[Record(codePoint)] != 0;

    /// <summary>
    /// The lower case, by the simple mapping of UnicodeData.txt. The few cases younger than 15.0 that Rust maps, and so Hugging Face
    /// tokenizers too, are mapped as there. One code point has more: U+0130, whose lower case is i and U+0307.
    /// </summary>
    public static int ToLower(int codePoint)
    {
        var place = LowerCaseTables.Blocks[(LowerCaseTables.BlockOf[codePoint >> BlockBits] << BlockBits) + (codePoint & BlockMask)];
        return unchecked(codePoint + (int)LowerCaseTables.Deltas[place]);
    }

    /// <summary>The upper case, by the simple mapping of UnicodeData.txt.</summary>
    public static int ToUpper(int codePoint)
    {
        var place = UpperCaseTables.Blocks[(UpperCaseTables.BlockOf[codePoint >> BlockBits] << BlockBits) + (codePoint & BlockMask)];
        return unchecked(codePoint + (int)UpperCaseTables.Deltas[place]);
    }

    /// <summary>What it becomes where case is ignored: the simple folding of CaseFolding.txt.</summary>
    public static int Fold(int codePoint)
    {
        var found = CaseFoldingTables.From.BinarySearch((uint)codePoint);
        return found < 0 ? codePoint : (int)CaseFoldingTables.To[found];
    }

    /// <summary>The script, numbered as <see cref="ScriptTables.Names"/>.</summary>
    public static int Script(int codePoint) =>
        ScriptTables.Blocks[(ScriptTables.BlockOf[codePoint >> BlockBits] << BlockBits) + (codePoint & BlockMask)];

    /// <summary>The property Alphabetic.</summary>
    public static bool IsAlphabetic(int codePoint) => BoundaryTables.Alphabetic[BoundaryRecord(codePoint)] != 0;

    /// <summary>What <c>\w</c> matches in Rust: alphabetic, marks, decimal digits, connectors and the two joiners.</summary>
    public static bool IsWord(int codePoint) => IsAlphabetic(codePoint) || codePoint is 0x200C or 0x200D
        || Category(codePoint) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation;

    /// <summary>The property Extended_Pictographic: emoji and what may become one.</summary>
    public static bool IsPictographic(int codePoint) => BoundaryTables.Pictographic[BoundaryRecord(codePoint)] != 0;

    /// <summary>The property Word_Break.</summary>
    public static WordBreak WordBreak(int codePoint) => (WordBreak)BoundaryTables.Word[BoundaryRecord(codePoint)];

    /// <summary>The property Grapheme_Cluster_Break.</summary>
    public static GraphemeBreak GraphemeBreak(int codePoint) => (GraphemeBreak)BoundaryTables.Grapheme[BoundaryRecord(codePoint)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BoundaryRecord(int codePoint) =>
        BoundaryTables.Blocks[(BoundaryTables.BlockOf[codePoint >> BlockBits] << BlockBits) + (codePoint & BlockMask)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Record(int codePoint) =>
        PropertyTables.Blocks[(PropertyTables.BlockOf[codePoint >> BlockBits] << BlockBits) + (codePoint & BlockMask)];
}
