namespace Inkstone.Tensors;

/// <summary>Where the panels of a weight are.</summary>
internal unsafe interface IPanels
{
    /// <summary>A panel, which stays in place until the same thread asks for another.</summary>
    byte* Panel(int index);
}

/// <summary>Panels one after another.</summary>
internal readonly unsafe struct ReadyPanels(nint first, nint bytes) : IPanels
{
    public byte* Panel(int index) => (byte*)first + index * bytes;
}

/// <summary>Panels made of the stored form each time, in memory of the thread that asks.</summary>
internal readonly unsafe struct StoredPanels<TBlock, TLayout>(StoredMatrix source) : IPanels
    where TBlock : IWeightBlock
    where TLayout : struct, IPanelLayout
{
    public byte* Panel(int index)
    {
        var bytes = TLayout.ByteLength(source.Columns / TBlock.GroupLength);
        var panel = (byte*)ScratchBuffer.Own.Take(checked((nint)((bytes + sizeof(float) - 1) / sizeof(float))));
        PanelPacking<TBlock, TLayout>.Fill(source, index, panel, bytes);
        return panel;
    }
}
