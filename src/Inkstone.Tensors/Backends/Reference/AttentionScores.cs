namespace Inkstone.Tensors;

/// <summary>
/// One query's view of its keys: which are visible, and their scores s = c·tanh((scale·q·k + bias) / c). The specification of
/// <see cref="AttentionForm"/>.
/// </summary>
internal readonly struct AttentionScores
{
    private readonly Tensor _q;
    private readonly Tensor _k;
    private readonly Tensor _bias;
    private readonly Cells _qs;
    private readonly Cells _ks;
    private readonly Cells _biases;
    private readonly AttentionForm _form;
    private readonly TokenLayout _queries;
    private readonly TokenLayout _keys;
    private readonly int _group;

    public AttentionScores(in Tensor q, in Tensor k, in Tensor bias, AttentionForm form, TokenLayout queries, TokenLayout keys)
    {
        (_q, _k, _bias, _form, _queries, _keys) = (q, k, bias, form, queries, keys);
        (_qs, _ks, _biases) = (new Cells(q), new Cells(k), bias.IsMissing ? default : new Cells(bias));
        _group = q.Shape[1] / k.Shape[1];
        Scale = form.Scale ?? 1 / Math.Sqrt(q.Shape[2]);
    }

    /// <summary>The factor of q·k.</summary>
    public double Scale { get; }

    /// <summary>The key-value head a query head looks at.</summary>
    public int KeyHead(int head) => head / _group;

    /// <summary>Where in memory the key at a place of its sequence lies.</summary>
    public int KeyRow(int sequence, int place)
    {
        if (_keys.Blocks is not { } blocks)
            return _keys.Starts[sequence] + place;
        var first = 0;
        for (var s = 0; s < sequence; s++)
            first += (_keys.Length(s) + TokenLayout.KeyBlock - 1) / TokenLayout.KeyBlock;
        return blocks[first + place / TokenLayout.KeyBlock] * TokenLayout.KeyBlock + place % TokenLayout.KeyBlock;
    }

    /// <summary>Whether a query row sees the key at a place of its sequence.</summary>
    public bool Visible(int sequence, int query, int place) =>
        TokenLayout.Visible(_form, _queries, query, _keys, _keys.Starts[sequence] + place, sequence);

    /// <summary>The score of a query row for the key at a place of its sequence.</summary>
    public double Score(int sequence, int query, int head, int place)
    {
        var row = KeyRow(sequence, place);
        var product = 0.0;
        for (var i = 0; i < _q.Shape[2]; i++)
            product += _qs[QueryPlace(query, head, i)] * _ks[KeyPlace(row, head, i)];
        var score = Scale * product;
        switch (_form.Bias)
        {
            case ScoreBias.Slopes:
                score -= _biases[head * _bias.Strides[0]] * Math.Abs(Relative(sequence, query, place));
                break;
            case ScoreBias.Buckets:
                score += _biases[BiasPlace(BiasRow(sequence, query, place), head)];
                break;
            case ScoreBias.RelativeKeys:
                for (var i = 0; i < _q.Shape[2]; i++)
                    score += Scale * _qs[QueryPlace(query, head, i)] * _biases[BiasPlace(BiasRow(sequence, query, place), i)];
                break;
        }
        return _form.SoftCap > 0 ? _form.SoftCap * Math.Tanh(score / _form.SoftCap) : score;
    }

    /// <summary>The score's derivative by what was squeezed, given the score.</summary>
    public double CapDerivative(double score) => _form.SoftCap > 0 ? 1 - score / _form.SoftCap * (score / _form.SoftCap) : 1;

    /// <summary>The key's position less the query's.</summary>
    public int Relative(int sequence, int query, int place) =>
        _keys.PositionOf(_keys.Starts[sequence] + place, sequence) - _queries.PositionOf(query, sequence);

    /// <summary>The row of a bias table that a pair uses.</summary>
    public int BiasRow(int sequence, int query, int place)
    {
        var relative = Relative(sequence, query, place);
        var reach = _bias.Shape[0] / 2;
        return _form.Bias == ScoreBias.Buckets ? _form.BucketOf(relative, _bias.Shape[0]) : Math.Clamp(relative, -reach, reach) + reach;
    }

    public long QueryPlace(int row, int head, int i) => row * _q.Strides[0] + head * _q.Strides[1] + i * _q.Strides[2];

    /// <summary>The place of a key's element, for the query head that looks at it.</summary>
    public long KeyPlace(int row, int head, int i) => Place(_k, row, KeyHead(head), i);

    /// <summary>The place of an element of keys or values [rows, heads, width] or, paged, [blocks, heads, 64, width].</summary>
    public static long Place(in Tensor x, int row, int head, int i)
    {
        if (x.Rank == 3)
            return row * x.Strides[0] + head * x.Strides[1] + i * x.Strides[2];
        var (block, key) = Math.DivRem(row, TokenLayout.KeyBlock);
        return block * x.Strides[0] + head * x.Strides[1] + key * x.Strides[2] + i * x.Strides[3];
    }

    public long BiasPlace(int row, int column) => row * _bias.Strides[0] + column * _bias.Strides[1];
}
