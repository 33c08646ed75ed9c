using System.Globalization;
using System.Text;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// Trains a WordPiece vocabulary as Hugging Face's trainer does: as BPE over characters, those within a word marked <c>##</c>, the most
/// frequent pair first.
/// <para>
/// Ids: the special tokens, the characters kept (by code point), those of them that occur within words with their mark (by code point: the
/// reference's order is a matter of chance), then what merging makes, in the order of its making. The result depends on texts and options
/// alone.
/// </para>
/// </summary>
internal static class WordPieceTrainer
{
    /// <summary>Trains a vocabulary.</summary>
    /// <param name="texts">The texts, read once, in order.</param>
    /// <param name="cutter">Cuts a text into words and counts them.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <returns>The tokens, by id.</returns>
    /// <exception cref="InkstoneRequestException">An option is out of range, or there is no text.</exception>
    public static IReadOnlyList<string> Train(
        IEnumerable<string> texts, TextCutter cutter, WordPieceTrainerOptions? options = null, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new();
        options.Validate();
        var counter = new PieceCounter(options.MaximumDistinctBytes, options.Threads, cutter, cancellation);
        counter.Count(texts, progress);
        if (counter.Pieces == 0)
            throw new InkstoneRequestException("there is no text to train a tokenizer on", nameof(texts), fix: "Check the path and the file types read.");
        var vocabulary = new GrowingWordPieces(UnigramWords.Of(counter.Parts), options);
        MergeLearner.Learn(counter, vocabulary, new(options.VocabularySize, options.MinimumFrequency, int.MaxValue, options.Ties), progress, cancellation);
        return vocabulary.Tokens;
    }
}

/// <summary>How a WordPiece vocabulary is trained.</summary>
internal sealed record WordPieceTrainerOptions
{
    /// <summary>How many tokens in all, if the text supports them. Default 30,000.</summary>
    public int VocabularySize { get; init; } = 30_000;

    /// <summary>A pair must occur this often to be merged. Default 2.</summary>
    public long MinimumFrequency { get; init; } = 2;

    /// <summary>The most characters that are kept; the rarest go, and words are learnt as if they were not there. Default 1,000.</summary>
    public int AlphabetLimit { get; init; } = 1_000;

    /// <summary>The control tokens; they take the first ids. Default BERT's.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>What stands before pieces that do not begin a word. Default <c>##</c>.</summary>
    public string Mark { get; init; } = "##";

    /// <summary>Which of several pairs with equal counts is merged. Default <see cref="BpeTies.LowerIds"/>.</summary>
    public BpeTies Ties { get; init; } = BpeTies.LowerIds;

    /// <summary>A limit to memory: as <see cref="BpeTrainerOptions.MaximumDistinctBytes"/>. Default 128 MiB.</summary>
    public long MaximumDistinctBytes { get; init; } = 128L << 20;

    /// <summary>How many threads count words; 0 for one a processor. The result does not depend on it. Default 0.</summary>
    public int Threads { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InkstoneRequestException">One is out of range.</exception>
    public void Validate()
    {
        if (SpecialTokens.Any(string.IsNullOrEmpty) || SpecialTokens.Distinct().Count() != SpecialTokens.Count)
            throw new InkstoneRequestException("a special token is empty or given twice", nameof(SpecialTokens), found: string.Join(", ", SpecialTokens));
        Require(VocabularySize > SpecialTokens.Count && VocabularySize <= 1 << 24, nameof(VocabularySize), VocabularySize, "more than the special tokens, at most 16,777,216");
        Require(MinimumFrequency >= 1, nameof(MinimumFrequency), MinimumFrequency, "at least 1");
        Require(AlphabetLimit >= 1, nameof(AlphabetLimit), AlphabetLimit, "at least 1");
        Require(Enum.IsDefined(Ties), nameof(Ties), (int)Ties, "one of " + string.Join(", ", Enum.GetNames<BpeTies>()));
        Require(MaximumDistinctBytes is >= 1 << 16 and <= 1 << 30, nameof(MaximumDistinctBytes), MaximumDistinctBytes, "65,536 to 1,073,741,824");
        Require(Threads is >= 0 and <= 1024, nameof(Threads), Threads, "0 to 1024");
    }

    private static void Require(bool holds, string option, long found, string expected)
    {
        if (!holds)
            throw new InkstoneRequestException("an option of the tokenizer's training is out of range", option, expected, found.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>A WordPiece vocabulary while it is being trained.</summary>
internal sealed class GrowingWordPieces : IMergedVocabulary
{
    private readonly string _mark;
    private readonly int _specialCount;
    private readonly List<string> _tokens = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<Rune, (int First, int Within)> _characters = [];

    /// <summary>The special tokens and the characters of these words.</summary>
    public GrowingWordPieces(UnigramWords words, WordPieceTrainerOptions options)
    {
        (_mark, _specialCount) = (options.Mark, options.SpecialTokens.Count);
        foreach (var token in options.SpecialTokens)
            Add(token);
        Rune[] kept = [.. words.CountCharacters().Take(options.AlphabetLimit).Select(entry => entry.Character).Order()];
        foreach (var character in kept)
            _characters.Add(character, (Add(character.ToString()), -1));
        var within = new HashSet<Rune>();
        for (var i = 0; i < words.Count; i++)
        {
            var isFirst = true;
            foreach (var character in UnigramWords.Characters(words[i]))
            {
                if (!isFirst && _characters.ContainsKey(character))
                    within.Add(character);
                isFirst = false;
            }
        }
        foreach (var character in within.Order())
            _characters[character] = _characters[character] with { Within = Add(_mark + character) };
    }

    /// <summary>The tokens, by id.</summary>
    public IReadOnlyList<string> Tokens => _tokens;

    /// <inheritdoc/>
    public int Count => _tokens.Count;

    /// <inheritdoc/>
    public List<int> Lengths { get; } = [];

    /// <inheritdoc/>
    public bool TryMerge(int left, int right, out int result)
    {
        var rest = _tokens[right].StartsWith(_mark, StringComparison.Ordinal) ? _tokens[right][_mark.Length..] : _tokens[right];
        var token = _tokens[left] + rest;
        if (!_ids.TryGetValue(token, out result))
            result = Add(token);
        return result >= _specialCount;
    }

    /// <inheritdoc/>
    public bool IsGreater(ulong pair, ulong other)
    {
        var order = string.CompareOrdinal(_tokens[(int)(pair >> 32)], _tokens[(int)(other >> 32)]);
        return (order != 0 ? order : string.CompareOrdinal(_tokens[(int)(uint)pair], _tokens[(int)(uint)other])) > 0;
    }

    /// <inheritdoc/>
    public int Start(ReadOnlySpan<byte> piece, Span<int> tokens)
    {
        var count = 0;
        var isFirst = true;
        foreach (var character in UnigramWords.Characters(piece))
        {
            if (_characters.TryGetValue(character, out var ids))
                tokens[count++] = isFirst ? ids.First : ids.Within;
            isFirst = false;
        }
        return count;
    }

    private int Add(string token)
    {
        if (_ids.TryGetValue(token, out var id))
            return id;
        _ids.Add(token, _tokens.Count);
        _tokens.Add(token);
        Lengths.Add(token.Length);
        return _tokens.Count - 1;
    }
}
