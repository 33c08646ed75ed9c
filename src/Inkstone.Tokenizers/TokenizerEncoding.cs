using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <content>
/// Encoding. The way of a text: UTF-8 bytes → cut at added tokens, where any are recognised → normaliser → pre-tokenizer → model → ids.
/// </content>
public sealed partial class Tokenizer
{
    private const int BatchCharacters = 4 << 20; // so large that threads seldom wait for each other

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
    /// The ids of a text in UTF-8. A broken sequence becomes U+FFFD (a SentencePiece model: one for each byte). A byte-level BPE without a
    /// normaliser can keep broken bytes, so that <see cref="DecodeBytes"/> gives back exactly what was encoded; how text is cut then takes each
    /// broken sequence for U+FFFD.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="specials">The control tokens to recognise in the text; by default none.</param>
    /// <param name="keepBroken">Whether broken bytes are kept.</param>
    /// <exception cref="InkstoneRequestException">A name in <paramref name="specials"/> is no special token of this tokenizer, or this one cannot keep broken bytes.</exception>
    public int[] Encode(ReadOnlySpan<byte> text, Specials? specials = null, bool keepBroken = false)
    {
        var scratch = _model.Rent();
        EncodeInto(text, specials, CheckKeeping(keepBroken), scratch);
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
    /// <inheritdoc cref="Encode(ReadOnlySpan{byte}, Specials?, bool)"/>
    public void Encode(ReadOnlySpan<byte> text, List<int> destination, Specials? specials = null, bool keepBroken = false)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var scratch = _model.Rent();
        EncodeInto(text, specials, CheckKeeping(keepBroken), scratch);
        destination.AddRange(scratch.Ids);
        _model.Return(scratch);
    }

    /// <summary>Appends the ids of a text in UTF-8 to a buffer.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{byte}, Specials?, bool)"/>
    public void Encode(ReadOnlySpan<byte> text, IBufferWriter<int> destination, Specials? specials = null, bool keepBroken = false)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var scratch = _model.Rent();
        EncodeInto(text, specials, CheckKeeping(keepBroken), scratch);
        destination.Write(scratch.Ids);
        _model.Return(scratch);
    }

    /// <summary>
    /// The ids of many texts, in their order, encoded on several threads: texts are read a batch of about four million characters at
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
        foreach (var batch in TextBatch.Of(texts, BatchCharacters))
        {
            var ids = new int[batch.Count][];
            Parallel.For(0, batch.Count, options, i => ids[i] = Encode(batch[i], specials));
            foreach (var row in ids)
                yield return row;
        }
    }

    private bool CheckKeeping(bool keepBroken) =>
        !keepBroken || (ByteLevelModel is not null && _parts.Normalizer is null) ? keepBroken
        : throw new InkstoneRequestException("broken bytes cannot be kept", nameof(Encode), expected: "a byte-level BPE without a normaliser", found: _model.GetType().Name);

    private void EncodeInto(ReadOnlySpan<char> text, Specials? specials, EncodeScratch scratch)
    {
        // A surrogate pair is four bytes of UTF-8 for two characters; any other character takes at most three.
        if (text.Length > Array.MaxLength / 3)
            throw new InkstoneRequestException("a text is too long to encode in one piece", nameof(Encode),
                expected: FormattableString.Invariant($"at most {Array.MaxLength / 3} characters"),
                found: FormattableString.Invariant($"{text.Length}"), fix: "Encode it document by document or line by line.");
        var buffer = ArrayPool<byte>.Shared.Rent(3 * text.Length);
        var length = Encoding.UTF8.GetBytes(text, buffer);
        EncodeInto(buffer.AsSpan(0, length), specials, keepBroken: true, scratch); // the bytes are valid
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void EncodeInto(ReadOnlySpan<byte> utf8, Specials? specials, bool keepBroken, EncodeScratch scratch)
    {
        if (!keepBroken && !_model.TakesSource && !Utf8.IsValid(utf8))
        {
            EncodeInto(Encoding.UTF8.GetString(utf8), specials, scratch);
            return;
        }
        specials ??= Specials.None;
        specials.CheckAgainst(AddedTokens);
        var position = 0;
        if (_added.Source.IsNeeded(specials))
        {
            while (_added.Source.Find(utf8, position, specials, default, out var start, out var length) is { } token)
            {
                _pipeline.Encode(utf8[position..start], position, specials, scratch);
                scratch.Add(token.Id);
                position = start + length;
            }
        }
        _pipeline.Encode(utf8[position..], position, specials, scratch);
    }
}
