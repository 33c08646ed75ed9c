using System.Text;
using Inkstone.Foundation.Formats;
using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;
using Inkstone.TestKit;
using Xunit.Abstractions;

namespace Inkstone.Models.Tests;

/// <summary>Mutants of <c>config.json</c>, by themselves and beside the weights they were made for.</summary>
public sealed class ConfigMutationTests(ITestOutputHelper output)
{
    private const string Path = "config.json";

    private static readonly byte[][] Words =
    [
        .. ((string[])["0", "1", "2", "3", "7", "-1", "1e9", "65536", "null", "true", "[", "]", "{", "}", ",", "\"", ":", "\"gelu\"", "\"silu\"", "\"linear\"", "\"yarn\"", "\"dynamic\"", "\"longrope\"",
            "\"llama3\"", "\"default\"", "\"factor\":1e-300", "\"rope_scaling\":{\"type\":\"dynamic\",\"factor\":2},", "\"sliding_window\":1,", "\"head_dim\":", "\"num_key_value_heads\":1,",
        ]).Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>Configurations as they are published: what is accepted is written and read again.</summary>
    [Fact]
    public void PublishedOnes()
    {
        byte[][] seeds = [.. PublishedConfigTests.Published.Select(known => Encoding.UTF8.GetBytes($"{{{(string)known[1]}}}")), .. Networks().Select(WrittenConfig)];
        Mutations.Run(new JsonMutator(seeds, Words).Mutate, Read, read =>
        {
            Assert.True(read.Config.ParameterCount > 0, $"{read.Config.ParameterCount} parameters");
            var (again, _) = Read(StableJson.ToBytes(json => read.Family.WriteConfig(read.Config, json)));
            Assert.Equal(read.Config.ParameterCount, again.ParameterCount);
        });
    }

    /// <summary>What fits the weights is loaded and run.</summary>
    [Fact]
    public void BesideWeights()
    {
        using var folder = new WeightFolders(Networks());
        var (store, runs) = (folder.Stores[0], 0);
        Mutations.Run(random =>
        {
            var network = random.NextInt(folder.Stores.Count);
            store = folder.Stores[network];
            return folder.Mutators[network].Mutate(random);
        }, bytes =>
        {
            var (config, family) = Read(bytes);
            config = family.Completed(config, store.Has);
            ModelFolder.RequireWeightsFor(config, store, Path);
            return (Config: config, Family: family);
        }, read =>
        {
            using var scope = PoolScope.Open();
            var model = read.Family.Create(read.Config, new ParameterSource("", Rng.From(0), Backend.Default) { IsEmpty = true });
            runs += MutantNetworks.TryRun(model, () => WeightLoader.Load(model, read.Family.Map(model), store, LoadOptions.ForUse)) ? 1 : 0;
        });
        output.WriteLine($"{runs} were run");
        Assert.True(runs > Mutations.Rounds / 100, $"only {runs} were run");
    }

    private static (ModelConfig Config, ModelFamily Family) Read(byte[] bytes) => ModelFolder.ReadConfigAndFamily(BoundedJson.Parse(bytes, Path), Path);

    private static List<Model> Networks() => MutantNetworks.All(_ => true);

    private static byte[] WrittenConfig(Model model) => ModelFolder.ConfigJson(model.Config, WeightFormat.F32, 1, [2]);

    /// <summary>Folders of networks, and mutators of their configurations.</summary>
    private sealed class WeightFolders : IDisposable
    {
        private readonly string _root = Directory.CreateTempSubdirectory("inkstone-mutants-").FullName;

        public WeightFolders(List<Model> networks)
        {
            foreach (var (number, network) in networks.Index())
            {
                var folder = System.IO.Path.Combine(_root, $"{number}");
                ModelFolder.Save(network, folder);
                Stores.Add(SafetensorsStore.Open(folder));
                Mutators.Add(new JsonMutator([WrittenConfig(network)], Words));
            }
        }

        public List<TensorStore> Stores { get; } = [];

        public List<JsonMutator> Mutators { get; } = [];

        public void Dispose()
        {
            Stores.ForEach(store => store.Dispose());
            Directory.Delete(_root, recursive: true);
        }
    }
}
