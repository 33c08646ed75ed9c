namespace Inkstone.Cli.Tests;

/// <summary>A test of signals and shells, which Windows has none of.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs signals and a shell" : null;
}

/// <summary>A test with rows of signals and shells, which Windows has none of.</summary>
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "needs signals and a shell" : null;
}

/// <summary>A test that may mount a small disk of its own.</summary>
public sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute() => Skip = SmallDisk.IsPossible ? null : "needs Linux and the right to mount a file system";
}

/// <summary>A test with rows of what only Linux says of a process.</summary>
public sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = OperatingSystem.IsLinux() ? null : "needs Linux's /proc";
}
