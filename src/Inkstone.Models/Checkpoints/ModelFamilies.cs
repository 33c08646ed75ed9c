using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <summary>The registry: one line a family.</summary>
public static class ModelFamilies
{
    /// <summary>Every family.</summary>
    public static IReadOnlyList<ModelFamily> All { get; } =
    [
        new BertCheckpoint(),
        new DeepSeek2Checkpoint(),
        new FalconCheckpoint(),
        new GemmaCheckpoint(),
        new Gpt2Checkpoint(),
        new GptJCheckpoint(),
        new GptNeoXCheckpoint(),
        new GptOssCheckpoint(),
        new LlamaCheckpoint(),
        new Olmo2Checkpoint(),
        new StableLmCheckpoint(),
        new T5Checkpoint(),
    ];

    /// <summary>The family of a <c>model_type</c>.</summary>
    /// <exception cref="InkstoneFormatException">No family has the name.</exception>
    public static ModelFamily Named(string name, string where) =>
        All.FirstOrDefault(family => family.Names.Contains(name))
        ?? throw new InkstoneFormatException("the model's family is not known", where, string.Join(", ", All.SelectMany(f => f.Names)), name);

    /// <summary>The family of a GGUF file's <c>general.architecture</c>.</summary>
    /// <exception cref="InkstoneFormatException">No family has the name.</exception>
    public static ModelFamily OfArchitecture(string name, string where) =>
        All.FirstOrDefault(family => family.Architectures.Contains(name))
        ?? throw new InkstoneFormatException("the model's architecture is not known", where, string.Join(", ", All.SelectMany(f => f.Architectures)), name);

    /// <summary>The family of a model.</summary>
    public static ModelFamily Of(Model model) => Named(model.Config.Family, "model");
}
