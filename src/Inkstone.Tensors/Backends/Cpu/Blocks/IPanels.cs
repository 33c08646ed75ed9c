namespace Inkstone.Tensors;

/// <summary>Where the panels of a weight are.</summary>
internal unsafe interface IPanels
{
    /// <summary>Some panels one after another, which stay in place until the same thread asks again.</summary>
    byte* Panels(int first, int count);
}

/// <summary>Panels one after another.</summary>
internal readonly unsafe struct ReadyPanels(nint first, nint bytes) : IPanels
{
    public byte* Panels(int index, int count) => (byte*)first + index * bytes;
}

/// <summary>Panels made of the stored form each time, in memory of the thread that asks.</summary>
internal readonly unsafe struct StoredPanels<TBlock, TLayout>(StoredMatrix source) : IPanels
    where TBlock : IWeightBlock
    where TLayout : struct, IPanelLayout
{
    public byte* Panels(int first, int count)
    {
        var bytes = TLayout.ByteLength(source.Columns / TBlock.GroupLength);
        var panels = (byte*)ScratchBuffer.Own.Take(checked((nint)((count * bytes + sizeof(float) - 1) / sizeof(float))));
        for (var i = 0; i < count; i++)
            PanelPacking<TBlock, TLayout>.Fill(source, first + i, panels + i * bytes, bytes);
        return panels;
    }
}
