using Inkstone.Foundation.Errors;

namespace Inkstone.Foundation.Files;

/// <summary>
/// Turns what .NET throws about files into errors that say what happened and what to do: missing is
/// <see cref="InkstoneNotFoundException"/> (exit 3); full, read-only, forbidden, locked or broken is
/// <see cref="InkstoneResourceException"/> (exit 5).
/// </summary>
public static class FileErrors
{
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int NoSpace = 28;       // ENOSPC
    private const int FileTooBig = 27;    // EFBIG
    private const int ReadOnlySystem = 30; // EROFS
    private const int WouldBlock = 11;    // EAGAIN: another process holds the lock
    private static readonly int QuotaExceeded = OperatingSystem.IsMacOS() ? 69 : 122; // EDQUOT

    /// <summary>Whether an exception is one of those that file operations throw.</summary>
    public static bool IsFileError(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>The error to throw in place of one of .NET's.</summary>
    /// <param name="cause">What .NET threw; see <see cref="IsFileError"/>.</param>
    /// <param name="what">What was tried, such as "cannot write the file".</param>
    /// <param name="path">The file or folder.</param>
    public static InkstoneException Explain(Exception cause, string what, string path) => cause switch
    {
        FileNotFoundException => new InkstoneNotFoundException($"{what}: there is no such file", path, cause: cause),
        DirectoryNotFoundException => new InkstoneNotFoundException($"{what}: there is no such folder", path, cause: cause),
        UnauthorizedAccessException => new InkstoneResourceException($"{what}: access is denied", path,
            fix: "Check the permissions, and that this is the kind of thing (file or folder) it should be.", cause: cause),
        PathTooLongException => new InkstoneResourceException($"{what}: the path is too long", path, cause: cause),
        _ when cause.HResult is NoSpace or FileTooBig or WindowsDiskFull or WindowsHandleDiskFull || cause.HResult == QuotaExceeded =>
            new InkstoneResourceException($"{what}: no space is left", path, fix: "Free space on that disk or choose another output folder.", cause: cause),
        _ when cause.HResult == ReadOnlySystem =>
            new InkstoneResourceException($"{what}: the file system is read-only", path, fix: "Choose an output folder that can be written.", cause: cause),
        _ when cause.HResult is WindowsSharingViolation or WouldBlock =>
            new InkstoneResourceException($"{what}: another process uses it", path, fix: "Wait for that process or end it.", cause: cause),
        _ => new InkstoneResourceException(what, path, found: cause.Message.TrimEnd('.'), cause: cause),
    };

    internal static void Guard(string what, string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception cause) when (IsFileError(cause))
        {
            throw Explain(cause, what, path);
        }
    }

    internal static T Guard<T>(string what, string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception cause) when (IsFileError(cause))
        {
            throw Explain(cause, what, path);
        }
    }
}
