using System.Buffers.Binary;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>A network in a GGUF file: its configuration in named values, its weights in any format.</summary>
public static class GgufModel
{
    /// <summary>Reads the configuration alone.</summary>
    /// <exception cref="InkstoneFormatException">The architecture is not known, or a value is not possible.</exception>
    public static (ModelConfig Config, ModelFamily Family) ReadConfig(GgufFile file)
    {
        var fields = new GgufFields(file);
        var family = ModelFamilies.OfArchitecture(fields.Architecture, file.Path);
        var config = family.ReadGguf(fields);
        fields.Ignore("pooling_type"); // of what is made of a network's rows, whatever the network
        fields.RefuseUnused();
        ModelFolder.Validate(config, file.Path);
        return (config, family);
    }

    /// <summary>Reads a network.</summary>
    /// <param name="file">The file, open; weights read in place keep it mapped.</param>
    /// <param name="backend">Where the network is to live.</param>
    /// <param name="options">What becomes of the weights; null means <see cref="LoadOptions.ForUse"/>.</param>
    /// <exception cref="InkstoneFormatException">A tensor is missing, has another shape or format, or is not known.</exception>
    public static Model Load(GgufFile file, Backend? backend = null, LoadOptions? options = null) => LoadPlaced(file, backend, options).Model;

    /// <summary>Reads a network, and says where the file's matrices stand in it.</summary>
    /// <inheritdoc cref="Load"/>
    public static PlacedModel LoadPlaced(GgufFile file, Backend? backend = null, LoadOptions? options = null)
    {
        using var checkpoint = OpenCheckpoint.Over(file);
        var model = checkpoint.Prepare(backend, options?.ContextLength);
        var placed = PlacedModel.Of(model, checkpoint.Family.GgufMap(model));
        checkpoint.Load(model, options);
        return placed;
    }

    /// <summary>The named values of a network's configuration.</summary>
    public static GgufValues ValuesOf(ModelConfig config)
    {
        var family = ModelFamilies.Named(config.Family, "model");
        var architecture = family.ArchitectureOf(config);
        var values = new GgufValues().Set("general.architecture", architecture).Set("general.quantization_version", 2u);
        family.WriteGguf(config, new GgufFieldWriter(values, architecture));
        return values;
    }

    /// <summary>A network's tensors for a file, in single precision or as a choice of formats says.</summary>
    /// <param name="model">The network; its matrices must be plain.</param>
    /// <param name="formatOf">The format of each matrix by its name in the file and its shape; null means single precision.</param>
    public static IReadOnlyList<GgufSource> TensorsOf(Model model, Func<string, Shape, WeightFormat>? formatOf = null)
    {
        var family = ModelFamilies.Of(model);
        var map = family.GgufMap(model);
        var sources = TablesOf(model.Config);
        foreach (var entry in map.Entries)
            foreach (var (name, shape) in entry.StoredShapes())
            {
                var format = StaysSingle(name, shape) || formatOf is null ? WeightFormat.F32 : formatOf(name, shape);
                sources.Add(new GgufSource(name, (GgufTensorType)format.GgufId(), [.. shape.Select(extent => (long)extent)], stream =>
                {
                    using var scope = PoolScope.Open();
                    WeightBytes.Write(entry.ToStored(name), format, stream);
                }));
            }
        return sources;
    }

    /// <summary>The tensors of a file that belong to a configuration (rotary divisors).</summary>
    public static List<GgufSource> TablesOf(ModelConfig config)
    {
        var sources = new List<GgufSource>();
        foreach (var (name, numbers) in ModelFamilies.Named(config.Family, "model").GgufTables(config))
            sources.Add(new GgufSource(name, GgufTensorType.F32, [numbers.Count], stream =>
            {
                Span<byte> bytes = stackalloc byte[sizeof(float)];
                foreach (var number in numbers)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(bytes, number);
                    stream.Write(bytes);
                }
            }));
        return sources;
    }

    /// <summary>Vectors, gains by head, biases, positions, tables of distances and routers (a choice has no tolerance) stay in single precision, as every reader of the format expects.</summary>
    internal static bool StaysSingle(string name, Shape shape) =>
        shape.Rank < 2 || !name.EndsWith(".weight", StringComparison.Ordinal) || name.EndsWith("_norm.weight", StringComparison.Ordinal)
        || name.EndsWith(".ffn_gate_inp.weight", StringComparison.Ordinal) || name.EndsWith(".attn_rel_b.weight", StringComparison.Ordinal) || name is "position_embd.weight" or "token_types.weight";
}
