using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>Matrices of a block that read the same rows.</summary>
/// <param name="Places">The matrices.</param>
/// <param name="Columns">The width of the rows.</param>
/// <param name="Experts">How many experts each has.</param>
internal sealed record InputGroup(IReadOnlyList<WeightPlace> Places, int Columns, int Experts);

/// <summary>The moments H = Σ x·xᵀ of what goes into the matrices of a group, or into those of one expert.</summary>
/// <param name="group">The group.</param>
/// <param name="expert">The expert.</param>
internal sealed class InputMoments(InputGroup group, int expert)
{
    /// <summary>The group.</summary>
    public InputGroup Group => group;

    /// <summary>The expert.</summary>
    public int Expert => expert;

    /// <summary>H, row-major.</summary>
    public float[] Sums { get; } = new float[checked(group.Columns * group.Columns)];

    /// <summary>How many rows.</summary>
    public long Count { get; private set; }

    /// <summary>The mean of x² of each column; ones where nothing came in.</summary>
    public float[] Squares() => [.. Enumerable.Range(0, group.Columns).Select(i => Count == 0 ? 1 : Sums[i * group.Columns + i] / Count)];

    /// <summary>Adds rows.</summary>
    public void Add(Tensor x, Tensor expertOfRow)
    {
        using var scope = PoolScope.Open();
        if (!expertOfRow.IsMissing)
        {
            var experts = expertOfRow.ToIntegers();
            int[] mine = [.. Enumerable.Range(0, experts.Length).Where(row => experts[row] == expert)];
            if (mine.Length == 0)
                return;
            x = x.Rows(Tensor.From(mine, [mine.Length], x.Backend));
        }
        var product = x.MatMul(x, transposeThis: true).ToArray();
        for (var i = 0; i < product.Length; i++)
            Sums[i] += product[i];
        Count += x.Shape[0];
    }
}

/// <summary>
/// A network run block by block over windows of text. Only the rows between two blocks are kept (tokens × width numbers), and the moments that are asked for at a time.
/// </summary>
internal sealed class BlockInputs
{
    private readonly Model _model;
    private readonly IReadOnlyList<WeightPlace> _places;
    private readonly IReadOnlyList<int[]> _windows;
    private readonly float[][] _rows;

    public BlockInputs(PlacedModel placed, IReadOnlyList<int[]> windows)
    {
        (_model, _places, _windows, _rows) = (placed.Model, placed.Places, windows, new float[windows.Count][]);
        for (var i = 0; i < windows.Count; i++)
        {
            using var pause = Tape.Pause();
            using var scope = PoolScope.Open();
            _rows[i] = _model.Enter(PassOver(i)).ToArray();
        }
    }

    /// <summary>The block whose inputs the kept rows are.</summary>
    public int Layer { get; private set; }

    /// <summary>The matrices of the block, those together that read the same rows: found by running it over the first window.</summary>
    public IReadOnlyList<InputGroup> Groups()
    {
        var seen = new List<(WeightPlace Place, float[] Rows)>();
        using (new Disposables(_places.Where(place => place.Layer == Layer).Select(place => place.Watch((x, _) => seen.Add((place, x.ToArray()))))))
            Run(0, 1, keeps: false);
        var groups = new List<List<(WeightPlace Place, float[] Rows)>>();
        foreach (var one in seen)
        {
            var group = groups.Find(other => other[0].Place.Experts == one.Place.Experts && other[0].Rows.AsSpan().SequenceEqual(one.Rows));
            if (group is null)
                groups.Add(group = []);
            group.Add(one);
        }
        return [.. groups.Select(group => new InputGroup([.. group.Select(one => one.Place)], group[0].Place.Columns, group[0].Place.Experts))];
    }

    /// <summary>Runs the block over all windows and fills moments.</summary>
    public void Fill(IReadOnlyList<InputMoments> moments, CancellationToken cancellation)
    {
        using var watching = new Disposables(moments.GroupBy(one => one.Group).Select(group => group.Key.Places[0].Watch((x, experts) =>
        {
            foreach (var one in group)
                one.Add(x, experts);
        })));
        Run(0, _windows.Count, keeps: false, cancellation);
    }

    /// <summary>Runs the block over all windows as it is now; the rows that it gives are the next one's.</summary>
    public void Advance(CancellationToken cancellation)
    {
        Run(0, _windows.Count, keeps: true, cancellation);
        Layer++;
    }

    private void Run(int first, int end, bool keeps, CancellationToken cancellation = default)
    {
        for (var i = first; i < end; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var pause = Tape.Pause();
            using var scope = PoolScope.Open();
            var pass = PassOver(i);
            _model.Enter(pass);
            var length = _windows[i].Length;
            var given = _model.Stack.Blocks[Layer].Forward(Tensor.From(_rows[i], [length, _rows[i].Length / length], _model.Backend), pass);
            if (keeps)
                _rows[i] = given.ToArray();
        }
    }

    private FullPass PassOver(int window) => FullPass.Over(_windows[window], new TokenLayout(0, _windows[window].Length), _model.Backend);
}
