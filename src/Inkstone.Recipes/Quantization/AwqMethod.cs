using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>
/// AWQ (Lin et al. 2023, "AWQ: activation-aware weight quantization"): columns of large input are multiplied by s &gt; 1 before rounding, and what gives the input is divided by
/// s: a norm's gain, or the rows of the matrix before. s = a^α, a the root mean square of the input, α from 0 to 1 where tr(Δ·H·Δᵀ) is least, Δ the change of the weights that
/// the product sees, H the moments of the inputs. Blocks are chosen with the importance of the enlarged columns.
/// </summary>
internal sealed class AwqMethod(PlacedModel placed) : ILayerwiseMethod
{
    private const int Steps = 20;
    private const int MostRows = 128;
    private const float Least = 1e-4f;

    public Dictionary<string, byte[]> Quantize(BlockInputs inputs, IReadOnlyDictionary<string, PlannedTensor> tensors, CancellationToken cancellation)
    {
        var folds = placed.Folds.Where(fold => fold.Layer == inputs.Layer).ToList();
        var (scales, importance) = (new Dictionary<string, TensorScales>(), new Dictionary<string, float[]>());
        foreach (var group in inputs.Groups())
        {
            if (group.Experts > 1 || folds.Find(fold => IsWhole(fold, group)) is not { } fold)
                continue;
            cancellation.ThrowIfCancellationRequested();
            var moments = new InputMoments(group, 0);
            inputs.Fill([moments], cancellation);
            var found = Search(fold, moments, tensors, cancellation);
            foreach (var target in fold.Targets)
            {
                ScalesOf(target).Columns = [.. Enumerable.Range(0, group.Columns).Select(column => found[fold.SourceOfColumn?[column] ?? column])];
                importance[target] = Enlarged(moments.Squares(), ScalesOf(target).Columns!);
            }
            foreach (var source in fold.Sources)
            {
                var rows = ScalesOf(source.Tensor).Rows ??= [.. Enumerable.Repeat(1f, checked((int)RowsOf(tensors[source.Tensor].Tensor)))];
                for (var i = 0; i < found.Length; i++)
                    rows[source.Rows[i]] /= found[i];
            }
        }
        inputs.Advance(cancellation);
        var results = new Dictionary<string, byte[]>();
        foreach (var (name, each) in scales)
        {
            using var bytes = new MemoryStream();
            TensorWriter.Write(tensors[name].Tensor, tensors[name].Format, importance.GetValueOrDefault(name), each, bytes, cancellation);
            results.Add(name, bytes.ToArray());
        }
        return results;

        TensorScales ScalesOf(string name) => scales.TryGetValue(name, out var known) ? known : scales[name] = new();
    }

    /// <summary>Whether a fold's targets are all that reads a group's rows.</summary>
    private static bool IsWhole(PlacedFold fold, InputGroup group) =>
        group.Places.Count == fold.Targets.Count && group.Places.All(place => fold.Targets.Contains(place.Name));

    private static long RowsOf(StoredTensor tensor) => tensor.Shape.Count == 1 ? tensor.Count : tensor.Count / tensor.Shape[^1];

    private static float[] Enlarged(float[] squares, float[] scales) => [.. squares.Select((square, i) => square / (scales[i] * scales[i]))];

    /// <summary>The scales with the least error of the targets' outputs; ones are tried too.</summary>
    private float[] Search(PlacedFold fold, InputMoments moments, IReadOnlyDictionary<string, PlannedTensor> tensors, CancellationToken cancellation)
    {
        var squares = moments.Squares();
        var samples = fold.Targets.Where(name => tensors[name].Format.BlockLength() > 1).Select(name => (tensors[name].Format, Rows: Sample(tensors[name].Tensor))).ToList();
        var size = SizeOfEach(fold, squares);
        using var scope = PoolScope.Open();
        var h = Tensor.From(moments.Sums, [squares.Length, squares.Length], placed.Model.Backend);
        var (best, least) = (Enumerable.Repeat(1f, fold.Count).ToArray(), double.PositiveInfinity);
        for (var step = 0; step <= Steps && samples.Count > 0; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var scales = Powers(size, (double)step / Steps);
            float[] columns = [.. Enumerable.Range(0, squares.Length).Select(column => scales[fold.SourceOfColumn?[column] ?? column])];
            var error = samples.Sum(sample => Error(sample.Format, sample.Rows, columns, Enlarged(squares, columns), h));
            if (error < least)
                (best, least) = (scales, error);
        }
        return best;
    }

    /// <summary>The root mean square of each number that is passed on.</summary>
    private static float[] SizeOfEach(PlacedFold fold, float[] squares)
    {
        var (sums, counts) = (new double[fold.Count], new int[fold.Count]);
        for (var column = 0; column < squares.Length; column++)
        {
            var source = fold.SourceOfColumn?[column] ?? column;
            sums[source] += squares[column];
            counts[source]++;
        }
        return [.. sums.Select((sum, i) => (float)Math.Sqrt(sum / Math.Max(1, counts[i])))];
    }

    /// <summary>size^power, brought about 1: the least and the greatest are reciprocals.</summary>
    private static float[] Powers(float[] size, double power)
    {
        var peak = Math.Max(size.Max(), float.Epsilon);
        var powers = Array.ConvertAll(size, value => Math.Pow(Math.Max(value / peak, Least), power));
        var middle = Math.Sqrt(powers.Max() * powers.Min());
        return Array.ConvertAll(powers, value => (float)(value / middle));
    }

    /// <summary>Some rows of a matrix, evenly spread.</summary>
    private static float[] Sample(StoredTensor tensor)
    {
        var matrix = tensor.Matrix(mapped: true);
        var count = Math.Min(MostRows, matrix.Rows);
        var rows = new float[count * matrix.Columns];
        for (var i = 0; i < count; i++)
            matrix.ReadRow((int)((long)i * matrix.Rows / count), rows.AsSpan(i * matrix.Columns, matrix.Columns));
        return rows;
    }

    private static double Error(WeightFormat format, float[] rows, float[] scales, float[] importance, Tensor h)
    {
        using var scope = PoolScope.Open();
        var columns = scales.Length;
        var change = new float[rows.Length];
        Parallel.For(0, rows.Length / columns, row =>
        {
            var original = rows.AsSpan(row * columns, columns);
            var own = change.AsSpan(row * columns, columns);
            for (var i = 0; i < columns; i++)
                own[i] = original[i] * scales[i];
            var bytes = new byte[format.ByteLength(columns)];
            WeightFormats.Quantize(format, own, importance, bytes);
            WeightFormats.Dequantize(format, bytes, own);
            for (var i = 0; i < columns; i++)
                own[i] = own[i] / scales[i] - original[i];
        });
        var delta = Tensor.From(change, [rows.Length / columns, columns], h.Backend);
        return (delta.MatMul(h) * delta).Sum().ToScalar();
    }
}
