using System.Text;

namespace Inkstone.Tokenizers;

/// <summary>Continues the training of a vocabulary by merging: characters that it lacks become tokens, then pairs that are frequent do.</summary>
internal static class ContinuedMerging
{
    /// <summary>Learns more from new text.</summary>
    /// <exception cref="Foundation.Errors.InkstoneRequestException">There is no room for its characters, or the text supports fewer tokens.</exception>
    public static void Run<TDraft>(TDraft draft, ContinuedTraining training)
        where TDraft : VocabularyDraft, IMergeDraft
    {
        var options = training.Options;
        var counter = training.Count(draft.Cutter(training));
        if (draft.Marks is { } marks)
        {
            foreach (var letter in FindLetters(counter.Parts, options.CharacterCoverage, marks).Where(letter => draft.Find(letter) < 0 && !training.IsTaken(draft.Print(letter))))
                draft.AddPiece(letter);
        }
        if (draft.Count > options.VocabularySize)
            throw TrainerChecks.NoRoom(draft.Count, options.VocabularySize, nameof(options.CharacterCoverage));
        MergeLearner.Learn(
            counter, new ContinuedVocabulary<TDraft>(draft, training), new(options.VocabularySize, options.MinimumFrequency, options.MaximumTokenLength, options.Ties),
            training.Progress, training.Cancellation);
        training.CheckSize(draft.Count, counter);
    }

    /// <summary>What pieces begin as: what a model makes of them.</summary>
    public static PieceStart StartBy(TokenModel model) => (piece, tokens) =>
    {
        var ids = model.EncodeWhole(piece);
        ids.CopyTo(tokens);
        return ids.Length;
    };

    /// <summary>
    /// The characters that together make up a share of the text, as the vocabulary writes them at their places, the most frequent first.
    /// </summary>
    private static IEnumerable<byte[]> FindLetters(IReadOnlyList<PieceCounts> parts, double coverage, TokenMarks marks)
    {
        var forms = new Dictionary<(Rune Character, bool Continues, bool Ends), long>();
        foreach (var part in parts)
        {
            foreach (ref readonly var entry in part.Entries)
            {
                var piece = part.Bytes(entry);
                for (int at = 0, length; at < piece.Length; at += length)
                {
                    Rune.DecodeFromUtf8(piece[at..], out var character, out length);
                    var form = (character, at > 0, at + length == piece.Length);
                    forms[form] = forms.GetValueOrDefault(form) + entry.Count;
                }
            }
        }
        var counts = forms.GroupBy(form => form.Key.Character).Select(group => (Character: group.Key, Count: group.Sum(form => form.Value)))
            .OrderByDescending(entry => entry.Count).ThenBy(entry => entry.Character);
        var (total, covered) = (forms.Values.Sum(), 0L);
        var kept = new HashSet<Rune>();
        foreach (var (character, count) in counts)
        {
            if ((double)covered / total >= coverage)
                break;
            covered += count;
            kept.Add(character);
        }
        return forms.Where(form => kept.Contains(form.Key.Character)).OrderByDescending(form => form.Value).ThenBy(form => form.Key)
            .Select(form => marks.Mark(Encoding.UTF8.GetBytes(form.Key.Character.ToString()), form.Key.Continues, form.Key.Ends));
    }
}
