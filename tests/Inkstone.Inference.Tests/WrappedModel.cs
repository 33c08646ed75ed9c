using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>A model that is another in everything but what a test changes.</summary>
internal abstract class WrappedModel(Model model) : Model
{
    public override ModelConfig Config => model.Config;

    public override Backend Backend => model.Backend;

    public override BlockStack Stack => model.Stack;

    public override LanguageHead Head => model.Head;

    public override IEnumerable<Module> Children => model.Children;

    public override IReadOnlyList<LayerMemory> Memory => model.Memory;

    public override bool ReadsSource => model.ReadsSource;

    public override IReadOnlyList<LayerMemory> SourceMemory => model.SourceMemory;

    public override int? TargetStart => model.TargetStart;

    public override IReadOnlyList<ParameterGroup> ParameterGroups => model.ParameterGroups;

    public override Tensor Forward(Pass pass) => model.Forward(pass);
}
