namespace Inkstone.Tensors.Tests;

public unsafe class BinaryKernelTests : KernelTest
{
    public static TheoryData<VectorWidth, BinaryFunction> Cases
    {
        get
        {
            var data = new TheoryData<VectorWidth, BinaryFunction>();
            foreach (var width in Enum.GetValues<VectorWidth>())
                foreach (var function in Enum.GetValues<BinaryFunction>())
                    data.Add(width, function);
            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_length_agrees_with_double_precision(VectorWidth width, BinaryFunction function)
    {
        foreach (var length in Lengths)
        {
            using var a = Operand(length, 1, function);
            using var b = Operand(length, 2, function);
            using var y = new NativeArray(length);
            KernelTable.For(width).Binary(function, a, b, y, length);
            for (var i = 0; i < length; i++)
                Check(function, a[i], b[i], y[i]);
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_kind_of_broadcast_is_its_definition(VectorWidth width, BinaryFunction function)
    {
        var table = KernelTable.For(width);
        const int rows = 3;
        foreach (var columns in new[] { 1, 3, 4, 9, 16, 35 })
        {
            var stride = columns + 3;
            using var matrix = Operand(rows * stride, 1, function);
            using var other = Operand(rows * columns, 2, function);
            using var scalar = Operand(1, 3, function);
            RowOperand[] kinds =
            [
                RowOperand.Matrix(matrix, stride), RowOperand.Matrix(other, columns), RowOperand.SharedRow(other), RowOperand.PerRow(other),
                RowOperand.PerRow(matrix, stride), RowOperand.Scalar(scalar),
            ];
            foreach (var a in kinds)
            {
                foreach (var b in kinds)
                {
                    foreach (var yStride in new[] { columns, columns + 1 })
                    {
                        using var y = new NativeArray(rows * yStride);
                        table.Binary(function, a, b, y, yStride, rows, columns);
                        for (var r = 0; r < rows; r++)
                        {
                            for (var c = 0; c < yStride; c++)
                            {
                                if (c < columns)
                                    Check(function, a.Start[r * a.RowStride + c * a.Step], b.Start[r * b.RowStride + c * b.Step], y[r * yStride + c]);
                                else
                                    Assert.Equal(0f, y[r * yStride + c]);
                            }
                        }
                    }
                }
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Special_values_are_those_of_the_formula(VectorWidth width, BinaryFunction function)
    {
        float[] special = [0f, -0f, 1f, -2f, 1e-40f, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        using var a = new NativeArray([.. special.SelectMany(x => Enumerable.Repeat(x, special.Length))]);
        using var b = new NativeArray([.. special.SelectMany(_ => special)]);
        using var y = new NativeArray(a.Length);
        KernelTable.For(width).Binary(function, a, b, y, a.Length);
        for (var i = 0; i < a.Length; i++)
            Check(function, a[i], b[i], y[i]);
    }

    [Theory, MemberData(nameof(Widths))]
    public void Multiply_add_forms_agree_with_double_precision(VectorWidth width)
    {
        var table = KernelTable.For(width);
        foreach (var length in Lengths)
        {
            using var x = Random(length, 1);
            using var z = Random(length, 2);
            using var start = Random(length, 3);
            using var y = new NativeArray(length);

            table.Affine(x, 1.7f, -0.3f, y, length);
            for (var i = 0; i < length; i++)
                Close(1.7f * (double)x[i] + -0.3f, y[i], 2e-7, 2e-7, "affine");

            start.Span.CopyTo(y.Span);
            table.AddScaled(x, 1.7f, y, length);
            for (var i = 0; i < length; i++)
                Close(start[i] + 1.7f * (double)x[i], y[i], 2e-7, 4e-7, "add scaled");

            start.Span.CopyTo(y.Span);
            table.AddProduct(x, z, y, length);
            for (var i = 0; i < length; i++)
                Close(start[i] + (double)x[i] * z[i], y[i], 2e-7, 4e-7, "add product");

            table.Fill(y, 2.5f, length);
            Assert.All(y.ToArray(), v => Assert.Equal(2.5f, v));
            table.Copy(x, y, length);
            Assert.Equal(x.ToArray(), y.ToArray());
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Select_takes_either_side_as_the_mask_says(VectorWidth width)
    {
        var random = new Random(5);
        foreach (var length in Lengths)
        {
            using var mask = new NativeArray(length, _ => BitConverter.Int32BitsToSingle(random.Next(3) - 1));
            using var a = Random(Math.Max(length, 1), 1);
            using var b = Random(Math.Max(length, 1), 2);
            using var y = new NativeArray(length);
            for (var steps = 0; steps < 4; steps++)
            {
                int aStep = steps & 1, bStep = steps >> 1;
                KernelTable.For(width).Select((int*)mask.Pointer, a, aStep, b, bStep, y, length);
                for (var i = 0; i < length; i++)
                    Assert.Equal(((int*)mask.Pointer)[i] != 0 ? a[i * aStep] : b[i * bStep], y[i]);
            }
        }
    }

    private static NativeArray Operand(int length, int seed, BinaryFunction function)
    {
        if (function == BinaryFunction.Power)
            return Random(length, seed, 0.1, 3);
        var random = new Random(seed);
        return new(length, _ => MathF.Round((float)(random.NextDouble() * 8 - 4))); // coarse, so that equal pairs occur
    }

    private static void Check(BinaryFunction function, float a, float b, float found)
    {
        var expected = DoubleReference.Apply(function, a, b);
        if (function >= BinaryFunction.Less)
            Assert.Equal((int)expected, BitConverter.SingleToInt32Bits(found));
        else
            Close(expected, found, 2e-7, 1e-45, $"{function}({a}, {b})");
    }
}
