using Inkstone.Foundation.Randomness;
using Inkstone.Inference;
using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>Decoding with weights of 0.65 GB in single precision, larger than any last-level cache: each turn reads all of them once.</summary>
internal static class DecodeSuite
{
    public static IEnumerable<BenchResult> Run(BenchMachine machine)
    {
        var config = new LlamaConfig
        {
            VocabularySize = 8_192,
            ContextLength = 256,
            Width = 1_024,
            LayerCount = 12,
            HeadCount = 16,
            KeyValueHeadCount = 16,
            HeadWidth = 64,
            HiddenWidth = 2_816,
        };
        var model = new Llama(config, Rng.From(1), machine.Backend);
        var bytes = sizeof(float) * (double)model.ParameterCount;
        foreach (var streams in (int[])[1, 8])
        {
            var cache = new KeyValueCache(model, 4 * streams);
            var tables = Enumerable.Range(0, streams).Select(_ => new BlockTable(cache.Pool)).ToArray();
            var token = new[] { 1 };
            void Turn()
            {
                using var scope = PoolScope.Open();
                foreach (var table in tables)
                    table.TryReserve(1);
                var pass = PagedPass.Over(model, cache, [.. tables.Select(table => new PagedRows(table, token, 1))]);
                model.Head.Forward(model.Forward(pass), pass);
                foreach (var table in tables)
                    table.Advance(1);
            }

            yield return BenchMachine.Reading("decode", $"f32 {streams} stream{(streams == 1 ? "" : "s")}", bytes, Turn, out var seconds);
            yield return new BenchResult("decode", $"f32 {streams} stream{(streams == 1 ? "" : "s")}, tokens", streams / seconds, "tokens/s", null);
        }
    }
}
