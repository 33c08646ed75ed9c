using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// A mixture of experts: Σ over a row's chosen experts e of weight(e) · downₑ(f(gateₑ(x), upₑ(x))), besides the shared expert's, if there is one. It drops no row: how
/// many rows an expert gets is data, which nothing here reads back.
/// </summary>
public sealed class ExpertFeedForward : FeedForward
{
    private readonly int _chosen;
    private readonly Func<Tensor, Tensor, Tensor> _function;

    /// <summary>Makes the router and the experts.</summary>
    public ExpertFeedForward(ParameterSource source, int width, ExpertOptions options, double deviation, double outputDeviation)
    {
        options.Validate();
        _chosen = options.Chosen;
        _function = options.Clamped ? GatedFunctions.Clamped : GatedFunctions.SwiGlu;
        Router = new ExpertRouter(source.In("router"), width, options, deviation);
        Gate = new ExpertLinear(source.In("gate"), options.Count, width, options.HiddenWidth, options.Clamped, deviation);
        Up = new ExpertLinear(source.In("up"), options.Count, width, options.HiddenWidth, options.Clamped, deviation);
        Down = new ExpertLinear(source.In("down"), options.Count, options.HiddenWidth, width, options.Clamped, outputDeviation);
        if (options.SharedHiddenWidth > 0)
            Shared = new SharedExpert(source.In("shared"), width, options, deviation, outputDeviation);
    }

    /// <summary>Chooses and weighs.</summary>
    public ExpertRouter Router { get; }

    /// <summary>[width → hidden width] an expert, through the gate's function.</summary>
    public ExpertLinear Gate { get; }

    /// <summary>[width → hidden width] an expert.</summary>
    public ExpertLinear Up { get; }

    /// <summary>[hidden width → width] an expert.</summary>
    public ExpertLinear Down { get; }

    /// <summary>The expert of every row, if there is one.</summary>
    public SharedExpert? Shared { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children => Shared is null ? [Router, Gate, Up, Down] : [Router, Gate, Up, Down, Shared];

    /// <inheritdoc/>
    /// <remarks>Only a row's chosen experts count.</remarks>
    public override long FlopsPerRow =>
        Router.Scores.FlopsPerRow + _chosen * (Gate.FlopsPerRow + Up.FlopsPerRow + Down.FlopsPerRow) + (Shared?.FlopsPerRow ?? 0);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x, Pass pass)
    {
        var (rows, width) = (x.Shape[0], x.Shape[1]);
        var (experts, weights) = Router.Choose(x, pass);
        var chosen = experts.Reshape(rows * _chosen);
        var repeated = x.Unsqueeze(1).Expand([rows, _chosen, width]).Reshape(rows * _chosen, width);
        var hidden = _function(Gate.Forward(repeated, chosen, pass), Up.Forward(repeated, chosen, pass));
        var given = Down.Forward(hidden, chosen, pass).Reshape(rows, _chosen, width);
        var y = (given * weights.Unsqueeze(2)).Sum([1]);
        return Shared is null ? y : y + Shared.Forward(x, pass);
    }
}
