using System.Buffers;
using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>
/// Decodes ids one at a time and never gives half a character: bytes that may still become one are held back. What it gives, put
/// together, is exactly what <see cref="Tokenizer.Decode"/> gives for all the ids, U+FFFD for broken sequences included. A token
/// of whole characters costs no allocation. For one thread.
/// </summary>
/// <param name="tokenizer">The tokenizer that made the ids.</param>
/// <param name="skipSpecials">Whether control tokens are left out.</param>
public sealed class StreamingDecoder(Tokenizer tokenizer, bool skipSpecials = false)
{
    private byte[] _held = new byte[32];
    private int _heldCount;

    /// <summary>Whether bytes are being held back.</summary>
    public bool IsHolding => _heldCount > 0;

    /// <summary>The text that one more id completes; empty while there is none.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">The id is outside the vocabulary.</exception>
    public string Append(int id)
    {
        var bytes = tokenizer.TokenBytes(id);
        if (bytes.IsEmpty || (skipSpecials && tokenizer.IsSpecial(id)))
            return "";
        if (_heldCount == 0 && tokenizer.WholeText(id) is { } whole)
            return whole;
        if (_held.Length - _heldCount < bytes.Length)
            Array.Resize(ref _held, 2 * (_heldCount + bytes.Length));
        bytes.CopyTo(_held.AsSpan(_heldCount));
        _heldCount += bytes.Length;
        var complete = CompleteLength(_held.AsSpan(0, _heldCount));
        return Take(complete);
    }

    /// <summary>Ends the stream: what is held back is decoded as it is. The decoder may then be used again.</summary>
    public string Finish() => Take(_heldCount);

    private string Take(int count)
    {
        var text = Encoding.UTF8.GetString(_held, 0, count);
        _held.AsSpan(count, _heldCount - count).CopyTo(_held);
        _heldCount -= count;
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
