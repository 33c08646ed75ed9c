using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// Multi-head latent attention (DeepSeek-AI 2024, section 2.1), its up-projections absorbed: with a token's latent vector c and turned key r, the score of head h is
/// (Kₕᵀqₕ)·c + turn(q′ₕ)·r, since qₕ·(Kₕc) = (Kₕᵀqₕ)·c, and its value Vₕ Σ a·c. So every head looks at the same key [c, r], whose first part is the value, and nothing
/// of the width of all heads is kept of a token. [rows, width] → [rows, width].
/// </summary>
public sealed class LatentAttention : Module
{
    private readonly int _layer;
    private readonly DeepSeek2Config _config;
    private readonly Rotary _rotary;
    private readonly AttentionForm _form;
    private readonly Tensor _heads;

    internal LatentAttention(ParameterSource source, int layer, DeepSeek2Config config, Rotary rotary, double outputDeviation)
    {
        (_layer, _config, _rotary) = (layer, config, rotary);
        _form = new AttentionForm { Scale = (float)config.Scale };
        _heads = Tensor.From([.. Enumerable.Range(0, config.HeadCount)], [1, config.HeadCount], source.Backend).Keep();
        var deviation = config.InitialDeviation;
        var queryWidth = config.HeadCount * (config.PlainWidth + config.TurnedWidth);
        if (config.QueryRank > 0)
        {
            QueryDown = new Linear(source.In("query_down"), config.Width, config.QueryRank, bias: false, deviation);
            QueryNorm = new RmsNorm(source.In("query_norm"), config.QueryRank, config.NormEpsilon);
        }
        Query = new Linear(source.In("query"), config.QueryRank > 0 ? config.QueryRank : config.Width, queryWidth, bias: false, deviation);
        Latent = new Linear(source.In("latent"), config.Width, config.LatentWidth + config.TurnedWidth, bias: false, deviation);
        LatentNorm = new RmsNorm(source.In("latent_norm"), config.LatentWidth, config.NormEpsilon);
        KeyUp = new ExpertLinear(source.In("key_up"), config.HeadCount, config.PlainWidth, config.LatentWidth, bias: false, deviation);
        ValueUp = new ExpertLinear(source.In("value_up"), config.HeadCount, config.LatentWidth, config.ValueWidth, bias: false, deviation);
        Output = new Linear(source.In("output"), config.HeadCount * config.ValueWidth, config.Width, bias: false, outputDeviation);
    }

    /// <summary>Rows to what queries are made of, if that is not the rows.</summary>
    public Linear? QueryDown { get; }

    /// <summary>The norm of what queries are made of.</summary>
    public RmsNorm? QueryNorm { get; }

    /// <summary>The heads' queries, plain part before turned part each.</summary>
    public Linear Query { get; }

    /// <summary>Rows to latent vectors, and behind them the turned keys.</summary>
    public Linear Latent { get; }

    /// <summary>The norm of latent vectors.</summary>
    public RmsNorm LatentNorm { get; }

    /// <summary>Kₕᵀ of each head: [heads, latent width, plain width].</summary>
    public ExpertLinear KeyUp { get; }

    /// <summary>Vₕ of each head: [heads, value width, latent width].</summary>
    public ExpertLinear ValueUp { get; }

    /// <summary>The heads' results back to the stream.</summary>
    public Linear Output { get; }

    /// <inheritdoc/>
    public override IEnumerable<Module> Children =>
        QueryDown is null ? [Query, Latent, LatentNorm, KeyUp, ValueUp, Output] : [QueryDown, QueryNorm!, Query, Latent, LatentNorm, KeyUp, ValueUp, Output];

    /// <summary>Floating-point operations of a row's matrix products, attention's own left out.</summary>
    public long FlopsPerRow => (QueryDown?.FlopsPerRow ?? 0) + Query.FlopsPerRow + Latent.FlopsPerRow + _config.HeadCount * (KeyUp.FlopsPerRow + ValueUp.FlopsPerRow) + Output.FlopsPerRow;

    /// <summary>What is added to the stream.</summary>
    public Tensor Forward(Tensor x, Pass pass)
    {
        var (rows, count, plain, turned, latent) = (x.Shape[0], _config.HeadCount, _config.PlainWidth, _config.TurnedWidth, _config.LatentWidth);
        var heads = _heads.Expand([rows, count]).Reshape(rows * count);
        var below = QueryDown is null ? x : QueryNorm!.Forward(QueryDown.Forward(x, pass));
        var queries = Query.Forward(below, pass).SplitHeads(plain + turned);
        var absorbed = KeyUp.Forward(queries.Slice(2, 0, plain).Reshape(rows * count, plain), heads, pass).Reshape(rows, count, latent);
        var down = Latent.Forward(x, pass);
        var vectors = LatentNorm.Forward(down.Slice(1, 0, latent)).Unsqueeze(1);
        var q = Tensor.Concatenate(2, absorbed, _rotary.Apply(queries.Slice(2, plain, turned), pass));
        var k = Tensor.Concatenate(2, vectors, _rotary.Apply(down.Slice(1, latent, turned).Unsqueeze(1), pass));
        var attended = pass.Attend(_layer, q, k, vectors, _form);
        var values = ValueUp.Forward(attended.Reshape(rows * count, latent), heads, pass);
        return Output.Forward(values.Reshape(rows, count * _config.ValueWidth), pass);
    }
}
