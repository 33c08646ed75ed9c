namespace Inkstone.Tensors;

/// <summary>
/// A layout that its owner fills anew in the same memory, so that the turns of an engine allocate nothing. Who holds the <see cref="Layout"/> alone cannot
/// change it, and reads it no longer than until the owner's next <see cref="Fill"/>.
/// </summary>
public sealed class LayoutBuffer
{
    /// <summary>The layout, the same object after every <see cref="Fill"/>; of no sequence before the first.</summary>
    public TokenLayout Layout { get; } = new(0);

    /// <summary>Describes other rows. The numbers are copied.</summary>
    /// <param name="starts">See <see cref="TokenLayout.Starts"/>.</param>
    /// <param name="positions">See <see cref="TokenLayout.Positions"/>; empty means there are none.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The starts do not ascend from 0, or there are positions but not one a row.</exception>
    public void Fill(ReadOnlySpan<int> starts, ReadOnlySpan<int> positions = default) => Layout.Refill(starts, positions, default, isPaged: false);

    /// <summary>Describes keys in a paged cache. The numbers are copied.</summary>
    /// <param name="starts">See <see cref="TokenLayout.Starts"/>.</param>
    /// <param name="blocks">See <see cref="TokenLayout.Blocks"/>.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The starts do not ascend from 0.</exception>
    public void FillPaged(ReadOnlySpan<int> starts, ReadOnlySpan<int> blocks) => Layout.Refill(starts, default, blocks, isPaged: true);
}
