using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Decodes ids one at a time and never gives half a character: bytes that may still become one are held back. What it gives, put
/// together, is exactly what <see cref="Tokenizer.Decode"/> gives for all the ids, U+FFFD for broken sequences included. A token
/// of whole characters costs no allocation. For one thread.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecials;
    private readonly DecodedBytes _held = new();
    private DecoderStage? _stage; // null where tokens are bytes of text

    /// <summary>A decoder of one stream.</summary>
    /// <param name="tokenizer">The tokenizer that made the ids.</param>
    /// <param name="skipSpecials">Whether control tokens are left out.</param>
    public StreamingDecoder(Tokenizer tokenizer, bool skipSpecials = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        (_tokenizer, _skipSpecials) = (tokenizer, skipSpecials);
        _stage = tokenizer.Decoder?.Start(_held);
    }

    /// <summary>Whether bytes are being held back.</summary>
    public bool IsHolding => !_held.Bytes.IsEmpty;

    /// <summary>The text that one more id completes; empty while there is none.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The id is outside the vocabulary.</exception>
    public string Append(int id)
    {
        if (_stage is not null)
        {
            _tokenizer.Push(id, _stage, _skipSpecials);
            return Take(CompleteLength(_held.Bytes));
        }
        var bytes = _tokenizer.TokenBytes(id);
        if (bytes.IsEmpty || (_skipSpecials && _tokenizer.IsSpecial(id)))
            return "";
        if (_held.Bytes.IsEmpty && _tokenizer.WholeText(id) is { } whole)
            return whole;
        _held.Append(bytes);
        return Take(CompleteLength(_held.Bytes));
    }

    /// <summary>Ends the stream: what is held back is decoded as it is. The decoder may then be used again.</summary>
    public string Finish()
    {
        _stage?.Finish();
        var text = Take(_held.Bytes.Length);
        _stage = _tokenizer.Decoder?.Start(_held);
        return text;
    }

    private string Take(int count)
    {
        if (count == 0)
            return "";
        var text = Encoding.UTF8.GetString(_held.Bytes[..count]);
        _held.Take(count);
        return text;
    }

    /// <summary>The length without an unfinished sequence at the end. Decoding goes from left to right, so it may stop there.</summary>
    private static int CompleteLength(ReadOnlySpan<byte> bytes)
    {
        // An unfinished sequence is a leading byte and at most two more.
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var value = bytes[^back];
            if (value < 0x80)
                break;
            if (value >= 0xC0)
                return Rune.DecodeFromUtf8(bytes[^back..], out _, out _) == OperationStatus.NeedMoreData ? bytes.Length - back : bytes.Length;
        }
        return bytes.Length;
    }
}
