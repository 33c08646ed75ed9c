using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Foundation.Formats;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tensors;
using Inkstone.Tokenizers;
using Inkstone.Training;

namespace Inkstone.Recipes;

/// <summary>A Hugging Face folder as a GGUF file, or as several.</summary>
internal static class FolderToGguf
{
    public static ConversionReport Convert(string folder, string destination, ConversionOptions options, ConversionWriting writing)
    {
        if (!Directory.Exists(folder))
            throw new InkstoneNotFoundException("there is no such model", folder, "a run, a model folder or a GGUF file");
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        if (Directory.Exists(Path.Combine(folder, RunFolder.CheckpointsName)))
            folder = RunDirectory.NewestCheckpoint(folder, writing.Observer);
        var (network, addPooling, lost) = GgufPooling.Read(folder);
        using var checkpoint = OpenCheckpoint.Open(network);
        var conversion = CheckpointConversion.ToGguf(checkpoint);
        var values = GgufModel.ValuesOf(conversion.Config);
        addPooling(values, conversion.Family.ArchitectureOf(conversion.Config));
        lost = [.. lost, .. AddTokenizer(name, network, conversion, values)];
        var notes = lost.Select(what => "not kept: " + what).ToList();
        var chosen = conversion.Tensors.Select(tensor => (Tensor: tensor, Format: FormatOf(tensor, options.Format))).ToList();
        var numbers = chosen.GroupBy(pair => pair.Format).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Tensor.Count));
        if (chosen.Count(pair => !pair.Tensor.StaysSingle && options.Format is { } wanted && pair.Format != wanted) is > 0 and var other)
            notes.Add($"rows are no whole blocks of {options.Format}: {other} tensors are in F16");
        values.Set("general.file_type", FileTypeOf(numbers));
        var all = chosen.Sum(pair => pair.Format.ByteLength(pair.Tensor.Count));
        var done = new ConversionWriting.ByteCount();
        var tensors = GgufModel.TablesOf(conversion.Config);
        tensors.AddRange(chosen.Select(pair => new GgufSource(pair.Tensor.Name, (GgufTensorType)pair.Format.GgufId(), pair.Tensor.Shape,
            writing.Watched(done, all, stream => pair.Tensor.Write(pair.Format, stream)))));
        var files = Write(values, tensors, destination, options, writing);
        return new(files[0].Key, conversion.Family.ArchitectureOf(conversion.Config), files, numbers, notes);
    }

    /// <summary>The tokenizer's values and those of generation; returns what they do not keep.</summary>
    private static List<string> AddTokenizer(string name, string network, CheckpointConversion conversion, GgufValues values)
    {
        var (tokenizer, config) = (Tokenizer.Load(network), conversion.Config);
        if (tokenizer.VocabularySize > config.VocabularySize)
            throw new InkstoneFormatException("the tokenizer has more tokens than the model", network, $"at most {config.VocabularySize}", $"{tokenizer.VocabularySize}");
        var generation = GenerationConfig.Read(network, tokenizer);
        var lost = tokenizer.WriteGguf(values, name, config.VocabularySize, generation.Ends).ToList();
        generation.AddTo(values);
        if (conversion.Family.NotDecodedBecause is null && LostEnds(generation.Ends, values) is { Count: > 0 } ends)
            lost.Add($"that {string.Join(", ", ends.Select(id => GenerationDefaults.Show(id, tokenizer)))} {(ends.Count > 1 ? "end" : "ends")} an answer: a GGUF file names three such tokens at most, and these are not known by their names");
        return lost;
    }

    /// <summary>The tokens that end an answer of the folder's and do not end one of the file's.</summary>
    private static List<int> LostEnds(IReadOnlyList<int> ends, GgufValues values)
    {
        using var memory = new MemoryStream();
        GgufWriter.Write(values, [], memory);
        memory.Position = 0;
        var metadata = GgufMetadata.Read(memory, "the file's metadata");
        return [.. ends.Except(GenerationDefaults.FromGguf(metadata, Tokenizer.FromGguf(metadata)).EndTokens)];
    }

    private static WeightFormat FormatOf(ConvertedTensor tensor, WeightFormat? wanted)
    {
        if (tensor.StaysSingle)
            return WeightFormat.F32;
        var format = wanted ?? tensor.SourceFormat;
        return tensor.Shape[^1] % format.BlockLength() == 0 ? format : WeightFormat.F16;
    }

    private static uint FileTypeOf(Dictionary<WeightFormat, long> numbers) => numbers.MaxBy(pair => pair.Value).Key switch
    {
        WeightFormat.F16 => 1,
        WeightFormat.BF16 => 32,
        WeightFormat.Q8_0 => 7,
        WeightFormat.MXFP4 => 38,
        _ => 0,
    };

    private static List<KeyValuePair<string, long>> Write(GgufValues values, IReadOnlyList<GgufSource> tensors, string destination, ConversionOptions options, ConversionWriting writing)
    {
        var parts = options.SplitBytes is { } most ? GgufWriter.Split(values, tensors, most) : [new GgufPart(values, tensors)];
        var paths = parts.Select((_, i) => parts.Count == 1 ? destination : GgufFile.PartPath(destination, i + 1, parts.Count)).ToList();
        foreach (var path in paths)
            if (Directory.Exists(path) || (!options.Replaces && File.Exists(path)))
                throw new InkstoneRequestException("the destination is there already", path, "a new name, or --force for a file");
        writing.Observer.Stage("converting");
        var written = new List<KeyValuePair<string, long>>();
        var isDone = false;
        try
        {
            // all parts are whole before any has its name
            for (var i = 0; i < paths.Count; i++)
                written.Add(new(paths[i], writing.Files.WriteFlushed(paths[i] + DurableWriting.TemporarySuffix, stream => GgufWriter.Write(parts[i].Values, parts[i].Tensors, stream)).Length));
            foreach (var path in paths)
                writing.Files.Rename(path + DurableWriting.TemporarySuffix, path);
            isDone = true;
            writing.Files.FlushFolder(DurableWriting.FolderOf(destination));
        }
        finally
        {
            if (!isDone)
                foreach (var path in paths)
                    WholeFolder.TryDelete(() => writing.Files.DeleteFile(path + DurableWriting.TemporarySuffix));
        }
        return written;
    }
}
