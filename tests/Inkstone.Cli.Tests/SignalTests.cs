using System.Runtime.InteropServices;

namespace Inkstone.Cli.Tests;

/// <summary>Ctrl-C and termination: what was trained is kept, and goes on to the same bits.</summary>
public sealed class SignalTests(TinyTraining training) : IClassFixture<TinyTraining>
{
    private const int Steps = 300;

    [UnixFact]
    public void AStoppedRunIsSavedAndGoesOnToTheSameBits()
    {
        Assert.Equal(0, Tool.Run("pretrain", "--config", training.Config("whole", Steps)).Exit);
        foreach (var (signal, code) in (IEnumerable<(string, int)>)[("INT", 130), ("TERM", 143)])
        {
            using (var run = Tool.Start("pretrain", "--config", training.Config(signal, Steps)))
            {
                run.WaitFor("step 1/");
                run.Signal(signal);
                Assert.Equal(code, run.WaitForExit());
                Assert.Contains($"Go on with: inkstone resume {training.In(signal)}", run.Error, StringComparison.Ordinal);
                Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
            }
            Assert.True(File.ReadLines(training.In(signal, "metrics.jsonl")).Count() < Steps, "the run was over before it was stopped");
            var resumed = Tool.Run("resume", training.In(signal), "--no-chat");
            Assert.True(resumed.Exit == 0, resumed.Error);
            Assert.Equal(training.Weights("whole"), training.Weights(signal));
            Assert.Equal(Steps, File.ReadLines(training.In(signal, "metrics.jsonl")).Count());
        }
    }

    [UnixFact]
    public void ASecondInterruptEndsAtOnce()
    {
        // one step of this run takes minutes, and the first interrupt waits for its end
        using var run = Tool.Start("pretrain", "--config", training.Config("slow", 10, more: ", \"accumulation\": 20000"));
        run.WaitFor("training\n");
        run.Signal("INT");
        Thread.Sleep(300);
        Assert.False(run.HasExited);
        run.Signal("INT");
        Assert.Equal(130, run.WaitForExit());
        Assert.False(Directory.Exists(training.In("slow", "checkpoints")));
    }

    [Fact]
    public void TheFirstSignalIsHeldBackAndTheSecondIsNot()
    {
        using var listening = StopSignals.Listen();
        Assert.True(IsHeldBack(PosixSignal.SIGTERM));
        Assert.Equal(143, StopSignals.ExitCode);
        Assert.True(StopSignals.Command.IsCancellationRequested);
        Assert.False(IsHeldBack(PosixSignal.SIGINT));
    }

    [Fact]
    public void AnInterruptInAnAnswerStopsTheAnswerAlone()
    {
        using var listening = StopSignals.Listen();
        using (var answer = StopSignals.BeginAnswer())
        {
            Assert.True(IsHeldBack(PosixSignal.SIGINT));
            Assert.True(answer.IsCancellationRequested);
            Assert.False(StopSignals.Command.IsCancellationRequested);
            Assert.False(IsHeldBack(PosixSignal.SIGINT)); // the second ends the process
            StopSignals.EndAnswer();
        }
        Assert.True(IsHeldBack(PosixSignal.SIGINT));
        Assert.True(StopSignals.Command.IsCancellationRequested);
    }

    [UnixFact]
    public void AnInterruptInAChatStopsTheAnswerAndTheNextEndsTheProgram()
    {
        using var chat = Tool.Start("chat", training.Finished(), "--temperature", "0", "--max-tokens", "30000", "--repetition-penalty", "1");
        chat.WaitFor("> ");
        chat.Input.WriteLine("The bufferstream returns");
        chat.Input.Flush();
        chat.WaitFor("> The bufferstream returns");
        chat.Signal("INT");
        chat.WaitFor("[stopped]\n\n> ");
        chat.Signal("INT");
        Assert.Equal(130, chat.WaitForExit());
        Assert.DoesNotContain("   at ", chat.Error, StringComparison.Ordinal);
    }

    [UnixFact]
    public void ACommandThatWaitsForInputIsInterrupted()
    {
        using var encode = Tool.Start("tokenizer", "encode", Path.Combine(training.Finished(), "tokenizer.json"));
        Thread.Sleep(1_000); // it says nothing while it waits
        encode.Signal("INT");
        Assert.Equal(130, encode.WaitForExit());
    }

    private static bool IsHeldBack(PosixSignal signal)
    {
        var context = new PosixSignalContext(signal);
        StopSignals.Handle(context);
        return context.Cancel;
    }
}
