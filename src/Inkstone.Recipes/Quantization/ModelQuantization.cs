using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Machine;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>
/// Writes a GGUF file anew with its matrices in other formats, and compares the result with the source where there is a text. What stands outside the blocks is written first, a
/// piece of a tensor at a time; then block after block.
/// </summary>
public static class ModelQuantization
{
    /// <summary>The end of the name that a file has until it has met its bounds.</summary>
    public const string UnprovenSuffix = ".unproven.gguf";

    /// <summary>Quantises a file.</summary>
    /// <param name="source">A GGUF file, best in F32, F16 or BF16.</param>
    /// <param name="destination">The file to write; it appears whole, and only when it meets the bounds, or is to be kept.</param>
    /// <param name="options">How, and what the result must be worth.</param>
    /// <param name="observer">Told how far it has come.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InkstoneRequestException">The options do not go together, or the model is none that text can be run through.</exception>
    /// <exception cref="InkstoneResourceException">Text is to be run through a model that does not fit in memory.</exception>
    public static QuantizationReport Quantize(
        string source, string destination, QuantizationOptions options, IRecipeObserver? observer = null, CancellationToken cancellation = default)
    {
        options.Validate();
        if (Path.GetFullPath(source) == Path.GetFullPath(destination))
            throw new InkstoneRequestException("a file cannot be written over itself", "destination", "another path", destination);
        observer ??= SilentObserver.Instance;
        using var file = GgufFile.Open(source);
        using var store = GgufStore.Over(file);
        store.RequireFormats();
        var importance = options.Importance is { } known ? ImportanceMatrix.Read(known) : null;
        if (options.Calibration is not null || options.Evaluate is not null)
            TellMemory(source, options.IgnoresMemory, observer);
        var (text, placed) = (default(CalibrationText), default(PlacedModel));
        if (options.Calibration is { } path)
        {
            placed = GgufModel.LoadPlaced(file);
            RequireDecoder(placed.Model, path);
            text = CalibrationText.Read(path, Tokenizer.Load(source), placed.Model.ContextLength, options.CalibrationTokens, options.Evaluate is null ? options.EvaluationTokens : 0);
            importance ??= ImportanceCollector.Collect(placed, text, Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), observer, cancellation);
            if (options.SaveImportance is { } saved)
                importance.Write(saved);
        }
        var unproven = destination + UnprovenSuffix;
        try
        {
            var report = Write(file, store, unproven, options, importance, text, placed, observer, cancellation) with { Path = destination };
            report = QualityGate.Judge(source, unproven, report, options, text?.Kept, observer, cancellation);
            if (report.Exists)
            {
                DurableFiles.Instance.Rename(unproven, destination);
                DurableFiles.Instance.FlushFolder(DurableWriting.FolderOf(destination));
            }
            return report;
        }
        finally
        {
            if (File.Exists(unproven))
                DurableFiles.Instance.DeleteFile(unproven);
        }
    }

    private static QuantizationReport Write(
        GgufFile file, GgufStore store, string destination, QuantizationOptions options, ImportanceMatrix? importance, CalibrationText? text, PlacedModel? placed,
        IRecipeObserver observer, CancellationToken cancellation)
    {
        var mix = options.Mix;
        var architecture = file.Metadata.Get("general.architecture").AsString();
        var layers = (int)(file.Metadata.Find($"{architecture}.block_count")?.AsInt64() ?? 0);
        var isTied = !store.Has("output.weight");
        var (done, all) = (0L, (long)store.Count);
        var fallbacks = new List<KeyValuePair<string, WeightFormat>>();
        var numbers = new Dictionary<WeightFormat, long>();
        var planned = new Dictionary<string, PlannedTensor>();
        foreach (var tensor in file.Tensors)
        {
            var stored = store.Find(tensor.Name)!;
            var format = mix.FormatOf(tensor.Name, tensor.Shape, layers, isTied) ?? stored.Format;
            if (tensor.Shape.Length > 1 && tensor.Shape[^1] % Math.Max(mix.Format.BlockLength(), mix.More?.BlockLength() ?? 1) != 0 && format != mix.Format && format != mix.More)
                fallbacks.Add(new(tensor.Name, format));
            numbers[format] = numbers.GetValueOrDefault(format) + stored.Count;
            planned.Add(tensor.Name, new(stored, format));
        }
        if (importance is not null && !planned.Keys.Any(importance.Entries.ContainsKey))
            throw new InkstoneRequestException("the importance is of none of the model's matrices", options.Importance ?? "importance", planned.Keys.First(), importance.Entries.Keys.FirstOrDefault() ?? "nothing",
                "It may be of another model.");
        observer.Stage("quantising");
        var blocks = placed is null || text is null || options.Method == QuantizationMethod.Plain ? null : new LayerwiseTensors(placed, text, options, planned);
        var tensors = file.Tensors.OrderBy(tensor => BlockNames.LayerOf(tensor.Name)).Select(tensor =>
        {
            var (stored, format) = planned[tensor.Name];
            return new GgufSource(tensor.Name, (GgufTensorType)format.GgufId(), tensor.Shape, stream =>
            {
                if (blocks?.Take(tensor.Name, cancellation) is { } bytes)
                    stream.Write(bytes);
                else
                    TensorWriter.Write(stored, format, ImportanceOf(stored, importance), null, stream, cancellation);
                observer.Progress(done += stored.Count, all, "numbers");
            });
        }).ToList();
        var values = GgufValues.CopyOf(file.Metadata).Set("general.file_type", mix.FileType).Set("general.quantization_version", 2u);
        if (importance is not null)
            Describe(values, importance, options);
        DurableFiles.Instance.WriteAtomically(destination, stream => GgufWriter.Write(values, tensors, stream));
        return new(destination, file.Tensors.Sum(tensor => tensor.ByteLength), tensors.Sum(tensor => tensor.Type.ByteCount([.. tensor.Shape]) ?? 0), numbers, fallbacks);
    }

    /// <summary>Says what running text through the source takes, before any weight is read.</summary>
    private static void TellMemory(string source, bool ignoresMemory, IRecipeObserver observer)
    {
        using var checkpoint = OpenCheckpoint.Open(source);
        var prepared = checkpoint.Prepare();
        var machine = MachineMemory.Read();
        var passes = new TextPasses(Math.Min(PerplexityRecipe.LongestWindow, prepared.ContextLength), LoadOptions.ForUse, ignoresMemory);
        observer.Note(MemoryFit.OfPasses(source, checkpoint, prepared, passes, machine).Sentence(machine));
    }

    /// <summary>Throws unless a network can be run over text, token after token.</summary>
    internal static void RequireDecoder(Model model, string text)
    {
        if (ModelFamilies.Of(model).NotDecodedBecause is { } why)
            throw new InkstoneRequestException($"no text can be run through the model: {why}", text, "a decoder", model.Config.Family);
    }

    private static float[]? ImportanceOf(StoredTensor tensor, ImportanceMatrix? importance) =>
        tensor.Shape.Count < 2 ? null : importance?.Of(tensor.Name, (int)tensor.Shape[^1], tensor.Shape.Count == 3 ? (int)tensor.Shape[0] : 1);

    /// <summary>What llama.cpp's own tool says of the importance that went into a file.</summary>
    private static void Describe(GgufValues values, ImportanceMatrix importance, QuantizationOptions options)
    {
        values.Set("quantize.imatrix.file", Path.GetFileName(options.Importance ?? options.SaveImportance ?? ""))
            .Set("quantize.imatrix.dataset", string.Join(", ", importance.Datasets))
            .Set("quantize.imatrix.entries_count", importance.Entries.Count)
            .Set("quantize.imatrix.chunks_count", importance.ChunkCount);
    }
}
