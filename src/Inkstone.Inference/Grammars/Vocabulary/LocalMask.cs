namespace Inkstone.Inference;

/// <summary>What tokens a state allows by itself, whatever lies below it on the stack.</summary>
/// <param name="Bits">The tokens that stay inside it, or end exactly where it ends.</param>
/// <param name="Exits">The nodes of the tree at which it may end and below which tokens go on, ascending.</param>
/// <param name="Reach">The greatest depth asked for, counted from what lies below.</param>
internal sealed record LocalMask(ulong[] Bits, int[] Exits, int Reach);
