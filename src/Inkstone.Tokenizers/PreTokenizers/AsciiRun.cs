using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkstone.Tokenizers;

/// <summary>
/// Runs of ASCII letters, sixteen at a time: where a word ends is found without a branch for each letter, which no processor
/// could foresee.
/// </summary>
internal static class AsciiRun
{
    /// <summary>The position after the run of <c>[A-Za-z]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipLetters(ReadOnlySpan<byte> utf8, int position) => Skip(utf8, position, caseBit: 0x20);

    /// <summary>The position after the run of <c>[a-z]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipLower(ReadOnlySpan<byte> utf8, int position) => Skip(utf8, position, caseBit: 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Skip(ReadOnlySpan<byte> utf8, int position, byte caseBit)
    {
        while (utf8.Length - position >= Vector128<byte>.Count)
        {
            var places = (Vector128.Create(utf8.Slice(position, Vector128<byte>.Count)) | Vector128.Create(caseBit)) - Vector128.Create((byte)'a');
            var letters = Vector128.Equals(Vector128.Min(places, Vector128.Create((byte)25)), places).ExtractMostSignificantBits();
            if (letters != 0xFFFF)
                return position + BitOperations.TrailingZeroCount(~letters);
            position += Vector128<byte>.Count;
        }
        while (position < utf8.Length && (byte)((utf8[position] | caseBit) - 'a') <= 25)
            position++;
        return position;
    }
}
