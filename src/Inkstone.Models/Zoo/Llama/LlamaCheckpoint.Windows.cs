using System.Text.Json;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;

namespace Inkstone.Models;

/// <content>Windows, which each family's folders say in a way of their own; and what the names of families say.</content>
public sealed partial class LlamaCheckpoint
{
    /// <summary>The window and the layers that have it.</summary>
    private static (int Window, LayerPattern Layers) ReadWindow(JsonObjectReader json, string family, int layerCount)
    {
        var window = json.Find("sliding_window");
        var types = LayerPattern.Read(json, layerCount);
        if (IsQwen(family) || family == "smollm3")
        {
            var first = json.GetInt32("max_window_layers", 0, 1 << 16, layerCount);
            if (!json.GetBoolean("use_sliding_window", false) || window is null)
                return (0, LayerPattern.All);
            if (family == "smollm3" && types is null)
                throw window.Value.Error("the layers of the window are not said", "layer_types beside it");
            return (window.Value.AsInt32(1, 1 << 24), types ?? LayerPattern.From(first, layerCount));
        }
        CommonKeys.Require(json, "Llama", ("use_sliding_window", false));
        json.Ignore("max_window_layers");
        if (window is { } unknown && family is not ("mistral" or "mixtral" or "phi3" or "inkstone"))
            throw unknown.Error("this form of Llama is not supported", "null");
        return (window?.AsInt32(1, 1 << 24) ?? 0, window is null || types is null ? LayerPattern.All : types);
    }

    /// <summary>The first part of the name of the library's class.</summary>
    private static string ClassOf(string family) => family switch
    {
        "ernie4_5" => "Ernie4_5",
        "ernie4_5_moe" => "Ernie4_5_Moe",
        "smollm3" => "SmolLM3",
        _ => string.Concat(family.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])),
    };

    /// <summary>ERNIE's folders pair rotary elements 2i and 2i + 1.</summary>
    private static bool IsErnie(string family) => family.StartsWith("ernie", StringComparison.Ordinal);

    private static bool IsQwen(string family) => family.StartsWith("qwen", StringComparison.Ordinal);

    private static void WriteWindow(LlamaConfig llama, Utf8JsonWriter json)
    {
        if (llama.Family is "llama" or "granite" && llama.Window > 0)
            throw new InkstoneRequestException("the family's files have no such network", nameof(LlamaConfig.Window), "0", $"{llama.Window}", "Set PublishedAs to mistral.");
        if (IsQwen(llama.Family) || llama.Family == "smollm3")
            json.WriteBoolean("use_sliding_window", llama.Window > 0);
        if (llama.Window == 0)
        {
            json.WriteNull("sliding_window");
            return;
        }
        json.WriteNumber("sliding_window", llama.Window);
        llama.WindowedLayers.Write(json, llama.LayerCount);
    }
}
