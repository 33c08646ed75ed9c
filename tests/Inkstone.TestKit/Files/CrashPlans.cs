using Inkstone.Foundation.Randomness;

namespace Inkstone.TestKit;

/// <summary>What may become of the pending names and bytes in a crash: six fixed ways and any number of random ones.</summary>
internal static class CrashPlans
{
    private static readonly int[] Blocks = [512, 4096];

    public static IEnumerable<CrashState> All(DiskModel model, string when, RngCursor random, int randomStates)
    {
        yield return model.Crash($"{when}: process killed, nothing lost", All, file => file.Kept());
        yield return model.Crash($"{when}: power cut, only flushed bytes and names survive", None, file => file.Dropped());
        yield return model.Crash($"{when}: power cut, names survive without their bytes", All, file => file.Dropped());
        yield return model.Crash($"{when}: power cut, bytes survive without their names", None, file => file.Kept());
        foreach (var block in Blocks)
            yield return model.Crash($"{when}: power cut, names survive, bytes torn at {block}", All, file => file.Torn(block));
        for (var i = 0; i < randomStates; i++)
        {
            yield return model.Crash($"{when}: power cut, random state {i}",
                folder => random.NextInt(folder.Pending.Count + 1),
                file => Any(file, random));
        }

        static int All(FolderNode folder) => int.MaxValue;
        static int None(FolderNode folder) => 0;
    }

    private static byte[] Any(FileNode file, RngCursor random)
    {
        var block = Blocks[random.NextInt(Blocks.Length)];
        return !file.HasPending ? file.Kept() : random.NextInt(4) switch
        {
            0 => file.Dropped(),
            1 => file.Kept(),
            2 => file.Torn(block),
            _ => file.Scattered(block, () => random.NextInt(2) == 0),
        };
    }
}
