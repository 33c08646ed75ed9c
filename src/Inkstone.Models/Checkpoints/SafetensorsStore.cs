using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>The safetensors of a model folder.</summary>
public sealed class SafetensorsStore : TensorStore
{
    private const int NumbersOfByte = 2;
    private readonly SafetensorsFolder _folder;

    private SafetensorsStore(string path, SafetensorsFolder folder) => (Path, _folder) = (path, folder);

    /// <inheritdoc/>
    public override string Path { get; }

    /// <inheritdoc/>
    public override IEnumerable<string> Names => _folder.Tensors.Keys.Where(name => PackedFours.BlocksOf(name) is not { } blocks || !IsPacked(blocks));

    /// <inheritdoc/>
    public override Int128 Count =>
        _folder.Tensors.Values.Aggregate(Int128.Zero, (sum, held) =>
            sum + held.Tensor.Shape.Aggregate(Int128.One, (product, extent) => product * extent) * (IsPacked(held.Tensor.Name) ? NumbersOfByte : 1));

    /// <summary>Opens the weights of a folder.</summary>
    public static SafetensorsStore Open(string folder) => new(folder, SafetensorsFolder.Open(folder));

    /// <inheritdoc/>
    public override bool Has(string name) => _folder.Tensors.ContainsKey(name);

    /// <inheritdoc/>
    public override StoredTensor? Find(string name)
    {
        if (!_folder.Tensors.TryGetValue(name, out var held))
            return null;
        var (file, tensor) = held;
        var where = $"{file.Path}: {name}";
        if (IsPacked(name))
        {
            var scales = _folder.Tensors[PackedFours.ScalesOf(name)!];
            var packed = new PackedFours(file, tensor, scales.File, scales.Tensor);
            return new(name, where, WeightFormat.MXFP4, packed.Shape(where), packed);
        }
        WeightFormat format = tensor.Type switch
        {
            SafetensorsType.F32 => WeightFormat.F32,
            SafetensorsType.F16 => WeightFormat.F16,
            SafetensorsType.BF16 => WeightFormat.BF16,
            _ => throw new InkstoneFormatException("the tensor's numbers are of a type that is not read", where, "F32, F16 or BF16", tensor.Type.Name()),
        };
        return new(name, where, format, tensor.Shape, new Bytes(file, tensor));
    }

    /// <summary>Whether a tensor is numbers of four bits, with scales beside it.</summary>
    private bool IsPacked(string name) => PackedFours.ScalesOf(name) is { } scales && _folder.Tensors.TryGetValue(name, out var held) && held.Tensor.Type == SafetensorsType.U8
        && _folder.Tensors.ContainsKey(scales);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _folder.Dispose();

    private sealed class Bytes(SafetensorsFile file, SafetensorsTensor tensor) : ITensorBytes
    {
        public void Read(long start, Span<byte> destination) => file.Read(tensor, start, destination);

        public MappedWindow Map() => file.Map(tensor);
    }
}
