using System.Text;
using System.Text.Unicode;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <content>Encoding with all that is known about each token: places, segments, masks; pairs, pre-split words, shortening and filling up.</content>
public sealed partial class Tokenizer
{
    /// <summary>Encodes a text, or a pair of texts, and says which part of it each token stands for.</summary>
    /// <param name="text">The text. A lone surrogate becomes U+FFFD.</param>
    /// <param name="pair">A second text, or null.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="InkstoneRequestException">A control token is named that is none, or a text is too short to be shortened as asked.</exception>
    public TokenEncoding EncodeDetailed(string text, string? pair = null, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EncodeDetailed(Encoding.UTF8.GetBytes(text), pair is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(pair), options);
    }

    /// <summary>Encodes a text in UTF-8, or a pair; offsets count the units of the text, broken sequences taken for one U+FFFD each.</summary>
    /// <inheritdoc cref="EncodeDetailed(string, string?, EncodeOptions?)"/>
    public TokenEncoding EncodeDetailed(ReadOnlyMemory<byte> text, ReadOnlyMemory<byte>? pair = null, EncodeOptions? options = null)
    {
        options ??= EncodeOptions.Default;
        var texts = TextsFor(options);
        return Pad(Finish(pair is { } second ? [EncodeOne(text.Span, 0, options, texts), EncodeOne(second.Span, 1, options, texts)] : [EncodeOne(text.Span, 0, options, texts)], options, texts), options);
    }

    /// <summary>Encodes a text that is already split into words; offsets count from each word's own start.</summary>
    /// <param name="words">The words.</param>
    /// <param name="pair">The words of a second text, or null.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="InkstoneRequestException">A control token is named that is none, or a text is too short to be shortened as asked.</exception>
    public TokenEncoding EncodeWords(IReadOnlyList<string> words, IReadOnlyList<string>? pair = null, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(words);
        options ??= EncodeOptions.Default;
        var texts = TextsFor(options, areWords: true);
        return Pad(Finish(pair is null ? [EncodeEach(words, 0, options, texts)] : [EncodeEach(words, 0, options, texts), EncodeEach(pair, 1, options, texts)], options, texts), options);
    }

    /// <summary>Encodes texts together: with padding, all rows get one length.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="InkstoneRequestException">A control token is named that is none, or a text is too short to be shortened as asked.</exception>
    public IReadOnlyList<TokenEncoding> EncodeBatch(IReadOnlyList<string> texts, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= EncodeOptions.Default;
        var encodings = new TokenEncoding[texts.Count];
        Parallel.For(0, texts.Count, i =>
        {
            var source = TextsFor(options);
            encodings[i] = Finish([EncodeOne(Encoding.UTF8.GetBytes(texts[i]), 0, options, source)], options, source);
        });
        return options.Padding is { } padding ? padding.Apply(encodings) : encodings;
    }

    private static TokenEncoding Pad(TokenEncoding encoding, EncodeOptions options) =>
        options.Padding is { } padding ? padding.Apply([encoding])[0] : encoding;

    /// <summary>Where texts are kept for a post-processor that moves offsets in them; null where none does.</summary>
    private SourceTexts? TextsFor(EncodeOptions options, bool areWords = false) =>
        _parts.PostProcessor is { TrimsOffsets: true } ? new(options.OffsetUnit, areWords) : null;

    private TokenEncoding Finish(TokenEncoding[] encodings, EncodeOptions options, SourceTexts? texts)
    {
        if (options.Truncation is { } truncation)
            encodings = truncation.Apply(encodings, options.AddSpecial ? _parts.PostProcessor?.AddedCount(encodings.Length == 2) ?? 0 : 0);
        if (encodings.Length == 2)
            encodings[1] = encodings[1].Select(token => token with { TypeId = 1 });
        if (_parts.PostProcessor is { } processor)
            encodings = processor.Process(encodings, options.AddSpecial, texts);
        return encodings.Length == 0 ? new([]) : encodings.Aggregate((left, right) => left.Append(right));
    }

    private TokenEncoding EncodeEach(IReadOnlyList<string> words, int sequence, EncodeOptions options, SourceTexts? texts)
    {
        var tokens = new List<TokenInText>();
        for (var number = 0; number < words.Count; number++)
            tokens.AddRange(EncodeOne(Encoding.UTF8.GetBytes(words[number]), sequence, options, texts).Tokens.Select(token => token with { WordIndex = number }));
        return new(tokens);
    }

    private TokenEncoding EncodeOne(ReadOnlySpan<byte> utf8, int sequence, EncodeOptions options, SourceTexts? texts)
    {
        if (!_model.TakesSource && !Utf8.IsValid(utf8))
            utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        texts?.Add(sequence, utf8.ToArray());
        options.Specials.CheckAgainst(AddedTokens);
        // Hugging Face's unigram model alone shows the text itself where it knows none.
        var aligned = new AlignedTokens(_model is UnigramModel ? _model.UnknownId : -1);
        var scratch = _model.Rent();
        var position = 0;
        while (_added.Source.Find(utf8, position, options.Specials, default, out var start, out var length) is { } token)
        {
            _pipeline.EncodeAligned(utf8[position..start], position, options.Specials, scratch, aligned);
            aligned.AddToken(token, new(start, start + length), utf8[start..(start + length)]);
            position = start + length;
        }
        _pipeline.EncodeAligned(utf8[position..], position, options.Specials, scratch, aligned);
        _model.Return(scratch);
        return new(Describe(aligned, utf8, sequence, options));
    }

    private TokenInText[] Describe(AlignedTokens aligned, ReadOnlySpan<byte> utf8, int sequence, EncodeOptions options)
    {
        var tokens = new TokenInText[aligned.Tokens.Count];
        var converter = new OffsetConverter(utf8);
        for (var i = 0; i < tokens.Length; i++)
        {
            var (id, source, piece, space) = aligned.Tokens[i];
            var offset = options.OffsetUnit == OffsetUnit.Bytes ? new TextRange(source.Start, source.End) : converter.Convert(source);
            tokens[i] = new(id, IdToToken(id) ?? "", offset, WordIndex: piece, SequenceIndex: sequence) { Space = space };
        }
        return tokens;
    }
}
