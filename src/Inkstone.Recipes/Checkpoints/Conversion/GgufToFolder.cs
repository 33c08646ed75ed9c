using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;

namespace Inkstone.Recipes;

/// <summary>A GGUF file as a Hugging Face folder.</summary>
internal static class GgufToFolder
{
    /// <summary>Tensors of no more numbers are read to see whether they fit the format of the rest.</summary>
    private const int MostCompared = 1 << 22;

    public static ConversionReport Convert(string source, string destination, ConversionOptions options, ConversionWriting writing)
    {
        destination = Path.TrimEndingDirectorySeparator(destination);
        RequireFree(destination, options.Replaces);
        using var file = OpenCheckpoint.Open(source);
        var conversion = CheckpointConversion.ToFolder(file);
        var metadata = file.Metadata!; // it is a file
        var tokenizer = Tokenizer.FromGguf(metadata, leavesFillersOut: true).WithStages();
        var generation = GenerationConfig.Read(metadata, tokenizer);
        var common = options.Format ?? CommonFormat(conversion);
        var chosen = conversion.Tensors.Select(tensor => (Tensor: tensor, Format: FormatOf(tensor, options.Format, common))).ToList();
        var numbers = chosen.GroupBy(pair => pair.Format).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Tensor.Count));
        var all = chosen.Sum(pair => pair.Format.ByteLength(pair.Tensor.Count));
        var done = new ConversionWriting.ByteCount();
        var tensors = chosen.Select(pair => new SafetensorsSource(pair.Tensor.Name, TypeOf(pair.Format), pair.Tensor.Shape,
            writing.Watched(done, all, stream => pair.Tensor.Write(pair.Format, stream)))).ToList();
        var config = conversion.Config;
        var width = file.Prepare().Head.Weight.InputWidth;
        var texts = new (string Name, byte[] Content)[]
        {
            (ModelFolder.ConfigName, ModelFolder.ConfigJson(config, common, tokenizer.BeginOfText, generation.Ends)),
            (GenerationConfig.FileName, generation.ToJson(tokenizer.BeginOfText)),
            ("tokenizer.json", tokenizer.ToJson()),
            ("tokenizer_config.json", tokenizer.ToConfigJson(config.ContextLength)),
            ("special_tokens_map.json", (tokenizer.Config ?? new()).ToSpecialTokensMap()),
        };
        writing.Observer.Stage("converting");
        var written = new List<KeyValuePair<string, long>>();
        WholeFolder.Write(writing.Files, destination, folder =>
        {
            var shards = SafetensorsShards.Split(tensors, options.ShardBytes);
            foreach (var shard in shards)
                Add(shard.FileName, stream => SafetensorsWriter.Write(shard.Tensors, new Dictionary<string, string> { ["format"] = "pt" }, stream));
            if (shards.Count > 1)
                Add(SafetensorsFolder.IndexFileName, stream => stream.Write(SafetensorsShards.Index(shards)));
            foreach (var (name, content) in texts.Concat(GgufPooling.FilesOf(metadata, width)))
            {
                var parent = DurableWriting.FolderOf(Path.Combine(folder, name));
                writing.Files.CreateFolder(parent);
                Add(name, stream => stream.Write(content));
                writing.Files.FlushFolder(parent);
            }

            void Add(string name, Action<Stream> content) => written.Add(new(name, writing.Files.WriteFlushed(Path.Combine(folder, name), content).Length));
        });
        return new(destination, config.Family, written, numbers, []);
    }

    /// <summary>The dense format that most numbers have; block formats count as half precision.</summary>
    private static WeightFormat CommonFormat(CheckpointConversion conversion) =>
        conversion.Tensors.GroupBy(tensor => Dense(tensor.SourceFormat)).MaxBy(group => group.Sum(tensor => tensor.Count))?.Key ?? WeightFormat.F32;

    /// <summary>A tensor's own format where it is dense; single precision, in which GGUF keeps vectors whatever the rest is in, gives way to the format of the rest where that loses nothing.</summary>
    private static WeightFormat FormatOf(ConvertedTensor tensor, WeightFormat? wanted, WeightFormat common)
    {
        if (wanted is { } format)
            return format;
        var own = Dense(tensor.SourceFormat);
        return own == WeightFormat.F32 && common != WeightFormat.F32 && tensor.Count <= MostCompared && tensor.IsExactIn(common) ? common : own;
    }

    private static WeightFormat Dense(WeightFormat format) => format.BlockLength() > 1 ? WeightFormat.F16 : format;

    private static SafetensorsType TypeOf(WeightFormat format) => format switch
    {
        WeightFormat.F16 => SafetensorsType.F16,
        WeightFormat.BF16 => SafetensorsType.BF16,
        _ => SafetensorsType.F32,
    };

    /// <summary>A folder is replaced only on demand, and only if it holds a model.</summary>
    private static void RequireFree(string destination, bool replaces)
    {
        if (File.Exists(destination))
            throw new InkstoneRequestException("the destination is a file, and a GGUF file becomes a folder", destination, "a folder's name");
        if (!Directory.Exists(destination) || !Directory.EnumerateFileSystemEntries(destination).Any())
            return;
        if (!replaces)
            throw new InkstoneRequestException("the destination is there already", destination, "a new name, or --force");
        if (!File.Exists(Path.Combine(destination, ModelFolder.ConfigName)))
            throw new InkstoneRequestException("the destination is a folder of something else", destination, $"a model's folder, with its {ModelFolder.ConfigName}", "none");
    }
}
