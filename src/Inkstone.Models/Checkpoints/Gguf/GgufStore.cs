using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>The tensors of a GGUF file and its further parts; the file stays open for its owner.</summary>
public sealed class GgufStore : TensorStore
{
    private readonly GgufFile _file;

    private GgufStore(GgufFile file) => _file = file;

    /// <inheritdoc/>
    public override string Path => _file.Path;

    /// <inheritdoc/>
    public override IEnumerable<string> Names => _file.Tensors.Select(tensor => tensor.Name);

    /// <inheritdoc/>
    public override Int128 Count => _file.Tensors.Aggregate(Int128.Zero, (sum, tensor) => sum + tensor.ElementCount);

    /// <summary>The tensors of an open file, which stays the caller's.</summary>
    public static GgufStore Over(GgufFile file) => new(file);

    /// <inheritdoc/>
    public override bool Has(string name) => _file.Find(name) is not null;

    /// <inheritdoc/>
    public override StoredTensor? Find(string name)
    {
        if (_file.Find(name) is not { } tensor)
            return null;
        var where = $"{_file.Path}: {name}";
        if (!WeightFormats.TryFromGgufId((int)tensor.Type, out var format))
            throw new InkstoneFormatException("the tensor's numbers are in a format that is not read", where,
                string.Join(", ", WeightFormats.All.Select(known => known.Name())), tensor.Type.ToString());
        return new(name, where, format, tensor.Shape, new Bytes(_file, tensor));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Bytes(GgufFile file, GgufTensor tensor) : ITensorBytes
    {
        public void Read(long start, Span<byte> destination) => file.Read(tensor, start, destination);

        public MappedWindow Map() => file.Map(tensor);
    }
}
