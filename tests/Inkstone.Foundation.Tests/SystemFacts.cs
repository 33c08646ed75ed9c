using System.Diagnostics;

namespace Inkstone.Foundation.Tests;

/// <summary>A test of what only Linux has; elsewhere it is skipped with a message.</summary>
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "needs Linux";
}

/// <summary>A test of what Windows forbids; there it is skipped with a message.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "Windows keeps others from writing to a file that is read" : null;
}

/// <summary>A test on a real small disk, made with mount; skipped with a message where this process may not.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> Possible = new(() =>
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return false;
        using var folder = new TemporaryFolder();
        return SmallDisk.Mount(folder.Path) && SmallDisk.Unmount(folder.Path);
    });

    public SmallDiskFactAttribute() => Skip = Possible.Value ? null : "needs Linux and the right to mount a file system";
}

/// <summary>A file system of one mebibyte in memory.</summary>
internal static class SmallDisk
{
    public static bool Mount(string folder) => Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder);

    public static bool Unmount(string folder) => Run("umount", folder);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // there is no such program
        }
    }
}
