using System.Runtime.InteropServices;
using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Files;

/// <summary>
/// Makes the names in a folder durable. .NET has no call for it, so on Linux and macOS the C library's fsync is called on
/// the folder. On Windows this does nothing: a folder cannot be flushed there, and NTFS journals the names itself.
/// </summary>
internal static partial class FolderFlush
{
    private const int ReadOnly = 0;          // O_RDONLY
    private const int CloseOnExec = 0x80000; // O_CLOEXEC on Linux; macOS has another value and gets none
    private const int Interrupted = 4;       // EINTR
    private const int BadFile = 9;           // EBADF, EINVAL, ENOTSUP: this file system cannot flush a folder
    private const int Invalid = 22;
    private static readonly int NotSupported = OperatingSystem.IsMacOS() ? 45 : 95;

    /// <summary>Flushes a folder; a file system that has no such thing is left alone.</summary>
    public static void Flush(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InkstoneNotFoundException("cannot flush the folder: it is not there", folder);
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, OperatingSystem.IsLinux() ? ReadOnly | CloseOnExec : ReadOnly);
        if (descriptor < 0)
            throw Failed(folder);
        try
        {
            while (Synchronise(descriptor) != 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error is BadFile or Invalid || error == NotSupported)
                    return;
                if (error != Interrupted)
                    throw Failed(folder);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static InkstoneException Failed(string folder)
    {
        var error = Marshal.GetLastPInvokeError();
        return FileErrors.Explain(new IOException(Marshal.GetPInvokeErrorMessage(error), error), "cannot flush the folder to disk", folder);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
