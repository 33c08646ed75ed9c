using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>The position-wise half of a block: [rows, width] → [rows, width].</summary>
public abstract class FeedForward : Module
{
    /// <summary>What is added to the stream.</summary>
    public abstract Tensor Forward(Tensor x, Pass pass);

    /// <summary>Floating-point operations a row.</summary>
    public abstract long FlopsPerRow { get; }
}

/// <summary>down(f(gate(x)) · up(x)) (Shazeer 2020): SwiGLU where f is silu, GeGLU where it is a GELU.</summary>
public sealed class GatedFeedForward(
    ParameterSource source, int width, int hiddenWidth, double deviation, double outputDeviation, UnaryFunction activation = UnaryFunction.Silu, bool bias = false)
    : FeedForward
{
    /// <summary>[width → hidden width], through f.</summary>
    public Linear Gate { get; } = new(source.In("gate"), width, hiddenWidth, bias, deviation);

    /// <summary>[width → hidden width].</summary>
    public Linear Up { get; } = new(source.In("up"), width, hiddenWidth, bias, deviation);

    /// <summary>[hidden width → width].</summary>
    public Linear Down { get; } = new(source.In("down"), hiddenWidth, width, bias, outputDeviation);

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Gate, Up, Down];

    /// <inheritdoc/>
    public override long FlopsPerRow => Gate.FlopsPerRow + Up.FlopsPerRow + Down.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var (gate, up) = (Gate.Forward(x, pass), Up.Forward(x, pass));
        return Down.Forward(activation == UnaryFunction.Silu ? Tensor.SwiGlu(gate, up) : gate.Map(activation) * up, pass);
    }
}

/// <summary>down(f(up(x))) with an elementwise f.</summary>
public sealed class PlainFeedForward(
    ParameterSource source, int width, int hiddenWidth, UnaryFunction activation, bool bias, double deviation, double outputDeviation) : FeedForward
{
    /// <summary>[width → hidden width].</summary>
    public Linear Up { get; } = new(source.In("up"), width, hiddenWidth, bias, deviation);

    /// <summary>[hidden width → width].</summary>
    public Linear Down { get; } = new(source.In("down"), hiddenWidth, width, bias, outputDeviation);

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => [Up, Down];

    /// <inheritdoc/>
    public override long FlopsPerRow => Up.FlopsPerRow + Down.FlopsPerRow;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass) => Down.Forward(Up.Forward(x, pass).Map(activation), pass);
}
