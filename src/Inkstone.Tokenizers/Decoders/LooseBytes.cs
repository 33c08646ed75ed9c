using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Single bytes on their way to characters: each that belongs to none becomes U+FFFD, as SentencePiece decodes them.</summary>
internal sealed class LooseBytes
{
    private readonly byte[] _bytes = new byte[4];
    private int _count;

    /// <summary>Takes a byte and gives out, as tokens, what is settled by it.</summary>
    public void Add(byte value, DecoderStage next)
    {
        _bytes[_count++] = value;
        Settle(next, isWhole: false);
    }

    /// <summary>Gives out what is left: no further byte comes.</summary>
    public void Flush(DecoderStage next) => Settle(next, isWhole: true);

    private void Settle(DecoderStage next, bool isWhole)
    {
        while (_count > 0)
        {
            var bytes = _bytes.AsSpan(0, _count);
            var status = Rune.DecodeFromUtf8(bytes, out _, out var length);
            if (status == OperationStatus.NeedMoreData && !isWhole)
                return;
            length = status == OperationStatus.Done ? length : 1;
            next.Append(status == OperationStatus.Done ? bytes[..length] : "\uFFFD"u8);
            next.EndToken();
            bytes[length..].CopyTo(bytes);
            _count -= length;
        }
    }
}
