using Xunit.Abstractions;
namespace Inkstone.Tokenizers.Tests;
public sealed class ProbeTests(ITestOutputHelper output)
{
    [Fact]
    public void Patterns()
    {
        TextPattern.Parse("\\p{L}\\p{Han}\\w\\s\\P{L}\\S\\W(?i:a)", PatternDialect.Rust);
        foreach (var dialect in Enum.GetValues<PatternDialect>())
        foreach (var source in KnownPatterns.All.SelectMany(known => known.Patterns).Concat(GgufPattern.Names.SelectMany(n => GgufPattern.Find(n)?.Patterns ?? [])).Distinct().Concat(["a", "\\p{L}", "\\p{L}+|\\p{N}", "\\s+", "\\w+|[^\\w\\s]+", "(?i:\\p{L})", "a*b", "\\p{Han}"]))
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            try { PatternParser.Parse(source, dialect, PatternBudget.For(source.Length)); } catch (Exception) { }
            var parsed = GC.GetAllocatedBytesForCurrentThread() - before;
            before = GC.GetAllocatedBytesForCurrentThread();
            var ok = "ok";
            try { TextPattern.Parse(source, dialect); } catch (Exception e) { ok = e.Message; }
            output.WriteLine($"{dialect} {source.Length} chars: parse {parsed} total {GC.GetAllocatedBytesForCurrentThread() - before} {ok[..Math.Min(120, ok.Length)]} {source[..Math.Min(50, source.Length)]}");
        }
    }
}
