namespace Inkstone.Tensors;

/// <summary>Hands out pieces of one stretch of scratch, each aligned to 64 bytes; started at null, it only counts.</summary>
internal unsafe ref struct ScratchCarver(float* start)
{
    private const int Alignment = 16;

    /// <summary>Elements handed out so far.</summary>
    public nint Length { get; private set; }

    /// <summary>The next <paramref name="count"/> elements.</summary>
    public float* Take(nint count)
    {
        var piece = start + Length;
        Length = checked(Length + (count + Alignment - 1) / Alignment * Alignment);
        return piece;
    }
}
