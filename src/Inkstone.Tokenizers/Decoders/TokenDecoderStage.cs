namespace Inkstone.Tokenizers;

/// <summary>A decoder at work that needs each token whole, and gives one token for each, or nothing.</summary>
internal abstract class TokenDecoderStage(DecoderStage next) : DecoderStage
{
    private readonly DecodedBytes _token = new();

    /// <summary>Takes what this stage gives.</summary>
    protected DecoderStage Next { get; } = next;

    /// <summary>Whether no token has been decoded yet.</summary>
    protected bool IsFirst { get; private set; } = true;

    /// <inheritdoc/>
    public sealed override void Append(ReadOnlySpan<byte> part) => _token.Append(part);

    /// <inheritdoc/>
    public sealed override void EndToken()
    {
        Decode(_token.Bytes);
        _token.Take(_token.Bytes.Length);
        IsFirst = false;
    }

    /// <inheritdoc/>
    public override void Finish() => Next.Finish();

    /// <summary>Decodes one token.</summary>
    protected abstract void Decode(ReadOnlySpan<byte> token);

    /// <summary>Gives a token out.</summary>
    protected void Give(ReadOnlySpan<byte> token)
    {
        Next.Append(token);
        Next.EndToken();
    }
}
