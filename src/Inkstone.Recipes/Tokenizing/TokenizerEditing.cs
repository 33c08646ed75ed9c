using System.Text.Json;
using Inkstone.Corpus;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>What became of an edit.</summary>
/// <param name="Tokenizer">The new tokenizer.</param>
/// <param name="Map">The file that says where each old id went.</param>
/// <param name="OldCount">How many ids the old one had.</param>
/// <param name="Kept">How many of its tokens are still there.</param>
/// <param name="Unreached">Of two merged: how many tokens of the second their own text does not become.</param>
/// <param name="SkippedCount">Files and folders of text that were not read, or not read whole.</param>
public sealed record EditedTokenizer(Tokenizer Tokenizer, string Map, int OldCount, int Kept, int Unreached, long SkippedCount);

/// <summary>
/// Edits of a tokenizer's file: each writes the new tokenizer in the form that the output's name says, and a map from old ids to new as JSON
/// (<c>newIds</c>: for each old id the new one, −1 where it is gone; of two merged also <c>newIdsOfOther</c> and <c>unreached</c>), by which the rows
/// of an embedding are moved.
/// </summary>
public static class TokenizerEditing
{
    /// <summary>Adds tokens that are matched as wholes.</summary>
    /// <param name="input">The tokenizer, in the forms <see cref="Tokenizer.Load"/> reads.</param>
    /// <param name="tokens">Their texts.</param>
    /// <param name="isSpecial">Whether they are control tokens.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="map">The file of the map; null: beside the output, named <c>.ids.json</c>.</param>
    /// <exception cref="InkstoneException">The tokenizer cannot be read, edited so, or written in that form.</exception>
    public static EditedTokenizer Add(string input, IReadOnlyList<string> tokens, bool isSpecial, string output, string? map = null) =>
        Write(TokenizerEditor.AddTokens(Tokenizer.Load(input), tokens, isSpecial), output, map, 0);

    /// <summary>Removes the tokens that a text uses least.</summary>
    /// <param name="input">The tokenizer, in the forms <see cref="Tokenizer.Load"/> reads.</param>
    /// <param name="text">A file or folder of text.</param>
    /// <param name="size">How many tokens are to be left.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="map">The file of the map; null: beside the output, named <c>.ids.json</c>.</param>
    /// <param name="observer">Who watches.</param>
    /// <exception cref="InkstoneException">The tokenizer or the text cannot be read, or the tokenizer edited so or written in that form.</exception>
    public static EditedTokenizer Prune(string input, string text, int size, string output, string? map = null, IRecipeObserver? observer = null)
    {
        var tokenizer = Tokenizer.Load(input);
        var (texts, skipped) = Read(text, observer ?? SilentObserver.Instance);
        var edit = TokenizerEditor.Prune(tokenizer, texts, size);
        skipped.Close();
        return Write(edit, output, map, skipped.Count);
    }

    /// <summary>Continues the training on new text.</summary>
    /// <param name="input">The tokenizer, in the forms <see cref="Tokenizer.Load"/> reads.</param>
    /// <param name="text">A file or folder of text.</param>
    /// <param name="options">How much it learns.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="map">The file of the map; null: beside the output, named <c>.ids.json</c>.</param>
    /// <param name="observer">Who watches.</param>
    /// <param name="cancellation">Stops it; nothing is written then.</param>
    /// <exception cref="InkstoneException">The tokenizer or the text cannot be read, or the tokenizer edited so or written in that form.</exception>
    public static EditedTokenizer Continue(
        string input, string text, ContinuedTrainingOptions options, string output, string? map = null, IRecipeObserver? observer = null,
        CancellationToken cancellation = default)
    {
        observer ??= SilentObserver.Instance;
        var tokenizer = Tokenizer.Load(input);
        var (texts, skipped) = Read(text, observer);
        var edit = TokenizerEditor.Continue(tokenizer, texts, options, new ObserverProgress(observer), cancellation);
        skipped.Close();
        return Write(edit, output, map, skipped.Count);
    }

    /// <summary>Puts the tokens of two tokenizers of one kind into one.</summary>
    /// <param name="input">The tokenizer whose ids stay, in the forms <see cref="Tokenizer.Load"/> reads.</param>
    /// <param name="other">The one whose tokens are added.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="map">The file of the map; null: beside the output, named <c>.ids.json</c>.</param>
    /// <exception cref="InkstoneException">A tokenizer cannot be read, they cannot be merged, or not be written in that form.</exception>
    public static EditedTokenizer Merge(string input, string other, string output, string? map = null)
    {
        var union = TokenizerEditor.Merge(Tokenizer.Load(input), Tokenizer.Load(other));
        return Write(new(union.Tokenizer, union.NewIds), output, map, 0, union);
    }

    private static (IEnumerable<string> Texts, SkippedNotes Skipped) Read(string text, IRecipeObserver observer)
    {
        observer.Stage("reading text");
        var skipped = new SkippedNotes(observer);
        return (TextSource.Read(text, new TextSourceOptions { Skipped = skipped.Add }).Select(document => document.Text), skipped);
    }

    private static EditedTokenizer Write(TokenizerEdit edit, string output, string? map, long skippedCount, TokenizerUnion? union = null)
    {
        map ??= Path.ChangeExtension(output, ".ids.json");
        var bytes = TokenizerConversion.ToBytes(edit.Tokenizer, output);
        DurableFiles.Instance.WriteAtomically(map, StableJson.ToLine(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("vocabularySize", edit.Tokenizer.VocabularySize);
            WriteIds(json, "newIds", edit.NewIds);
            if (union is not null)
            {
                WriteIds(json, "newIdsOfOther", union.NewIdsOfOther);
                WriteIds(json, "unreached", union.Unreached);
            }
            json.WriteEndObject();
        }));
        DurableFiles.Instance.WriteAtomically(output, bytes);
        return new(edit.Tokenizer, map, edit.NewIds.Count, edit.Kept, union?.Unreached.Count ?? 0, skippedCount);
    }

    private static void WriteIds(Utf8JsonWriter json, string name, IReadOnlyList<int> ids)
    {
        json.WriteStartArray(name);
        foreach (var id in ids)
            json.WriteNumberValue(id);
        json.WriteEndArray();
    }
}
