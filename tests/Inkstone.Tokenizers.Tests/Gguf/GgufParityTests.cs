using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Ids equal to llama.cpp's for a file of each kind: by stored digests, and live.</summary>
public sealed class GgufParityTests(ITestOutputHelper output)
{
    public static TheoryData<string> Files => [.. GgufSamples.All.Keys];

    [SharedDataTheory, MemberData(nameof(Files))]
    public void IdsHaveTheStoredDigests(string name)
    {
        var tokenizer = Tokenizer.FromGguf(GgufSamples.All[name]().ToMetadata());
        foreach (var (texts, lines) in TextsOf(name))
        {
            var rows = string.Concat(lines.Select(line => Row(tokenizer, line, texts) + "\n"));
            Assert.Equal(GgufDigests.All[$"{name} {texts}"], Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rows))));
        }
    }

    [LlamaFact]
    public void IdsAreThoseOfLlamaLive() => CompareLive(GgufSamples.All, TextsOf);

    [LlamaFact]
    public void PatternsCutAsLlamaDoes() => CompareLive(GgufSamples.Patterns, _ => AllTexts());

    [LlamaFact]
    public void VocabulariesOfCharactersEncodeAsLlamaDoes() =>
        CompareLive(GgufSamples.Raw, _ => AllTexts());

    // Spaces in a row, which are a piece then, end llama.cpp's process.
    [LlamaFact]
    public void PiecesOfSpacesEncodeAsLlamaDoes() => CompareLive(
        GgufSamples.Spaced, _ => AllTexts().Select(texts => (texts.Name, (string[])[.. texts.Lines.Select(line => Regex.Replace(line, @"\s+", match => match.Value[^1..]))])));

    [LlamaFact]
    public void CharactersBecomeWhatLlamaMakesOfThem() => CompareLive(
        new() { ["lower"] = () => GgufSamples.Characters(lowercase: true), ["cased"] = () => GgufSamples.Characters(lowercase: false) }, _ => [("characters", GgufSamples.CharacterTexts)]);

    private static IEnumerable<(string Name, string[] Lines)> AllTexts() =>
        [.. GgufSamples.Texts.Select(pair => (pair.Key, pair.Value)), ("places", GgufSamples.CharacterPlaces), ("mixture", GgufSamples.Mixture)];

    private void CompareLive(Dictionary<string, Func<GgufDraft>> files, Func<string, IEnumerable<(string Name, string[] Lines)>> texts)
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-gguf-").FullName;
        try
        {
            foreach (var (name, file) in files)
            {
                File.WriteAllBytes(Path.Combine(folder, name + ".gguf"), file().ToBytes());
                foreach (var (kind, lines) in texts(name))
                    File.WriteAllLines(Path.Combine(folder, kind + ".jsonl"), lines.Select(line => JsonSerializer.Serialize(line)));
            }
            RunOracle(folder);
            Assert.Equal(0, files.Keys.Sum(name => Differences(folder, name, texts(name))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<(string Name, string[] Lines)> TextsOf(string name) =>
        GgufSamples.Texts.Select(pair => (pair.Key, pair.Value)).Append((name + ".special", GgufSamples.SpecialTexts(name)));

    private static string Row(Tokenizer tokenizer, string line, string texts) =>
        string.Join(' ', tokenizer.Encode(line, SpecialsOf(texts)));

    private static Specials SpecialsOf(string texts) => texts.EndsWith(".special", StringComparison.Ordinal) ? Specials.All : Specials.None;

    private int Differences(string folder, string name, IEnumerable<(string Name, string[] Lines)> compared)
    {
        var tokenizer = Tokenizer.Load(Path.Combine(folder, name + ".gguf"));
        var differences = 0;
        foreach (var (texts, lines) in compared)
        {
            var expected = File.ReadAllLines(Path.Combine(folder, $"{name}.{texts}.ids"));
            Assert.Equal(lines.Length, expected.Length);
            var here = 0;
            for (var i = 0; i < lines.Length; i++)
            {
                var ours = Row(tokenizer, lines[i], texts);
                var detailed = string.Join(' ', tokenizer.EncodeDetailed(lines[i], null, new() { AddSpecial = false, Specials = SpecialsOf(texts) }).Ids);
                if ((ours != expected[i] || ours != detailed) && here++ < 5)
                    output.WriteLine($"{name} {texts} {JsonSerializer.Serialize(lines[i])}\n  ours   {ours}\n  detail {detailed}\n  theirs {expected[i]}");
            }
            output.WriteLine($"{name} {texts}: {lines.Length} compared, {here} differ");
            differences += here;
        }
        return differences;
    }

    private void RunOracle(string folder)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Inkstone.slnx")))
            root = root.Parent!;
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[Path.Combine(root.FullName, "tests", "oracles", "gguf-ids.js"), LlamaFactAttribute.Modules!, folder])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        output.WriteLine(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

/// <summary>A test beside live llama.cpp; INKSTONE_LLAMA names a folder of node modules with node-llama-cpp 3.22.1.</summary>
internal sealed class LlamaFactAttribute : FactAttribute
{
    public static string? Modules { get; } = Environment.GetEnvironmentVariable("INKSTONE_LLAMA") is { Length: > 0 } folder ? folder : null;

    public LlamaFactAttribute() => Skip = Modules is null ? "compares with live llama.cpp only where INKSTONE_LLAMA names a folder of node modules" : SharedData.Root is null ? "needs ../shared/data, which is not there" : null;
}
