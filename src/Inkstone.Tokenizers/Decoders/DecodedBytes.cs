namespace Inkstone.Tokenizers;

/// <summary>Where decoders end: the bytes of the text so far that nobody has taken yet.</summary>
internal sealed class DecodedBytes : DecoderStage
{
    private byte[] _bytes = new byte[64];
    private int _count;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> part)
    {
        if (_bytes.Length - _count < part.Length)
            Array.Resize(ref _bytes, Math.Max(checked(_count + part.Length), (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
        part.CopyTo(_bytes.AsSpan(_count));
        _count += part.Length;
    }

    /// <inheritdoc/>
    public override void EndToken()
    {
    }

    /// <inheritdoc/>
    public override void Finish()
    {
    }

    /// <summary>Forgets the first bytes.</summary>
    public void Take(int count)
    {
        _bytes.AsSpan(count, _count - count).CopyTo(_bytes);
        _count -= count;
    }
}
