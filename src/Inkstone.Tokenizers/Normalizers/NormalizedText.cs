using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Unicode;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Text on its way through the normalisers: valid UTF-8 and, only when offsets are asked for, for each byte the range of source
/// bytes it stands for. A stage rewrites the text in one pass: <see cref="BeginRewrite"/>, then <see cref="Copy"/> what stays and
/// <see cref="Append(ReadOnlySpan{byte}, int)"/> what is new (nothing for what goes), then <see cref="EndRewrite"/>. New bytes name the one
/// byte of the current text whose range they take, so ranges compose from stage to stage without a map of maps. The rule that makes
/// offsets equal to those of Hugging Face tokenizers is: a character that replaces another takes that one's range, an added one takes
/// the range of the character before it in the current text, a removed one vanishes. Buffers are kept from text to text.
/// </summary>
internal sealed class NormalizedText
{
    /// <summary>For <see cref="Append(ReadOnlySpan{byte}, int)"/>: the new bytes stand for nothing, at the very start of the text.</summary>
    public const int Nothing = -1;

    private const int LeastLimit = 1 << 16;

    private byte[] _bytes = new byte[256];
    private byte[] _nextBytes = [];
    private TextRange[] _ranges = [];
    private TextRange[] _nextRanges = [];
    private int _length;
    private int _nextLength;
    private int _origin;
    private bool _rewriting;
    private long _limit;

    /// <summary>How many times as long as the source, and some more, stages may make the text. (No real ones come near: the longest decomposition is elevenfold.)</summary>
    public int MostGrowth { get; init; } = 32;

    /// <summary>For the matches a stage finds; kept from text to text.</summary>
    public List<TextRange> Matches { get; } = [];

    /// <summary>Whether ranges are kept.</summary>
    public bool IsAligned { get; private set; }

    /// <summary>The current text; during a rewrite, the text before it. Valid until the rewrite ends.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>For each byte of <see cref="Bytes"/> what it stands for; empty unless <see cref="IsAligned"/>.</summary>
    public ReadOnlySpan<TextRange> Ranges => IsAligned ? _ranges.AsSpan(0, _length) : [];

    /// <summary>
    /// Begins a new text. Broken sequences become U+FFFD, one for each maximal subpart (Unicode, section 3.9); each character
    /// stands for the source bytes it was read from.
    /// </summary>
    /// <param name="source">The source, or a part of it.</param>
    /// <param name="aligned">Whether to keep ranges.</param>
    /// <param name="sourceOffset">Where the part begins in the whole source; ranges count from there.</param>
    public void Reset(ReadOnlySpan<byte> source, bool aligned, int sourceOffset = 0)
    {
        IsAligned = aligned;
        _rewriting = false;
        _origin = sourceOffset;
        _limit = Math.Min(Array.MaxLength, LeastLimit + (long)MostGrowth * source.Length);
        if (Utf8.IsValid(source))
        {
            Grow(ref _bytes, 0, source.Length);
            source.CopyTo(_bytes);
            _length = source.Length;
            if (aligned)
                AlignToItself(sourceOffset);
            return;
        }
        _length = 0;
        BeginRewrite();
        for (var position = 0; position < source.Length;)
        {
            var status = Rune.DecodeFromUtf8(source[position..], out _, out var length);
            var character = status == OperationStatus.Done ? source.Slice(position, length) : "\uFFFD"u8;
            AppendBytes(character, new TextRange(sourceOffset + position, sourceOffset + position + length));
            position += length;
        }
        EndRewrite();
    }

    /// <summary>Begins a new text with a part of another, ranges and all.</summary>
    public void CopyFrom(NormalizedText other, int start, int end)
    {
        (IsAligned, _rewriting, _origin, _limit) = (other.IsAligned, false, other._origin, other._limit);
        _length = end - start;
        Grow(ref _bytes, 0, _length);
        other._bytes.AsSpan(start, _length).CopyTo(_bytes);
        if (!IsAligned)
            return;
        Grow(ref _ranges, 0, _length);
        other._ranges.AsSpan(start, _length).CopyTo(_ranges);
    }

    /// <summary>Begins a rewrite: what follows is written beside the current text.</summary>
    public void BeginRewrite()
    {
        Debug.Assert(!_rewriting, "A rewrite is under way.");
        _rewriting = true;
        _nextLength = 0;
    }

    /// <summary>Writes a range of the current text unchanged.</summary>
    public void Copy(int start, int end)
    {
        var length = end - start;
        CheckLength(length);
        Grow(ref _nextBytes, _nextLength, length);
        _bytes.AsSpan(start, length).CopyTo(_nextBytes.AsSpan(_nextLength));
        if (IsAligned)
        {
            Grow(ref _nextRanges, _nextLength, length);
            _ranges.AsSpan(start, length).CopyTo(_nextRanges.AsSpan(_nextLength));
        }
        _nextLength += length;
    }

    /// <summary>Writes new bytes, whole characters.</summary>
    /// <param name="utf8">The bytes.</param>
    /// <param name="alignedTo">The byte of the current text whose range they take, or <see cref="Nothing"/>.</param>
    public void Append(ReadOnlySpan<byte> utf8, int alignedTo) =>
        AppendBytes(utf8, !IsAligned ? default : alignedTo < 0 ? new TextRange(_origin, _origin) : _ranges[alignedTo]);

    /// <summary>Writes a new character.</summary>
    /// <param name="codePoint">A Unicode scalar value.</param>
    /// <param name="alignedTo">The byte of the current text whose range it takes, or <see cref="Nothing"/>.</param>
    public void Append(int codePoint, int alignedTo)
    {
        Span<byte> utf8 = stackalloc byte[4];
        Append(utf8[..new Rune(codePoint).EncodeToUtf8(utf8)], alignedTo);
    }

    /// <summary>How long what was written so far is.</summary>
    public int WrittenLength => _nextLength;

    /// <summary>Gives back memory that an unusual text took.</summary>
    public void Trim()
    {
        const int LongestKept = 1 << 22;
        if (_bytes.Length > LongestKept || _nextBytes.Length > LongestKept)
            (_bytes, _nextBytes, _length) = (new byte[256], [], 0);
        if (_ranges.Length > LongestKept || _nextRanges.Length > LongestKept)
            (_ranges, _nextRanges) = ([], []);
    }

    /// <summary>Makes what was written the current text.</summary>
    public void EndRewrite()
    {
        Debug.Assert(_rewriting, "No rewrite is under way.");
        _rewriting = false;
        (_bytes, _nextBytes) = (_nextBytes, _bytes);
        (_ranges, _nextRanges) = (_nextRanges, _ranges);
        _length = _nextLength;
    }

    /// <summary>The source range of a part of the current text: from the start of its first byte's range to the end of its last's.</summary>
    public TextRange SourceOf(int start, int end) =>
        start < end ? new TextRange(_ranges[start].Start, _ranges[end - 1].End)
        : start < _length ? new TextRange(_ranges[start].Start, _ranges[start].Start)
        : _length > 0 ? new TextRange(_ranges[_length - 1].End, _ranges[_length - 1].End)
        : new TextRange(_origin, _origin);

    private void AppendBytes(ReadOnlySpan<byte> utf8, TextRange range)
    {
        CheckLength(utf8.Length);
        Grow(ref _nextBytes, _nextLength, utf8.Length);
        utf8.CopyTo(_nextBytes.AsSpan(_nextLength));
        if (IsAligned)
        {
            Grow(ref _nextRanges, _nextLength, utf8.Length);
            _nextRanges.AsSpan(_nextLength, utf8.Length).Fill(range);
        }
        _nextLength += utf8.Length;
    }

    private void CheckLength(int more)
    {
        if (_nextLength + (long)more > _limit)
            throw new InkstoneFormatException("the stages of a tokenizer make a text far longer than it is", "normalizer, pre_tokenizer", FormattableString.Invariant($"at most {_limit} bytes"));
    }

    private void AlignToItself(int origin)
    {
        Grow(ref _ranges, 0, _length);
        var bytes = Bytes;
        for (var start = 0; start < bytes.Length;)
        {
            var end = start + 1;
            while (end < bytes.Length && (bytes[end] & 0xC0) == 0x80)
                end++;
            _ranges.AsSpan(start, end - start).Fill(new TextRange(origin + start, origin + end));
            start = end;
        }
    }

    private static void Grow<T>(ref T[] buffer, int used, int more)
    {
        var needed = checked(used + more);
        if (needed > buffer.Length)
            Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max(needed, buffer.Length * 2L)));
    }
}
