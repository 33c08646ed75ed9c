using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;

namespace Inkstone.Recipes;

/// <summary>
/// From a Hugging Face folder to a GGUF file and back, tokenizer and end tokens included. Tensors pass one by one, so that the size of a model does not matter; what is written appears under its
/// name whole or not at all.
/// </summary>
public static class ModelConversion
{
    /// <summary>Converts a checkpoint to the other kind.</summary>
    /// <param name="source">A folder, which becomes a GGUF file; or a GGUF file (any part of a split one), which becomes a folder.</param>
    /// <param name="destination">The file or folder to write.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="observer">Told how far it has come.</param>
    /// <param name="files">Where to write; null for the disk.</param>
    /// <param name="cancellation">Stops it; nothing is left under the destination's name.</param>
    /// <exception cref="InkstoneNotFoundException">There is no such checkpoint.</exception>
    /// <exception cref="InkstoneFormatException">It is not what it must be, or asks for what is not known.</exception>
    /// <exception cref="InkstoneRequestException">The other kind has no such network or tokenizer, or the destination is there already.</exception>
    public static ConversionReport Convert(
        string source, string destination, ConversionOptions? options = null, IRecipeObserver? observer = null, IDurableFiles? files = null, CancellationToken cancellation = default)
    {
        options ??= new();
        var toGguf = !File.Exists(source);
        options.Validate(isFolder: !toGguf);
        var writing = new ConversionWriting(files ?? DurableFiles.Instance, observer ?? SilentObserver.Instance, cancellation);
        return toGguf ? FolderToGguf.Convert(source, destination, options, writing) : GgufToFolder.Convert(source, destination, options, writing);
    }
}

/// <summary>What writes a conversion's files, and who watches.</summary>
internal sealed record ConversionWriting(IDurableFiles Files, IRecipeObserver Observer, CancellationToken Cancellation)
{
    private const int BytesOfUnit = 1_000_000;

    /// <summary>A callback that writes a tensor, which says how far all has come and can be stopped.</summary>
    public Action<Stream> Watched(ByteCount done, long all, Action<Stream> write) => stream =>
    {
        using var watched = new WatchedStream(stream, count =>
        {
            Cancellation.ThrowIfCancellationRequested();
            done.Value += count;
            Observer.Progress(done.Value / BytesOfUnit, all / BytesOfUnit, "MB");
        });
        write(watched);
    };

    /// <summary>A count that callbacks share.</summary>
    public sealed class ByteCount
    {
        public long Value { get; set; }
    }
}
