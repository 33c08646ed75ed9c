using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Inkstone.Foundation.Formats;
using Inkstone.TestKit;
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

    [SharedLlamaFact]
    public void IdsAreThoseOfLlamaLive() => CompareLive(GgufSamples.All, TextsOf);

    [SharedLlamaFact]
    public void PatternsCutAsLlamaDoes() => CompareLive(GgufSamples.Patterns, _ => AllTexts());

    [SharedLlamaFact]
    public void VocabulariesOfCharactersEncodeAsLlamaDoes() =>
        CompareLive(GgufSamples.Raw, _ => AllTexts());

    // Spaces in a row, which are a piece then, end llama.cpp's process.
    [SharedLlamaFact]
    public void PiecesOfSpacesEncodeAsLlamaDoes() => CompareLive(
        GgufSamples.Spaced, _ => AllTexts().Select(texts => (texts.Name, (string[])[.. texts.Lines.Select(line => Regex.Replace(line, @"\s+", match => match.Value[^1..]))])));

    [SharedLlamaFact]
    public void CharactersBecomeWhatLlamaMakesOfThem() => CompareLive(
        new() { ["lower"] = () => GgufSamples.Characters(lowercase: true), ["cased"] = () => GgufSamples.Characters(lowercase: false) }, _ => [("characters", GgufSamples.CharacterTexts)]);

    private static IEnumerable<(string Name, string[] Lines)> AllTexts() =>
        [.. GgufSamples.Texts.Select(pair => (pair.Key, pair.Value)), ("places", GgufSamples.CharacterPlaces), ("mixture", GgufSamples.Mixture)];

    /// <summary>What our writer makes of published tokenizers, encoded by llama.cpp from the written file.</summary>
    [LlamaFact]
    public void WrittenTokenizersEncodeAsLlamaDoes()
    {
        var files = GgufWritingTests.All.ToDictionary(pair => pair.Key, pair => (Func<byte[]>)(() =>
        {
            var values = new GgufValues().Set("general.architecture", "llama");
            pair.Value.Load().WriteGguf(values, pair.Key);
            return GgufWritingTests.ToBytes(values);
        }));
        CompareFiles(files, _ => GgufSamples.Texts.Select(pair => (pair.Key, pair.Value)));
    }

    private void CompareLive(Dictionary<string, Func<GgufDraft>> files, Func<string, IEnumerable<(string Name, string[] Lines)>> texts) =>
        CompareFiles(files.ToDictionary(pair => pair.Key, pair => (Func<byte[]>)(() => pair.Value().ToBytes())), texts);

    private void CompareFiles(Dictionary<string, Func<byte[]>> files, Func<string, IEnumerable<(string Name, string[] Lines)>> texts)
    {
        var folder = Directory.CreateTempSubdirectory("inkstone-gguf-").FullName;
        try
        {
            foreach (var (name, file) in files)
            {
                File.WriteAllBytes(Path.Combine(folder, name + ".gguf"), file());
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

    private void RunOracle(string folder) => output.WriteLine(OracleScript.Run("node", "gguf-ids.js", folder));
}

/// <summary>A test beside live llama.cpp on shared data.</summary>
internal sealed class SharedLlamaFactAttribute : LlamaFactAttribute
{
    public SharedLlamaFactAttribute() => Skip ??= SharedData.Root is null ? "needs ../shared/data, which is not there" : null;
}
