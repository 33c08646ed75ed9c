using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;
using Inkstone.TestKit;
using Xunit.Abstractions;

namespace Inkstone.Models.Tests;

/// <summary>
/// GGUF files of every family whose format is right and whose values and tensors are not what the network needs: lost, exchanged, of another type, of another network.
/// </summary>
public sealed class GgufModelMutationTests(ITestOutputHelper output)
{
    private static readonly GgufTensorType[] Types = [GgufTensorType.F32, GgufTensorType.F16, GgufTensorType.BF16, GgufTensorType.I32, GgufTensorType.F64];

    private static readonly Action<GgufValues, string>[] Setters =
    [
        (values, name) => values.Set(name, 0u), (values, name) => values.Set(name, 1u), (values, name) => values.Set(name, 3u), (values, name) => values.Set(name, -1),
        (values, name) => values.Set(name, uint.MaxValue), (values, name) => values.Set(name, int.MaxValue), (values, name) => values.Set(name, ulong.MaxValue),
        (values, name) => values.Set(name, 1u << 12), (values, name) => values.Set(name, 0f), (values, name) => values.Set(name, float.NaN), (values, name) => values.Set(name, float.PositiveInfinity),
        (values, name) => values.Set(name, 1e30f), (values, name) => values.Set(name, 1e-30f), (values, name) => values.Set(name, true), (values, name) => values.Set(name, ""),
        (values, name) => values.Set(name, "linear"), (values, name) => values.Set(name, "yarn"), (values, name) => values.Set(name, "longrope"), (values, name) => values.SetArray<int>(name, []),
        (values, name) => values.SetArray<int>(name, [1, -1, int.MaxValue]), (values, name) => values.SetArray<uint>(name, [4, 4]), (values, name) => values.SetArray<float>(name, [1, 2, float.NaN]),
        (values, name) => values.SetArray<bool>(name, [true, false]), (values, name) => values.SetTexts(name, ["a", ""]),
    ];

    [Fact]
    public void EndInFormatErrorsOrNetworks()
    {
        var seeds = MutantNetworks.All(family => family.Architectures.Count > 0).Where(HasForm).Select(model => (Values: GgufModel.ValuesOf(model.Config), Tensors: (IReadOnlyList<GgufSource>)[.. GgufModel.TensorsOf(model).Select(Held)])).ToList();
        string[] names = [.. seeds.SelectMany(seed => seed.Values.Names).Distinct()];
        var path = Path.Combine(Directory.CreateTempSubdirectory("inkstone-mutants-").FullName, "mutant.gguf");
        var runs = 0;
        try
        {
            Mutations.Run(random => Mutant(seeds[random.NextInt(seeds.Count)], names, random), bytes =>
            {
                File.WriteAllBytes(path, bytes);
                return OpenCheckpoint.Open(path);
            }, checkpoint =>
            {
                using var opened = checkpoint;
                using var scope = PoolScope.Open();
                var model = checkpoint.Prepare();
                runs += MutantNetworks.TryRun(model, () => checkpoint.Load(model, new LoadOptions { Mapped = false })) ? 1 : 0;
            });
            output.WriteLine($"{runs} were run");
            Assert.True(runs > Mutations.Rounds / 100, $"only {runs} were run");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static bool HasForm(Model model)
    {
        try
        {
            return GgufModel.ValuesOf(model.Config).Count > 0;
        }
        catch (Foundation.Errors.InkstoneRequestException)
        {
            return false; // GGUF has not every form of the family
        }
    }

    private static byte[] Mutant((GgufValues Values, IReadOnlyList<GgufSource> Tensors) seed, string[] names, RngCursor random)
    {
        var (values, tensors) = (new GgufValues(), seed.Tensors.ToList());
        var copied = new MemoryStream();
        GgufWriter.Write(seed.Values, [], copied);
        values = GgufValues.CopyOf(GgufMetadata.Read(copied, "seed"));
        for (var times = 1 + random.NextInt(2); times > 0; times--)
        {
            if (random.NextInt(4) > 0)
                ChangeValue(values, names, random);
            else
                ChangeTensor(tensors, random);
        }
        var bytes = new MemoryStream();
        GgufWriter.Write(values, tensors, bytes);
        return bytes.ToArray();
    }

    private static void ChangeValue(GgufValues values, string[] names, RngCursor random)
    {
        var name = values.Names[random.NextInt(values.Count)];
        switch (random.NextInt(6))
        {
            case 0:
                values.Remove(name);
                break;
            case 1: // a value that other networks have
                var other = names[random.NextInt(names.Length)];
                var own = values.Names.FirstOrDefault(each => !each.StartsWith("general.", StringComparison.Ordinal)) ?? name;
                Setters[random.NextInt(Setters.Length)](values, own[..(own.IndexOf('.', StringComparison.Ordinal) + 1)] + other[(other.IndexOf('.', StringComparison.Ordinal) + 1)..]);
                break;
            case 2 when random.NextInt(8) == 0: // another network altogether
                values.Set("general.architecture", names[random.NextInt(names.Length)].Split('.')[0]);
                break;
            case 3:
                values.Set(name, (uint)random.NextInt(100));
                break;
            default:
                Setters[random.NextInt(Setters.Length)](values, name);
                break;
        }
    }

    private static void ChangeTensor(List<GgufSource> tensors, RngCursor random)
    {
        if (tensors.Count == 0)
            return;
        var at = random.NextInt(tensors.Count);
        var shape = tensors[at].Shape.ToList();
        switch (random.NextInt(6))
        {
            case 0:
                tensors.RemoveAt(at);
                return;
            case 1:
                var other = random.NextInt(tensors.Count);
                (tensors[at], tensors[other]) = (tensors[at] with { Name = tensors[other].Name }, tensors[other] with { Name = tensors[at].Name });
                return;
            case 2:
                tensors[at] = Zeros(tensors[at].Name, Types[random.NextInt(Types.Length)], shape);
                return;
            case 3:
                shape.Reverse();
                break;
            case 4 when shape.Count > 0:
                var axis = random.NextInt(shape.Count);
                if (random.NextInt(3) == 0)
                    shape.RemoveAt(axis);
                else
                    shape[axis] = Math.Max(1, shape[axis] + random.NextInt(5) - 2);
                break;
            default:
                if (shape.Count < 4)
                    shape.Add(1);
                break;
        }
        tensors[at] = Zeros(tensors[at].Name, tensors[at].Type, shape);
    }

    private static GgufSource Held(GgufSource source)
    {
        var bytes = new MemoryStream();
        source.WriteData(bytes);
        var held = bytes.ToArray();
        return source with { WriteData = stream => stream.Write(held) };
    }

    private static GgufSource Zeros(string name, GgufTensorType type, IReadOnlyList<long> shape) => new(name, type, shape, stream => stream.Write(new byte[type.ByteCount([.. shape])!.Value]));
}
