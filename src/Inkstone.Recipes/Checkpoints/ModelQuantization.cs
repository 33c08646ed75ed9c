using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>What a quantisation did.</summary>
/// <param name="Path">The file written.</param>
/// <param name="BytesBefore">Bytes of all tensors before.</param>
/// <param name="BytesAfter">And after.</param>
/// <param name="Numbers">How many numbers each format has now.</param>
/// <param name="Fallbacks">Tensors whose rows did not fit the format wanted, with the format they got.</param>
public sealed record QuantizationReport(
    string Path, long BytesBefore, long BytesAfter, IReadOnlyDictionary<WeightFormat, long> Numbers, IReadOnlyList<KeyValuePair<string, WeightFormat>> Fallbacks)
{
    /// <summary>Bits a number, all tensors counted.</summary>
    public double BitsPerNumber => 8.0 * BytesAfter / Numbers.Values.Sum();
}

/// <summary>Writes a GGUF file anew with its matrices in other formats, a piece of a tensor at a time, so that its size does not matter.</summary>
public static class ModelQuantization
{
    private const int NumbersAtOnce = 1 << 20;

    /// <summary>Quantises a file.</summary>
    /// <param name="source">A GGUF file, best in F32, F16 or BF16.</param>
    /// <param name="destination">The file to write; it appears whole or not at all.</param>
    /// <param name="mix">The formats.</param>
    /// <param name="importance">For some tensors by name, a weight for each column's squared error; null for none.</param>
    /// <param name="observer">Told how far it has come.</param>
    /// <param name="cancellation">Stops it.</param>
    public static QuantizationReport Quantize(
        string source, string destination, QuantizationMix mix, IReadOnlyDictionary<string, float[]>? importance = null, IRecipeObserver? observer = null,
        CancellationToken cancellation = default)
    {
        if (Path.GetFullPath(source) == Path.GetFullPath(destination))
            throw new InkstoneRequestException("a file cannot be written over itself", "destination", "another path", destination);
        using var file = GgufFile.Open(source);
        using var store = GgufStore.Over(file);
        store.RequireFormats();
        var architecture = file.Metadata.Get("general.architecture").AsString();
        var layers = (int)(file.Metadata.Find($"{architecture}.block_count")?.AsInt64() ?? 0);
        var isTied = !store.Has("output.weight");
        observer ??= SilentObserver.Instance;
        observer.Stage("quantising");
        var (done, all) = (0L, (long)store.Count);
        var fallbacks = new List<KeyValuePair<string, WeightFormat>>();
        var numbers = new Dictionary<WeightFormat, long>();
        var tensors = new List<GgufSource>();
        foreach (var tensor in file.Tensors)
        {
            var stored = store.Find(tensor.Name)!;
            var format = mix.FormatOf(tensor.Name, tensor.Shape, layers, isTied) ?? stored.Format;
            if (tensor.Shape.Length > 1 && tensor.Shape[^1] % Math.Max(mix.Format.BlockLength(), mix.More?.BlockLength() ?? 1) != 0 && format != mix.Format && format != mix.More)
                fallbacks.Add(new(tensor.Name, format));
            numbers[format] = numbers.GetValueOrDefault(format) + stored.Count;
            tensors.Add(new GgufSource(tensor.Name, (GgufTensorType)format.GgufId(), tensor.Shape, stream =>
            {
                Write(stored, format, importance?.GetValueOrDefault(tensor.Name), stream, cancellation);
                done += stored.Count;
                observer.Progress(done, all, "numbers");
            }));
        }
        var values = GgufValues.CopyOf(file.Metadata).Set("general.file_type", mix.FileType).Set("general.quantization_version", 2u);
        DurableFiles.Instance.WriteAtomically(destination, stream => GgufWriter.Write(values, tensors, stream));
        return new(destination, file.Tensors.Sum(tensor => tensor.ByteLength), tensors.Sum(tensor => tensor.Type.ByteCount([.. tensor.Shape]) ?? 0), numbers, fallbacks);
    }

    /// <summary>Pieces of whole rows, each cut among the processors.</summary>
    private static void Write(StoredTensor tensor, WeightFormat format, float[]? importance, Stream destination, CancellationToken cancellation)
    {
        var columns = Math.Max(1, tensor.Shape.Count == 0 ? 1 : (int)tensor.Shape[^1]);
        if (importance is not null && importance.Length != columns)
            throw new InkstoneRequestException("the importance does not fit the matrix", tensor.Name, string.Create(CultureInfo.InvariantCulture, $"{columns} columns"),
                importance.Length.ToString(CultureInfo.InvariantCulture));
        var rows = tensor.Count / columns;
        var perPiece = Math.Max(1, NumbersAtOnce / columns);
        var matrix = tensor.Matrix(mapped: true);
        var bytes = new byte[checked((int)(perPiece * WeightFormats.ByteLength(format, columns)))];
        var rowBytes = (int)WeightFormats.ByteLength(format, columns);
        for (long first = 0; first < rows; first += perPiece)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = (int)Math.Min(perPiece, rows - first);
            Parallel.For(0, count, () => new float[columns], (row, _, numbers) =>
            {
                matrix.ReadRow((int)first + row, numbers);
                WeightFormats.Quantize(format, numbers, importance, bytes.AsSpan(row * rowBytes, rowBytes));
                return numbers;
            }, _ => { });
            destination.Write(bytes.AsSpan(0, count * rowBytes));
        }
    }
}
