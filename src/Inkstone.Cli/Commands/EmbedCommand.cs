using System.CommandLine;
using System.Globalization;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Files;
using Inkstone.Models;
using Inkstone.Recipes;

namespace Inkstone.Cli;

internal static class EmbedCommand
{
    private const int WidestText = 40;

    private static readonly (string Name, PoolingModes Mode)[] Poolings =
        [("mean", PoolingModes.Mean), ("first", PoolingModes.First), ("last", PoolingModes.Last), ("max", PoolingModes.Max)];

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A sentence-transformers folder, a GGUF file of such a model, or any other model with --pooling." };
        var texts = new Option<string[]>("--text") { Description = "A text; may be given more than once.", HelpName = "TEXT" };
        var file = new Option<string?>("--file") { Description = "A file with a text a line. Default without --text: standard input.", HelpName = "FILE" };
        var prompt = new Option<string?>("--prompt-name") { Description = "Which of the folder's prompts stands before every text. Default: the folder's own choice.", HelpName = "NAME" };
        var pooling = new Option<string?>("--pooling") { Description = $"How rows become a vector, of length one, where the model does not say it: {string.Join(", ", Poolings.Select(known => known.Name))}.", HelpName = "KIND" };
        var ignoreMemory = SharedOptions.IgnoreMemory();
        var similarity = new Option<bool>("--similarity") { Description = "Print how near the texts are to each other instead of vectors." };
        pooling.AcceptOnlyFromAmong([.. Poolings.Select(known => known.Name)]);
        var command = new Command(
            "embed",
            """
            Make vectors of texts: one JSON object a text and line, with text, tokens and vector; or a table of similarities.

            Examples:
              inkstone embed all-MiniLM-L6-v2 --text "a river" --text "a stream" --similarity
              inkstone embed bert-base-uncased --file texts.txt --pooling mean
              inkstone embed all-MiniLM-L6-v2-Q8_0.gguf --text "a river"
            """)
        {
            model, texts, file, prompt, pooling, similarity, ignoreMemory,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var given = await TextsAsync(result.GetValue(texts) ?? [], result.GetValue(file), cancellation).ConfigureAwait(false);
            var mode = Poolings.Where(known => known.Name == result.GetValue(pooling)).Select(known => (PoolingModes?)known.Mode).FirstOrDefault();
            var options = new EmbeddingOptions { PromptName = result.GetValue(prompt), Pooling = mode, IgnoresMemory = result.GetValue(ignoreMemory) };
            var embedded = await Task.Run(() => EmbeddingRecipe.Embed(result.GetValue(model)!, given, options, RunObserver.Notes), CancellationToken.None).WaitAsync(cancellation).ConfigureAwait(false);
            if (embedded.CutCount > 0)
                await Console.Error.WriteLineAsync($"{embedded.CutCount} of {given.Count} texts are longer than the model takes, and were cut at their end").ConfigureAwait(false);
            if (result.GetValue(similarity))
                PrintSimilarities(given, embedded);
            else
                for (var i = 0; i < given.Count; i++)
                    JsonOutput.Print(new { text = given[i], tokens = embedded.TokenCounts[i], vector = embedded.Vectors[i] });
            return 0;
        });
        return command;
    }

    private static async Task<IReadOnlyList<string>> TextsAsync(string[] texts, string? file, CancellationToken cancellation)
    {
        if (texts.Length > 0 && file is null)
            return texts;
        string[] lines;
        try
        {
            lines = file is not null ? await File.ReadAllLinesAsync(file, cancellation).ConfigureAwait(false)
                : Console.IsInputRedirected ? (await StandardStreams.ReadAllAsync(cancellation).ConfigureAwait(false)).Split('\n') : [];
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Explain(error, "cannot read the file", file ?? "standard input");
        }
        string[] all = [.. texts, .. lines.Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0)];
        return all.Length > 0 ? all : throw new InkstoneRequestException("there is no text", "embed", "--text, --file or standard input");
    }

    private static void PrintSimilarities(IReadOnlyList<string> texts, EmbeddedTexts embedded)
    {
        Console.WriteLine("       " + string.Concat(Enumerable.Range(1, texts.Count).Select(i => i.ToString(CultureInfo.InvariantCulture).PadLeft(8))));
        for (var i = 0; i < texts.Count; i++)
        {
            var row = string.Concat(Enumerable.Range(0, texts.Count).Select(j => embedded.Similarity(i, j).ToString("F4", CultureInfo.InvariantCulture).PadLeft(8)));
            var shown = texts[i].Length <= WidestText ? texts[i] : texts[i][..WidestText] + "…";
            Console.WriteLine($"{(i + 1).ToString(CultureInfo.InvariantCulture),6} {row}  {TerminalText.Safe(shown)}");
        }
    }
}
