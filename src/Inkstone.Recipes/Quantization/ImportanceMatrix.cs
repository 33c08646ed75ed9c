using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;

namespace Inkstone.Recipes;

/// <summary>What went into a matrix, or into each of a stack of experts.</summary>
/// <param name="Sums">Σ x² of each column, expert after expert.</param>
/// <param name="Counts">How many rows x there were, for each expert.</param>
public sealed record InputSquares(float[] Sums, long[] Counts)
{
    /// <summary>The mean of x² of each column, expert after expert; 1 for all columns of an expert that nothing went into.</summary>
    public float[] Means()
    {
        var (means, columns) = (new float[Sums.Length], Sums.Length / Counts.Length);
        for (var i = 0; i < means.Length; i++)
            means[i] = Counts[i / columns] > 0 ? Sums[i] / Counts[i / columns] : 1;
        return means;
    }
}

/// <summary>
/// How much each column of a model's matrices matters: the squares of its inputs over a text. Kept in a GGUF file as llama.cpp writes and reads it: <c>general.type</c> is
/// <c>imatrix</c>, and of each matrix NAME there are <c>NAME.in_sum2</c> and <c>NAME.counts</c> in single precision.
/// </summary>
/// <param name="Datasets">Names of the texts.</param>
/// <param name="ChunkCount">How many windows were read.</param>
/// <param name="ChunkSize">Tokens of a window.</param>
/// <param name="Entries">By the name of the matrix.</param>
public sealed record ImportanceMatrix(IReadOnlyList<string> Datasets, int ChunkCount, int ChunkSize, IReadOnlyDictionary<string, InputSquares> Entries)
{
    private const string Kind = "imatrix";
    private const string SumsSuffix = ".in_sum2";
    private const string CountsSuffix = ".counts";
    private const long MostNumbers = 1 << 28;

    /// <summary>The importance of each column of a matrix, expert after expert; null where nothing is known of it.</summary>
    /// <param name="name">The matrix.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="experts">How many experts it has.</param>
    /// <exception cref="InkstoneRequestException">The importance is another matrix's.</exception>
    public float[]? Of(string name, int columns, int experts)
    {
        if (!Entries.TryGetValue(name, out var squares))
            return null;
        if (squares.Counts.Length != experts || squares.Sums.Length != (long)columns * experts)
            throw new InkstoneRequestException("the importance does not fit the matrix", name, $"{experts} × {columns}",
                $"{squares.Counts.Length} × {squares.Sums.Length / Math.Max(1, squares.Counts.Length)}", "It may be of another model.");
        return squares.Means();
    }

    /// <summary>Writes a file; it appears whole or not at all.</summary>
    public void Write(string path)
    {
        var values = new GgufValues().Set("general.type", Kind).SetTexts("imatrix.datasets", Datasets)
            .Set("imatrix.chunk_count", (uint)ChunkCount).Set("imatrix.chunk_size", (uint)ChunkSize);
        var tensors = new List<GgufSource>();
        foreach (var (name, squares) in Entries)
        {
            tensors.Add(Source(name + SumsSuffix, [squares.Counts.Length, squares.Sums.Length / squares.Counts.Length], squares.Sums));
            tensors.Add(Source(name + CountsSuffix, [squares.Counts.Length, 1], [.. squares.Counts.Select(count => (float)count)]));
        }
        DurableFiles.Instance.WriteAtomically(path, stream => GgufWriter.Write(values, tensors, stream));
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InkstoneFormatException">It is no importance matrix, or a broken one.</exception>
    public static ImportanceMatrix Read(string path)
    {
        using var file = GgufFile.Open(path);
        var kind = file.Metadata.Get("general.type");
        if (kind.AsString() != Kind)
            throw kind.Error("the file is no importance matrix", Kind, kind.AsString());
        var entries = new SortedDictionary<string, InputSquares>(StringComparer.Ordinal);
        foreach (var tensor in file.Tensors.Where(tensor => tensor.Name.EndsWith(SumsSuffix, StringComparison.Ordinal)))
        {
            var name = tensor.Name[..^SumsSuffix.Length];
            var (sums, counts) = (Numbers(file, tensor), Numbers(file, file.Get(name + CountsSuffix)));
            if (counts.Length == 0 || sums.Length % counts.Length != 0)
                throw new InkstoneFormatException("the sums of a matrix are no whole number an expert", $"{path}: {tensor.Name}", $"a multiple of {counts.Length}", $"{sums.Length}");
            entries.Add(name, new(sums, [.. counts.Select(count => (long)count)]));
        }
        return new([.. file.Metadata.Find("imatrix.datasets")?.AsTexts().Select(text => System.Text.Encoding.UTF8.GetString(text.Span)) ?? []],
            Whole("imatrix.chunk_count"), Whole("imatrix.chunk_size"), entries);

        int Whole(string name) => (int)Math.Clamp(file.Metadata.Find(name)?.AsInt64() ?? 0, 0, int.MaxValue);
    }

    private static float[] Numbers(GgufFile file, GgufTensor tensor)
    {
        var where = $"{file.Path}: {tensor.Name}";
        if (tensor.Type != GgufTensorType.F32 || tensor.ElementCount > MostNumbers)
            throw new InkstoneFormatException("a tensor of an importance matrix has another form", where, $"F32, at most {MostNumbers} numbers", $"{tensor.Type}, {tensor.ElementCount}");
        var numbers = new float[tensor.ElementCount];
        file.Read(tensor, 0, System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers.AsSpan().IndexOfAnyExceptInRange(0, float.MaxValue) is var bad and >= 0
            ? throw new InkstoneFormatException("a sum of squares is no number, or negative", where, "0 or more", FormattableString.Invariant($"{numbers[bad]} at {bad}"))
            : numbers;
    }

    private static GgufSource Source(string name, long[] shape, float[] numbers) =>
        new(name, GgufTensorType.F32, shape, stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan())));
}
