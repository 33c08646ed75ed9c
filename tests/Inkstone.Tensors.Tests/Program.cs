using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Inkstone.Tensors.Tests;

/// <summary>
/// The test assembly as a program of its own: <c>dotnet exec Inkstone.Tensors.Tests.dll quantize</c> prints whether vectors of 256 bits are accelerated, then a digest of what
/// each format makes of the samples, so that a test can have it done with instructions taken away.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        if (arguments is not ["quantize"])
            return 2;
        Console.WriteLine(Vector256.IsHardwareAccelerated);
        foreach (var line in Digests())
            Console.WriteLine(line);
        return 0;
    }

    public static IEnumerable<string> Digests()
    {
        const int Columns = WeightSamples.Columns;
        var importance = WeightSamples.Importance();
        var moments = new float[Columns * Columns];
        var draws = WeightSamples.RowsOf("uneven");
        for (var i = 0; i < Columns; i++)
            for (var j = 0; j < Columns; j++)
                for (var row = 0; row < 4; row++)
                    moments[i * Columns + j] += draws[row * Columns + i] * draws[row * Columns + j];
        var feedback = ErrorFeedback.Create(moments, Columns);
        foreach (var format in WeightFormats.All)
        {
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var kind in WeightSamples.Kinds)
            {
                var rows = WeightSamples.RowsOf(kind);
                var bytes = new byte[format.ByteLength(rows.Length)];
                foreach (var counted in (float[][])[[], importance])
                {
                    WeightFormats.Quantize(format, rows, counted, bytes);
                    digest.AppendData(bytes);
                }
                if (format.BlockLength() == 1)
                    continue;
                feedback.Quantize(format, rows, bytes);
                digest.AppendData(bytes);
            }
            yield return $"{format.Name()} {Convert.ToHexStringLower(digest.GetHashAndReset())}";
        }
    }
}
