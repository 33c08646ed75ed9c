using System.Buffers;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <content>
/// Encoding. The way of a text: UTF-8 bytes → cut at added tokens, where any are recognised → pre-tokenizer → merges → ids.
/// </content>
public sealed partial class Tokenizer
{
    /// <summary>The ids of a text.</summary>
    /// <param name="text">The text. A lone surrogate becomes U+FFFD.</param>
    /// <param name="specials">The control tokens to recognise in the text; by default none.</param>
    /// <exception cref="InkstoneRequestException">A name in <paramref name="specials"/> is no special token of this tokenizer.</exception>
    public int[] Encode(string text, Specials? specials = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encode(text.AsSpan(), specials);
    }

    /// <inheritdoc cref="Encode(string, Specials?)"/>
    public int[] Encode(ReadOnlySpan<char> text, Specials? specials = null)
    {
        var scratch = _model.Rent();
        EncodeInto(text, specials, scratch);
        int[] ids = [.. scratch.Ids];
        _model.Return(scratch);
        return ids;
    }

    /// <summary>
    /// The ids of a text in UTF-8. Bytes that are no UTF-8 are kept as they are, so <see cref="DecodeBytes"/> gives back exactly
    /// what was encoded; the pre-tokenizer takes each broken sequence for U+FFFD.
    /// </summary>
    /// <inheritdoc cref="Encode(string, Specials?)"/>
    public int[] Encode(ReadOnlySpan<byte> text, Specials? specials = null)
    {
        var scratch = _model.Rent();
        EncodeInto(text, specials, scratch);
        int[] ids = [.. scratch.Ids];
        _model.Return(scratch);
        return ids;
    }

    /// <summary>Appends the ids of a text to a list.</summary>
    /// <inheritdoc cref="Encode(string, Specials?)"/>
    public void Encode(ReadOnlySpan<char> text, List<int> destination, Specials? specials = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var scratch = _model.Rent();
        EncodeInto(text, specials, scratch);
        destination.AddRange(scratch.Ids);
        _model.Return(scratch);
    }

    /// <summary>Appends the ids of a text in UTF-8 to a list.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{byte}, Specials?)"/>
    public void Encode(ReadOnlySpan<byte> text, List<int> destination, Specials? specials = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var scratch = _model.Rent();
        EncodeInto(text, specials, scratch);
        destination.AddRange(scratch.Ids);
        _model.Return(scratch);
    }

    /// <summary>Appends the ids of a text in UTF-8 to a buffer.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{byte}, Specials?)"/>
    public void Encode(ReadOnlySpan<byte> text, IBufferWriter<int> destination, Specials? specials = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var scratch = _model.Rent();
        EncodeInto(text, specials, scratch);
        destination.Write(scratch.Ids);
        _model.Return(scratch);
    }

    /// <summary>
    /// The ids of many texts, in their order, encoded on several threads: texts are read a batch of about a million characters at
    /// a time, on the caller's thread, and the batch is shared out.
    /// </summary>
    /// <param name="texts">The texts, read as the ids are taken.</param>
    /// <param name="threads">How many threads; 0 for one a processor.</param>
    /// <param name="specials">The control tokens to recognise in the texts; by default none.</param>
    /// <exception cref="InkstoneRequestException">A name in <paramref name="specials"/> is no special token of this tokenizer.</exception>
    public IEnumerable<int[]> EncodeAll(IEnumerable<string> texts, int threads = 0, Specials? specials = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads };
        foreach (var batch in TextBatch.Of(texts))
        {
            var ids = new int[batch.Count][];
            Parallel.For(0, batch.Count, options, i => ids[i] = Encode(batch[i], specials));
            foreach (var row in ids)
                yield return row;
        }
    }

    private void EncodeInto(ReadOnlySpan<char> text, Specials? specials, EncodeScratch scratch)
    {
        // A surrogate pair is four bytes of UTF-8 for two characters; any other character takes at most three.
        if (text.Length > Array.MaxLength / 3)
            throw new InkstoneRequestException("a text is too long to encode in one piece", nameof(Encode),
                expected: FormattableString.Invariant($"at most {Array.MaxLength / 3} characters"),
                found: FormattableString.Invariant($"{text.Length}"), fix: "Encode it document by document or line by line.");
        var buffer = ArrayPool<byte>.Shared.Rent(3 * text.Length);
        var length = Encoding.UTF8.GetBytes(text, buffer);
        EncodeInto(buffer.AsSpan(0, length), specials, scratch);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void EncodeInto(ReadOnlySpan<byte> utf8, Specials? specials, EncodeScratch scratch)
    {
        specials ??= Specials.None;
        specials.CheckAgainst(AddedTokens);
        var position = 0;
        if (_matcher.IsNeeded(specials))
        {
            while (_matcher.Find(utf8, position, specials, out var start, out var length) is { } token)
            {
                _model.Encode(utf8[position..start], PreTokenizer, scratch);
                scratch.Add(token.Id);
                position = start + length;
            }
        }
        _model.Encode(utf8[position..], PreTokenizer, scratch);
    }
}
