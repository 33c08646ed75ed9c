using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;

namespace Inkstone.Foundation.Formats;

/// <summary>
/// An open GGUF model: one file, or all the parts of one that was split (<c>name-00001-of-00003.gguf</c> and so on), opened by the path of any of them. The
/// heads are read and checked at once; data is copied by <see cref="Read"/> or seen in place by <see cref="Map"/> (which a caller avoids where another
/// process may cut a file short).
/// </summary>
public sealed class GgufFile : IDisposable
{
    /// <summary>The greatest number of parts.</summary>
    public const int MaximumParts = 10_000;

    internal const string SplitPrefix = "split.";
    internal const string SplitNumberKey = "split.no";
    internal const string SplitCountKey = "split.count";
    internal const string SplitTensorsKey = "split.tensors.count";

    private readonly List<GgufHeader> _parts = [];
    private readonly List<GgufTensor> _tensors = [];
    private readonly Dictionary<string, GgufTensor> _byName = new(StringComparer.Ordinal);
    private DataFile?[] _files;

    private GgufFile(string path) => (Path, _files) = (path, [DataFile.Open(path)]);

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>The heads of the files, in the order of the parts; one where nothing was split.</summary>
    public IReadOnlyList<GgufHeader> Parts => _parts;

    /// <summary>The named values; of a split model, those of the first part, which alone has them all.</summary>
    public GgufMetadata Metadata => _parts[0].Metadata;

    /// <summary>The tensors of all parts.</summary>
    public IReadOnlyList<GgufTensor> Tensors => _tensors;

    /// <summary>Finds a tensor; null when there is none of that name.</summary>
    public GgufTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A tensor that must be there.</summary>
    /// <exception cref="InkstoneFormatException">There is none of that name.</exception>
    public GgufTensor Get(string name) => Find(name) ?? throw GgufHeader.Missing(Path, name, _tensors.Count);

    /// <summary>Opens a file, or all the parts of a split one, under shared locks and checks the heads.</summary>
    /// <param name="path">The file, or any part.</param>
    /// <exception cref="InkstoneNotFoundException">There is no such file.</exception>
    /// <exception cref="InkstoneResourceException">A file cannot be read.</exception>
    /// <exception cref="InkstoneFormatException">A file is not well-formed, a part is missing, or the parts contradict each other.</exception>
    public static GgufFile Open(string path)
    {
        var opened = new GgufFile(path);
        try
        {
            var header = opened.ReadHeader(0);
            var (number, count) = SplitOf(header.Metadata);
            if (count > 1)
                opened.OpenParts(number, count);
            else
                opened._parts.Add(header);
            opened.Gather();
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The path of a part of a split model.</summary>
    /// <param name="path">The path the whole would have, such as <c>model.gguf</c>.</param>
    /// <param name="number">Which part, from 1.</param>
    /// <param name="count">How many parts there are.</param>
    public static string PartPath(string path, int number, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaximumParts);
        return (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? path[..^5] : path) + PartSuffix(number, count);
    }

    /// <summary>Copies data of a tensor, from a byte of it on, until the destination is full.</summary>
    /// <param name="tensor">A tensor of this file.</param>
    /// <param name="start">The first byte, counted from the tensor's beginning.</param>
    /// <param name="destination">Receives the bytes; must not reach beyond the tensor.</param>
    /// <exception cref="InkstoneFormatException">The file was cut short after it was opened.</exception>
    public void Read(GgufTensor tensor, long start, Span<byte> destination) =>
        _files[tensor.Part]!.Read(tensor.FileOffset, tensor.ByteLength, start, destination, tensor.Name);

    /// <summary>The data of a tensor in place, aligned as the file is. The window stays valid until it is disposed, even after this file is.</summary>
    /// <param name="tensor">A tensor of this file.</param>
    /// <exception cref="InkstoneResourceException">The file cannot be mapped or has changed since it was opened.</exception>
    public MappedWindow Map(GgufTensor tensor) => _files[tensor.Part]!.Map(tensor.FileOffset, tensor.ByteLength);

    /// <summary>Closes every file.</summary>
    public void Dispose()
    {
        foreach (var file in _files)
            file?.Dispose();
    }

    private static string PartSuffix(int number, int count) => FormattableString.Invariant($"-{number:D5}-of-{count:D5}.gguf");

    /// <summary>Which part a file says it is, from 0, and of how many; a file that says nothing is the only one.</summary>
    private static (int Number, int Count) SplitOf(GgufMetadata metadata)
    {
        if (metadata.Find(SplitCountKey) is not { } countValue)
            return (0, 1);
        var count = countValue.AsInt64();
        if (count is < 0 or > MaximumParts)
            throw countValue.Error("too many parts", FormattableString.Invariant($"at most {MaximumParts}"), FormattableString.Invariant($"{count}"));
        if (count < 2)
            return (0, 1);
        var numberValue = metadata.Get(SplitNumberKey);
        var number = numberValue.AsInt64();
        return number >= 0 && number < count ? ((int)number, (int)count)
            : throw numberValue.Error("the number of a part is beyond the number of parts", FormattableString.Invariant($"0 to {count - 1}"), FormattableString.Invariant($"{number}"));
    }

    private void OpenParts(int number, int count)
    {
        var suffix = PartSuffix(number + 1, count);
        if (!Path.EndsWith(suffix, StringComparison.Ordinal))
            throw new InkstoneFormatException("the name of a part of a split file does not say which part it is", Path, $"a name that ends in '{suffix}'",
                fix: "Give every part the name it was published by.");
        var paths = Enumerable.Range(1, count).Select(part => Path[..^suffix.Length] + PartSuffix(part, count)).ToList();
        if (paths.Find(part => !File.Exists(part)) is { } missing)
            throw new InkstoneFormatException("a part of a split file is missing", Path, $"a file {Excerpt.Of(System.IO.Path.GetFileName(missing))}", "none",
                "The model was probably not downloaded to its end.");
        var given = _files[0];
        _files = new DataFile?[count];
        _files[number] = given;
        for (var part = 0; part < count; part++)
        {
            _files[part] ??= DataFile.Open(paths[part]);
            var header = ReadHeader(part);
            var said = SplitOf(header.Metadata);
            if (said != (part, count))
                throw new InkstoneFormatException("a part of a split file is another one, or of another file", paths[part],
                    FormattableString.Invariant($"part {part} of {count}"), FormattableString.Invariant($"part {said.Number} of {said.Count}"));
            _parts.Add(header);
        }
    }

    private GgufHeader ReadHeader(int part)
    {
        var file = _files[part]!;
        return FileErrors.Guard("cannot read the file", file.Path, () => GgufHeader.Read(file.Stream, file.Path, part));
    }

    private void Gather()
    {
        foreach (var part in _parts)
        {
            foreach (var tensor in part.Tensors)
            {
                if (!_byName.TryAdd(tensor.Name, tensor))
                    throw new InkstoneFormatException("a tensor stands in two parts of a split file", part.Source, "each name once", Excerpt.Of(tensor.Name));
                _tensors.Add(tensor);
            }
        }
        if (_parts.Count > 1 && Metadata.Find(SplitTensorsKey) is { } said && said.AsInt64() != _tensors.Count)
            throw said.Error("the parts of a split file do not hold the tensors it says", FormattableString.Invariant($"{said.AsInt64()} tensors"),
                FormattableString.Invariant($"{_tensors.Count}"));
    }
}
