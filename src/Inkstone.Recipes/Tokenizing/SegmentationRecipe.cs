using Inkstone.Corpus;
using Inkstone.Foundation.Files;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>Chinese words: from files to a segmenter, and from segmented text to its files.</summary>
public static class SegmentationRecipe
{
    /// <summary>Reads a segmenter.</summary>
    /// <param name="dictionary">Lines <c>word count tag</c>.</param>
    /// <param name="model">What cuts unknown words; null for none.</param>
    /// <exception cref="Foundation.Errors.InkstoneException">A file is missing, unreadable or not what it should be.</exception>
    public static ChineseSegmenter Load(string dictionary, string? model = null) =>
        new(WordDictionary.Read(Bytes(dictionary), dictionary), model is null ? null : UnknownWordModel.Read(Bytes(model), model));

    /// <summary>Trains a model of unknown words and, where none is given, a dictionary. Nothing is written unless both can be made.</summary>
    /// <param name="text">A file of segmented text: a sentence a line, words apart by spaces.</param>
    /// <param name="dictionary">The dictionary the model will stand beside; null counts one from the text.</param>
    /// <param name="dictionaryOutput">Where the counted dictionary goes; not used where one is given.</param>
    /// <param name="modelOutput">Where the model goes.</param>
    /// <exception cref="Foundation.Errors.InkstoneException">A file cannot be read or written, or the text teaches nothing.</exception>
    public static void Train(string text, string? dictionary, string dictionaryOutput, string modelOutput)
    {
        var sentences = Reading(text, () => File.ReadLines(text).Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToList());
        var words = dictionary is null ? WordDictionary.Train(sentences) : WordDictionary.Read(Bytes(dictionary), dictionary);
        var model = UnknownWordModel.Train(words, sentences);
        if (dictionary is null)
            DurableFiles.Instance.WriteAtomically(dictionaryOutput, words.Write());
        DurableFiles.Instance.WriteAtomically(modelOutput, model.Write());
    }

    /// <summary>Finds words in text that nobody has cut, by how often strings occur, how firmly their parts hold together and how freely they stand among others.</summary>
    /// <param name="text">A file or folder of Chinese text.</param>
    /// <param name="known">A dictionary whose words are known already; null for none.</param>
    /// <param name="output">Where the dictionary goes.</param>
    /// <param name="observer">Who watches.</param>
    /// <param name="cancellation">Stops the search; nothing is written then.</param>
    /// <exception cref="Foundation.Errors.InkstoneException">A file cannot be read or written.</exception>
    public static WordFindingResult FindWords(string text, string? known, string output, IRecipeObserver? observer = null, CancellationToken cancellation = default)
    {
        observer ??= SilentObserver.Instance;
        observer.Stage("finding words");
        var dictionary = known is null ? null : WordDictionary.Read(Bytes(known), known);
        var found = WordFinder.Find(TextSource.Read(text).Select(document => document.Text), null, dictionary, cancellation: cancellation);
        DurableFiles.Instance.WriteAtomically(output, found.Dictionary.Write());
        return found;
    }

    private static byte[] Bytes(string path) => Reading(path, () => File.ReadAllBytes(path));

    private static T Reading<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception cause) when (FileErrors.IsFileError(cause))
        {
            throw FileErrors.Explain(cause, "cannot read the file", path);
        }
    }
}
