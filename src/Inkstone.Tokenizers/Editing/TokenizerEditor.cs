using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// What people do to a byte-level BPE tokenizer once it is trained: add tokens, continue its training on new text, prune what is not
/// used, merge it with another. The tokenizer given stays as it is; each edit gives a new one and a map from old ids to new.
/// </summary>
public static class TokenizerEditor
{
    /// <summary>Adds tokens that are matched as wholes. Ids of old tokens stay; new ones follow the highest.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="contents">The texts of the tokens. One that the vocabulary has already keeps its id.</param>
    /// <param name="special">Whether they are control tokens, recognised only where asked for.</param>
    /// <exception cref="InkstoneRequestException">A text is empty, given twice, or is an added token already.</exception>
    public static TokenizerEdit AddTokens(Tokenizer tokenizer, IReadOnlyList<string> contents, bool special = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(contents);
        var parts = new BytePairParts(tokenizer);
        foreach (var content in contents)
        {
            if (string.IsNullOrEmpty(content))
                throw new InkstoneRequestException("a token to add is empty", nameof(contents), "at least one character");
            if (parts.Added.Any(token => token.Content == content))
                throw new InkstoneRequestException("a token to add is there already", nameof(contents), "a new token", content);
            parts.Added.Add(new(tokenizer.TokenToId(content) ?? parts.AddEmpty(), content, special));
        }
        return new(parts.ToTokenizer(), Identity(tokenizer.VocabularySize));
    }

    /// <summary>
    /// Continues the training on new text: the pieces of the text begin as what the tokenizer makes of them now, and merging goes on from there.
    /// Old rules come before new ones, so text that the new rules do not touch keeps its ids.
    /// </summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="texts">The new texts, read once, in order.</param>
    /// <param name="options">
    /// The options: the size wanted, old tokens included, least frequency, ties, longest token, threads. Pre-tokenizer, specials and roles are the
    /// tokenizer's own.
    /// </param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="InkstoneRequestException">
    /// The size is not above the present one, or the text supports fewer tokens and <see cref="BpeTrainerOptions.AllowSmaller"/> is off.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TokenizerEdit Continue(
        Tokenizer tokenizer, IEnumerable<string> texts, BpeTrainerOptions options, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        (options with { SpecialTokens = [] }).Validate();
        if (options.VocabularySize <= tokenizer.VocabularySize)
            throw new InkstoneRequestException("the vocabulary is that large already", nameof(options),
                string.Create(CultureInfo.InvariantCulture, $"more than {tokenizer.VocabularySize} tokens"), options.VocabularySize.ToString(CultureInfo.InvariantCulture));
        var counter = new PieceCounter(options.MaximumDistinctBytes, options.Threads, PieceCounter.CutBy(tokenizer.PreTokenizer!), cancellation);
        counter.Count(texts, progress);
        var vocabulary = new ContinuedVocabulary(tokenizer);
        MergeLearner.Learn(counter, vocabulary, new(options.VocabularySize, options.MinimumFrequency, options.MaximumTokenLength, options.Ties), progress, cancellation);
        if (vocabulary.Count < options.VocabularySize && !options.AllowSmaller)
            throw new InkstoneRequestException("the text supports fewer tokens", nameof(options),
                string.Create(CultureInfo.InvariantCulture, $"at most {vocabulary.Count} in all ({counter.Bytes} bytes of text)"),
                options.VocabularySize.ToString(CultureInfo.InvariantCulture), $"Ask for fewer, give more text, or set {nameof(BpeTrainerOptions.AllowSmaller)}.");
        return new(vocabulary.ToTokenizer(), Identity(tokenizer.VocabularySize));
    }

    /// <summary>
    /// Removes the tokens that texts use least until so many are left. Single bytes and added tokens stay. A token goes only when no rule that is
    /// left builds on it, so text that used none of the removed ones becomes the same tokens as before. What a removed token's uses become is
    /// counted for its two parts before the next one is chosen; of equally used ones the later made goes first.
    /// </summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="texts">Texts that show which tokens are used.</param>
    /// <param name="size">How many tokens are to be left.</param>
    /// <exception cref="InkstoneRequestException">The size is below what must stay, or not below the present one.</exception>
    public static TokenizerEdit Prune(Tokenizer tokenizer, IEnumerable<string> texts, int size)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(texts);
        var uses = new long[tokenizer.VocabularySize];
        foreach (var ids in tokenizer.EncodeAll(texts))
        {
            foreach (var id in ids)
                uses[id]++;
        }
        return VocabularyPruner.Prune(tokenizer, uses, size);
    }

    /// <summary>
    /// The tokens of two tokenizers in one: the first's with their ids and rules, then what the second has besides, its rules after the first's.
    /// Text is cut as the first cuts it, and the first's roles hold.
    /// </summary>
    /// <param name="first">The tokenizer whose ids stay.</param>
    /// <param name="second">The one whose tokens are added.</param>
    /// <exception cref="InkstoneRequestException">A token's text is special in one and plain in the other.</exception>
    public static TokenizerUnion Merge(Tokenizer first, Tokenizer second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var parts = new BytePairParts(first);
        var newIds = parts.Append(second);
        var union = parts.ToTokenizer();
        var unreached = newIds
            .Where((id, old) => id >= first.VocabularySize && second.Editable.Pieces.Count > old && !second.Editable.Pieces[old].IsEmpty)
            .Where(id => union.Editable.EncodeWhole(union.TokenBytes(id)) is not [var only] || only != id);
        return new(union, Identity(first.VocabularySize), newIds, [.. unreached]);
    }

    private static int[] Identity(int count) => [.. Enumerable.Range(0, count)];
}
