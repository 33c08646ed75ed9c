using System.Globalization;

namespace Inkstone.Cli.Tests;

/// <summary>A folder with a little text and a configuration of a training run that takes some seconds, shared by the tests of one class.</summary>
public sealed class TinyTraining : IDisposable
{
    public TinyTraining()
    {
        Root = Directory.CreateTempSubdirectory("inkstone-cli-").FullName;
        Directory.CreateDirectory(In("text"));
        for (var file = 0; file < 12; file++)
            File.WriteAllText(In("text", $"{file}.txt"), string.Concat(Enumerable.Range(0, 24).Select(i =>
                $"The {Word(file * 31 + i)} returns the {Word(file + i * 7)} of the {Word(i * 13 + file * 3)} when {Word(i + 5)} is {i * file}.\n")));
    }

    public string Root { get; }

    public string In(params string[] names) => Path.Combine([Root, .. names]);

    /// <summary>Writes a configuration and returns its path.</summary>
    public string Config(string name, int steps, int rows = 128, int context = 64, int width = 16, string more = "") => WriteFile(name + ".json", string.Create(CultureInfo.InvariantCulture,
        $$"""
        {
          "text": "{{In("text")}}", "vocabularySize": 300, "output": "{{In(name)}}",
          "model": { "width": {{width}}, "layerCount": 1, "headCount": 1, "keyValueHeadCount": 1, "headWidth": 16, "hiddenWidth": {{2 * width}}, "contextLength": {{context}} },
          "training": { "steps": {{steps}}, "batchRows": {{rows}}{{more}} }
        }
        """).Replace("\\", "/", StringComparison.Ordinal));

    public string WriteFile(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }

    /// <summary>A run that has ended, made once.</summary>
    public string Finished()
    {
        lock (this)
            if (!Directory.Exists(In("finished")))
                Assert.Equal(0, Tool.Run("pretrain", "--config", Config("finished", 4, context: 32_768)).Exit);
        return In("finished");
    }

    public byte[] Weights(string run)
    {
        var newest = Directory.GetDirectories(In(run, "checkpoints"), "step-????????").Order(StringComparer.Ordinal).Last();
        return File.ReadAllBytes(Path.Combine(newest, "model.safetensors"));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static string Word(int i)
    {
        string[] parts = ["buffer", "stream", "value", "index", "reader", "writer", "length", "token", "handle", "option", "name", "culture", "format"];
        return parts[i % parts.Length] + parts[i / parts.Length % parts.Length];
    }
}
