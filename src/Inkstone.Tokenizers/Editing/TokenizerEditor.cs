using System.Globalization;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>
/// What people do to a tokenizer once it is trained, of whatever kind it is: add tokens, continue its training on new text, prune what is not used,
/// merge it with another. The tokenizer given stays as it is; each edit gives a new one and a map from old ids to new. Whatever else holds ids follows:
/// added tokens, post-processor, padding, configuration. A SentencePiece model stays one, and is saved as a <c>.model</c> again.
/// </summary>
public static class TokenizerEditor
{
    /// <summary>Adds tokens that are matched as wholes. Ids of old tokens stay; new ones follow the highest.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="contents">The texts of the tokens. One that the vocabulary has already keeps its id.</param>
    /// <param name="special">
    /// Whether they are control tokens, recognised only where asked for; text never becomes one. In a SentencePiece model they are control pieces, else
    /// user-defined ones.
    /// </param>
    /// <exception cref="InkstoneRequestException">
    /// A text is empty, given twice, or is an added token already; or it is a piece that others are made of and so cannot become a control token.
    /// </exception>
    public static TokenizerEdit AddTokens(Tokenizer tokenizer, IReadOnlyList<string> contents, bool special = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(contents);
        var draft = new TokenizerDraft(tokenizer);
        foreach (var content in contents)
            draft.AddWhole(content, special);
        return new(draft.ToTokenizer(), Identity(tokenizer.VocabularySize));
    }

    /// <summary>
    /// Continues the training on new text, cut as the tokenizer cuts it. Ids of old tokens stay. Characters of the text that the vocabulary lacks become
    /// tokens first.
    /// <para>
    /// BPE: the pieces of the text begin as what the tokenizer makes of them now, and merging goes on from there. Old rules come before new ones, so text
    /// that the new rules do not touch keeps its ids. WordPiece learns in the same way; it has no rules, so text keeps its ids where no new token stands.
    /// Unigram: new pieces are found and made probable by expectation and maximisation over old and new pieces together; scores of old ones
    /// stay, so text keeps its ids unless new pieces are a better way to write it. A list of words gets the most frequent words that it lacks.
    /// SentencePiece's models learn by the default rules of its trainers (one script a piece, at most 16 characters).
    /// </para>
    /// </summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="texts">The new texts, read once, in order.</param>
    /// <param name="options">The options: the size wanted, old tokens included, and what training knows. All else is the tokenizer's own.</param>
    /// <param name="progress">Told now and then how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="InkstoneRequestException">
    /// The size is not above the present one, or the text supports fewer tokens and <see cref="ContinuedTrainingOptions.AllowSmaller"/> is off, or
    /// has more characters than there is room for; or the kind cannot learn (SentencePiece's words and characters).
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TokenizerEdit Continue(
        Tokenizer tokenizer, IEnumerable<string> texts, ContinuedTrainingOptions options, IProgress<BpeTrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.VocabularySize <= tokenizer.VocabularySize)
            throw new InkstoneRequestException("the vocabulary is that large already", nameof(options),
                string.Create(CultureInfo.InvariantCulture, $"more than {tokenizer.VocabularySize} tokens"), options.VocabularySize.ToString(CultureInfo.InvariantCulture));
        var draft = new TokenizerDraft(tokenizer);
        draft.Vocabulary.Continue(new(tokenizer, texts, options, progress, cancellation));
        return new(draft.ToTokenizer(), Identity(tokenizer.VocabularySize));
    }

    /// <summary>
    /// Removes the tokens that texts use least until so many are left. Added and control tokens stay, what the post-processor, padding or
    /// configuration names, the unknown token, bytes, and single characters (but for lists of words); of a unigram model also a piece of the lowest
    /// score and one of the highest, on which the scores of other text depend. Scores stay. A token of a BPE goes only when no rule that is left builds on it.
    /// <para>
    /// So text that used none of the removed tokens becomes the same tokens as before, by their new ids; but a word that was unknown to WordPiece as a whole
    /// may become known, where what stood in its way is gone. What a removed token's uses become is counted for its parts before the next one is chosen; of
    /// equally used ones the later goes first.
    /// </para>
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
        var draft = new TokenizerDraft(tokenizer);
        var pruner = new VocabularyPruner(draft.Vocabulary, draft.FindNeeded(), uses);
        pruner.Choose(size);
        var newIds = draft.Remove(pruner.IsGone);
        return new(draft.ToTokenizer(), newIds);
    }

    /// <summary>
    /// The tokens of two tokenizers of one kind in one: the first's with their ids, then what the second has besides. Rules of the second come after the first's,
    /// pieces of its SentencePiece BPE score below the first's, and those of its unigram model keep their scores. Its unknown token is the first's. Text is
    /// prepared and cut as the first does it, and the first's post-processor and roles hold.
    /// </summary>
    /// <param name="first">The tokenizer whose ids stay.</param>
    /// <param name="second">The one whose tokens are added.</param>
    /// <exception cref="InkstoneRequestException">They are of different kinds, or a token's text is special in one and plain in the other.</exception>
    public static TokenizerUnion Merge(Tokenizer first, Tokenizer second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var draft = new TokenizerDraft(first);
        var newIds = draft.Append(new(second));
        var unreached = draft.Vocabulary.FindUnreached(newIds.Where(id => id >= first.VocabularySize && draft.Vocabulary.Pieces[id].Length > 0));
        return new(draft.ToTokenizer(), Identity(first.VocabularySize), newIds, unreached);
    }

    private static int[] Identity(int count) => [.. Enumerable.Range(0, count)];
}
