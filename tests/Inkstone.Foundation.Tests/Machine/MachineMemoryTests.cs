using Inkstone.Foundation.Machine;

namespace Inkstone.Foundation.Tests.Machine;

public sealed class MachineMemoryTests : IDisposable
{
    private const string MegaByte = "1048576";
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void WithoutGroupsTheMachinesOwnFiguresHold()
    {
        Write("proc/meminfo", "MemTotal:       2000 kB\nMemFree:  10 kB\nMemAvailable:   1500 kB\n");
        Assert.Equal(new MachineMemory(2000 << 10, 1500 << 10, false), MachineMemory.Read(_root.Path));
    }

    [Fact]
    public void OldKernelsHaveNoFigureOfWhatIsAvailable()
    {
        Write("proc/meminfo", "MemTotal: 2000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 300 kB\n");
        Assert.Equal(420 << 10, MachineMemory.Read(_root.Path)!.FreeBytes);
    }

    [Fact]
    public void AGroupsLimitHoldsLessItsUseWithoutCopiesOfFiles()
    {
        Machine("0::/a/b\n");
        Write("sys/fs/cgroup/a/b/memory.max", "1000000\n");
        Write("sys/fs/cgroup/a/b/memory.current", "700000\n");
        Write("sys/fs/cgroup/a/b/memory.stat", "anon 300000\nfile 400000\ninactive_file 250000\nactive_file 50000\n");
        Assert.Equal(new MachineMemory(1_000_000, 600_000, true), MachineMemory.Read(_root.Path));
    }

    [Fact]
    public void AGroupAroundTheProcesssOwnLimitsItToo()
    {
        Machine("0::/a/b\n");
        Write("sys/fs/cgroup/a/b/memory.max", "max\n");
        Write("sys/fs/cgroup/a/memory.max", "500000\n");
        Write("sys/fs/cgroup/a/memory.current", "100000\n");
        Assert.Equal(new MachineMemory(500_000, 400_000, true), MachineMemory.Read(_root.Path));
    }

    [Fact]
    public void GroupsOfTheFirstVersionCountTheirChildren()
    {
        Machine("3:cpuset:/\n4:memory,hugetlb:/x\n0::/\n");
        Write("sys/fs/cgroup/memory/x/memory.limit_in_bytes", "800000\n");
        Write("sys/fs/cgroup/memory/x/memory.usage_in_bytes", "500000\n");
        Write("sys/fs/cgroup/memory/x/memory.stat", "inactive_file 1\ntotal_inactive_file 100000\ntotal_active_file 0\n");
        Assert.Equal(new MachineMemory(800_000, 400_000, true), MachineMemory.Read(_root.Path));
    }

    [Fact]
    public void InAContainerTheTopOfWhatItSeesIsItsOwn()
    {
        Machine("0::/system.slice/docker-123.scope\n");
        Write("sys/fs/cgroup/memory.max", MegaByte + "\n");
        Assert.Equal(1 << 20, MachineMemory.Read(_root.Path)!.FreeBytes);
    }

    [Theory]
    [InlineData("9223372036854771712")]
    [InlineData("max")]
    [InlineData("-5")]
    [InlineData("")]
    public void ALimitThatIsNoneChangesNothing(string text)
    {
        Machine("0::/a\n");
        Write("sys/fs/cgroup/a/memory.max", text);
        Assert.False(MachineMemory.Read(_root.Path)!.IsLimited);
    }

    [Fact]
    public void MoreUsedThanAllowedLeavesNothing()
    {
        Machine("0::/a\n");
        Write("sys/fs/cgroup/a/memory.max", "1000");
        Write("sys/fs/cgroup/a/memory.current", "5000");
        Assert.Equal(0, MachineMemory.Read(_root.Path)!.FreeBytes);
    }

    [Fact]
    public void WithoutFiguresThereIsNoAnswer()
    {
        Assert.Null(MachineMemory.Read(_root.Path));
        Write("proc/meminfo", "nothing of use\n");
        Assert.Null(MachineMemory.Read(_root.Path));
    }

    [Fact]
    public void ThisMachineHasMemory()
    {
        var memory = MachineMemory.Read();
        Assert.InRange(memory.FreeBytes, 1 << 20, memory.TotalBytes);
    }

    private void Machine(string groups)
    {
        Write("proc/meminfo", "MemTotal: 16000000 kB\nMemAvailable: 12000000 kB\n");
        Write("proc/self/cgroup", groups);
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root[name])!);
        File.WriteAllText(_root[name], text);
    }
}
