namespace Inkstone.Tensors;

/// <content>Weights that are not trained, in the formats of files.</content>
public sealed partial class ReferenceBackend
{
    internal override FrozenMatrix Freeze(StoredMatrix source, bool interleave) => new FrozenReference(source, this);
}

/// <summary>A frozen weight in plain loops over the stored form: the specification of the fast ones.</summary>
internal sealed unsafe class FrozenReference(StoredMatrix source, ReferenceBackend backend) : FrozenMatrix(backend, source.Format, source.Rows, source.Columns)
{
    public override long OwnBytes => 0;

    internal override void Multiply(in Tensor x, in Tensor bias, in Tensor y)
    {
        var (rows, biases) = (x.ToDoubles(), bias.IsMissing ? null : bias.ToDoubles());
        var rounded = Format.BlockLength() > 1 ? x.ToArray() : [];
        var results = new double[x.Shape[0] * (long)Rows];
        var weights = new float[Columns];
        for (var n = 0; n < Rows; n++)
        {
            if (Format.BlockLength() == 1)
                source.ReadRow(n, weights);
            for (var m = 0; m < x.Shape[0]; m++)
                results[m * (long)Rows + n] = (biases?[n] ?? 0) + (Format.BlockLength() == 1
                    ? Dot(weights, rows.AsSpan(m * Columns, Columns))
                    : ReferenceBlockProduct.Multiply(Format, new(source.Row(n), checked((int)source.RowBytes)), rounded.AsSpan(m * Columns, Columns)));
        }
        GC.KeepAlive(source);
        backend.Upload(results, y);
    }

    internal override void Gather(in Tensor ids, in Tensor y)
    {
        var numbers = ids.ToIntegers();
        var results = new float[numbers.Length * (long)Columns];
        for (var i = 0; i < numbers.Length; i++)
        {
            if ((uint)numbers[i] >= (uint)Rows)
                throw ReferenceBackend.NoSuchIndex("rows", "a row", numbers[i], Rows);
            source.ReadRow(numbers[i], results.AsSpan(i * Columns, Columns));
        }
        backend.Upload(results, y);
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
