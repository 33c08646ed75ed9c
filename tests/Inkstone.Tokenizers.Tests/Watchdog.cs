namespace Inkstone.Tokenizers.Tests;

/// <summary>Ends a test that hangs: what a test asserts is counted work, and this is far longer than that takes.</summary>
internal static class Watchdog
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs a test on a thread of its own.</summary>
    public static void Guard(Action test)
    {
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                test();
            }
            catch (Exception error)
            {
                failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(error);
            }
        })
        { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(Limit), $"not done after {Limit}");
        failure?.Throw();
    }
}
