namespace Inkstone.Tokenizers;

/// <summary>A part of a text, in bytes.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct PieceRange(int Start, int End)
{
    /// <summary>How long it is.</summary>
    public int Length => End - Start;
}
