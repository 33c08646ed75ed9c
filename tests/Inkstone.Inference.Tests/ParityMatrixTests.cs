using Inkstone.Foundation.Randomness;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>
/// The guard of "one network, written once": every registered family gives the same hidden rows however it is run. Columns of the paged pass agree to the bit; the full
/// pass agrees with it within 1e-5; the reference backend within 1e-4.
/// </summary>
public sealed class ParityMatrixTests
{
    private const int Length = 83;

    public static TheoryData<string, int> Families() => Rows(_ => true);

    /// <summary>The columns of the paged pass: families that are decoded token by token. The others say why they are not.</summary>
    public static TheoryData<string, int> Decoders() => Rows(family => family.NotDecodedBecause is null);

    public static TheoryData<string, int> Others() => Rows(family => family.NotDecodedBecause is not null);

    private static TheoryData<string, int> Rows(Func<ModelFamily, bool> isWanted)
    {
        var rows = new TheoryData<string, int>();
        foreach (var family in ModelFamilies.All.Where(isWanted))
            for (var i = 0; i < family.TinyConfigs.Count; i++)
                rows.Add(family.Names[0], i);
        return rows;
    }

    /// <summary>A whole sequence, of whose source a network that reads one gets another.</summary>
    internal static FullPass WholePass(Model model, int[] tokens, TokenLayout layout, ITap? taps = null, Rng? random = null)
    {
        var source = model.ReadsSource ? FullPass.Over(tokens.Reverse().ToArray(), layout, model.Backend, random?.Split("source"), taps) : null;
        return FullPass.Over(tokens, layout, model.Backend, random, taps, source: source);
    }

    [Theory, MemberData(nameof(Decoders))]
    public void FullPassAgreesWithPagedPass(string family, int config)
    {
        var model = Create(family, config);
        AssertClose(Full(model, Tokens(model)), Paged(model, Tokens(model), [Length]), 1e-5);
    }

    [Theory, MemberData(nameof(Families))]
    public void ReferenceBackendAgrees(string family, int config)
    {
        var tokens = Tokens(Create(family, config));
        AssertClose(Full(Create(family, config, ReferenceBackend.Single), tokens), Full(Create(family, config), tokens), 1e-4);
    }

    [Theory, MemberData(nameof(Decoders))]
    public void TokenByTokenIsTheSameToTheBit(string family, int config)
    {
        var model = Create(family, config);
        var tokens = Tokens(model);
        Assert.Equal(Paged(model, tokens, [Length]), Paged(model, tokens, [.. Enumerable.Repeat(1, Length)]));
    }

    [Theory, MemberData(nameof(Decoders))]
    public void ChunksAreTheSameToTheBit(string family, int config)
    {
        var model = Create(family, config);
        var tokens = Tokens(model);
        var whole = Paged(model, tokens, [Length]);
        Assert.Equal(whole, Paged(model, tokens, [7, 1, 64, 11]));
        Assert.Equal(whole, Paged(model, tokens, [64, 19]));
        Assert.Equal(whole, Paged(model, tokens, [3, 80]));
    }

    [Theory, MemberData(nameof(Decoders))]
    public void AmongStrangersIsTheSameToTheBit(string family, int config)
    {
        var model = Create(family, config);
        var tokens = Tokens(model);
        Assert.Equal(Paged(model, tokens, [Length]), Paged(model, tokens, [40, 43], strangers: 7));
    }

    [Theory, MemberData(nameof(Decoders))]
    public void PreemptedAndResumedIsTheSameToTheBit(string family, int config)
    {
        var model = Create(family, config);
        var tokens = Tokens(model);
        var cache = new KeyValueCache(model, 8);
        var run = new PagedRun(cache, tokens);
        Run(model, cache, run, tokens.AsMemory(0, 50));
        run.Release();
        // somebody else takes the blocks first, so that the second time other memory is used
        Run(model, cache, new PagedRun(cache, Tokens(model, 6)), tokens.AsMemory(10, 30));
        var resumed = Run(model, cache, run, tokens.AsMemory(0, 60)).Concat(Run(model, cache, run, tokens.AsMemory(60)));
        Assert.Equal(Paged(model, tokens, [Length]), resumed.ToArray());
    }

    [Theory, MemberData(nameof(Decoders))]
    public void ATapThatChangesNothingChangesNothing(string family, int config)
    {
        var model = Create(family, config);
        var tokens = Tokens(model);
        var tap = new CountingTap(hasSinks: model is GptOss);
        Assert.Equal(Paged(model, tokens, [Length]), Paged(model, tokens, [Length], tap: tap));
        Assert.Equal(Full(model, tokens), Full(model, tokens, tap));
        Assert.InRange(tap.Residuals, 2 * model.Stack.Blocks.Count, model.ReadsSource ? int.MaxValue : 2 * model.Stack.Blocks.Count);
        Assert.Equal(tap.Residuals, tap.WeightsSeen);
    }

    [Theory, MemberData(nameof(Others))]
    public void ATapOfAWholePassChangesNothing(string family, int config)
    {
        var model = Create(family, config);
        var tokens = Tokens(model);
        var tap = new CountingTap(hasSinks: model is GptOss);
        Assert.Equal(Full(model, tokens), Full(model, tokens, tap));
        Assert.InRange(tap.Residuals, model.Stack.Blocks.Count, int.MaxValue);
        Assert.Equal(tap.Residuals, tap.WeightsSeen);
        Assert.NotEmpty(ModelFamilies.Named(family, "test").NotDecodedBecause!);
    }

    [Theory, MemberData(nameof(Families))]
    public void SavedAndLoadedIsTheSameToTheBit(string family, int config)
    {
        var model = Create(family, config);
        var folder = Directory.CreateTempSubdirectory("inkstone-parity-").FullName;
        try
        {
            ModelFolder.Save(model, folder);
            var loaded = ModelFolder.Load(folder);
            Assert.Equal(model.Config, loaded.Config);
            Assert.Equal(Full(model, Tokens(model)), Full(loaded, Tokens(model)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory, MemberData(nameof(Families))]
    public void RecomputedBlocksAreTheSameToTheBit(string family, int config)
    {
        var model = Create(family, config);
        var plain = Gradients(model, recompute: false);
        var again = Gradients(model, recompute: true);
        if (model.ReadsSource)
            AssertClose(plain, again, 1e-6); // a block's share of the encoder's gradient is summed before it is added to the others'
        else
            Assert.Equal(plain, again);
    }

    [Theory, MemberData(nameof(Families))]
    public void GroupsPartitionTheParameters(string family, int config)
    {
        var model = Create(family, config);
        var grouped = model.ParameterGroups.SelectMany(group => group.Parameters).ToList();
        Assert.Equal(grouped.Count, grouped.Distinct().Count());
        Assert.Equal(model.Parameters.OrderBy(p => p.Name, StringComparer.Ordinal), grouped.OrderBy(p => p.Name, StringComparer.Ordinal));
    }

    private static float[] Gradients(Model model, bool recompute)
    {
        model.Stack.RecomputeBlocks = recompute;
        foreach (var parameter in model.Parameters)
            parameter.ClearGradient();
        using var scope = PoolScope.Open();
        using var tape = Tape.Record();
        var tokens = Tokens(model);
        var pass = WholePass(model, tokens, new TokenLayout(0, 30, Length), random: Rng.From(3));
        var loss = model.Head.Loss(model.Forward(pass), Tensor.From(tokens, [Length]), 1.0 / Length);
        tape.Backward(loss);
        return [.. model.Parameters.Where(p => p.HasGradient).SelectMany(p => p.Gradient.ToArray())];
    }

    private static Model Create(string family, int config, Backend? backend = null)
    {
        var registered = ModelFamilies.Named(family, "test");
        return registered.Create(registered.TinyConfigs[config], Rng.From(11), backend);
    }

    private static int[] Tokens(Model model, long seed = 5)
    {
        var cursor = Rng.From(seed).Cursor();
        return [.. Enumerable.Range(0, Length).Select(_ => cursor.NextInt(model.VocabularySize))];
    }

    private static float[] Full(Model model, int[] tokens, ITap? tap = null)
    {
        using var scope = PoolScope.Open();
        return model.Forward(WholePass(model, tokens, new TokenLayout(0, tokens.Length), tap)).ToArray();
    }

    private static float[] Paged(Model model, int[] tokens, int[] chunks, int strangers = 0, ITap? tap = null)
    {
        var cache = new KeyValueCache(model, 32);
        var run = new PagedRun(cache, tokens);
        var others = Enumerable.Range(0, strangers).Select(i => new PagedRun(cache, Tokens(model, 200 + i)[..(11 * i + 1)])).ToArray();
        var result = new List<float>();
        var done = 0;
        foreach (var chunk in chunks)
        {
            // strangers stand before and after, of all lengths, so that blocks interleave
            var rows = others.Select((other, i) => other.Next(Tokens(model, 100 + i).AsMemory(other.Table.Length, 3 * i + 1), 1)).ToList();
            rows.Insert(strangers / 2, run.Next(tokens.AsMemory(done, chunk), chunk));
            result.AddRange(RunTogether(model, cache, rows, strangers / 2, tap));
            done += chunk;
        }
        return [.. result];
    }

    private static float[] Run(Model model, KeyValueCache cache, PagedRun run, ReadOnlyMemory<int> tokens) =>
        RunTogether(model, cache, [run.Next(tokens, tokens.Length)], 0, null);

    private static float[] RunTogether(Model model, KeyValueCache cache, List<PagedRows> rows, int mine, ITap? tap)
    {
        using var scope = PoolScope.Open();
        var hidden = PagedRun.Compute(model, cache, rows, tap);
        return hidden.Slice(0, rows.Take(mine).Sum(row => row.WantedCount), rows[mine].WantedCount).ToArray();
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        var distance = Math.Sqrt(expected.Zip(actual, (e, a) => ((double)e - a) * (e - a)).Sum());
        var norm = Math.Sqrt(expected.Sum(e => (double)e * e));
        Assert.True(distance <= tolerance * norm, $"relative distance {distance / norm:e2} above {tolerance:e0}");
    }

    private sealed class CountingTap(bool hasSinks) : ITap
    {
        public int Residuals { get; private set; }

        public int WeightsSeen { get; private set; }

        public Tensor At(int layer, Site site, Tensor value)
        {
            if (site == Site.Residual)
                Residuals++;
            return value;
        }

        public bool WantsWeights(int layer) => true;

        public void Weights(int layer, Tensor weights)
        {
            WeightsSeen++;
            // every row of weights is a distribution over the keys the row may see, and the sink, where there is one
            var sums = weights.Sum([2]).ToArray();
            Assert.All(sums, sum => Assert.InRange(sum, hasSinks ? 1e-4 : 1 - 1e-4, 1 + 1e-4));
        }
    }
}
