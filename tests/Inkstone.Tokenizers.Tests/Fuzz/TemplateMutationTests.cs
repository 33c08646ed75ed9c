using System.Text;
using Inkstone.Foundation.Errors;
using Inkstone.TestKit;

namespace Inkstone.Tokenizers.Tests;

/// <summary>Mutants of chat templates: what is read is carried out within the steps allowed.</summary>
public sealed class TemplateMutationTests
{
    [Fact]
    public void EndInFormatErrorsOrWork()
    {
        var seeds = ChatFixtures.Read("small.json").EnumerateArray().Concat(ChatFixtures.Read("random.json").EnumerateArray().Take(100))
            .Select(entry => entry.GetProperty("template").GetString()!).Where(seed => seed.Length > 0 && ChatFixtures.Render(seed, new()).Kind == "text");
        const string Words = "{{ }} {% %} {# #} - ( ) [ ] | . , ' \" for in if else endfor endif set macro messages loop range(9) *9999999 **999 namespace() is not "
            + "tojson map( \\ ~ + % // raw \n 😀 caller recursive : 0 none [::-1] .split() |join |batch(2) {%-break%} {%for(x)in(messages)%} {%endfor%} ~x |replace('','aa') .format(9**9) |indent(99)";
        byte[][] words = [.. Words.Split(' ').SelectMany(word => new[] { word, $" {word} " }).Select(Encoding.UTF8.GetBytes)];
        var limits = new ChatTemplateLimits { MaximumSteps = 20_000, MaximumOutputLength = 50_000 };
        Mutations.Run(new ByteMutator([.. seeds.Select(Encoding.UTF8.GetBytes)], words).Mutate, bytes => ChatTemplate.Parse(Encoding.UTF8.GetString(bytes)), template =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Assert.InRange(template.Render(ChatFixtures.Context, limits).Steps, 0, limits.MaximumSteps);
            }
            catch (InkstoneFormatException)
            {
                // What a mutant may end in.
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500 * limits.MaximumSteps);
        });
    }
}
