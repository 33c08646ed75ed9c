using System.Globalization;
using Inkstone.Recipes;
using Inkstone.Training;

namespace Inkstone.Cli;

/// <summary>
/// A run in a terminal: one line that is written over while something goes on, and lines that stay. Without a terminal, plain lines, fewer of them.
/// </summary>
internal sealed class RunObserver(TextWriter output, bool interactive) : IRecipeObserver, IDisposable
{
    private const int BarWidth = 24;
    private const int SecondsBetweenLines = 10;
    private string _stage = "";
    private bool _lineOpen;
    private long _stepLines;
    private long _lastDrawn;
    private long _lastPlain;

    /// <summary>Says on standard error what is worth a line, and shows nothing else.</summary>
    public static IRecipeObserver Notes { get; } = new RunObserver(Console.Error, interactive: false);

    public void Stage(string name)
    {
        CloseLine();
        _stage = name;
        _lastPlain = Environment.TickCount64;
        if (interactive)
            Draw(name);
        else
            output.WriteLine(name);
    }

    public void Progress(long done, long? total, string unit)
    {
        var amount = total is > 0 ? $"{Number(done)} of {Number(total.Value)} {unit}" : $"{Number(done)} {unit}";
        if (interactive && Environment.TickCount64 - _lastDrawn >= 100)
            Draw(total is > 0 ? $"{_stage}  {Bar((double)done / total.Value)}  {amount}" : $"{_stage}  {amount}");
        else if (!interactive && IsTimeForALine())
            output.WriteLine($"{_stage}: {amount}");
    }

    public void Note(string text)
    {
        CloseLine();
        output.WriteLine(text);
    }

    public void Planned(TrainingPlan plan, RunFacts facts)
    {
        CloseLine();
        PlanText.Write(output, plan, facts);
    }

    public void Step(TrainingStep step, RunStatus status)
    {
        var bits = step.BitsPerByte is { } value ? Invariant($"{value:F3} bits/byte") : Invariant($"loss {step.Loss:F3}");
        var line = Invariant($"step {step.Number}/{status.Steps}  {bits}  {step.TokensPerSecond:N0} tokens/s  {100 * status.ShareOfPeak:F0} % of peak  {Time(status.Remaining)} left")
            + (status.DecayBegan ? "  decaying" : "");
        if (interactive)
        {
            if (Environment.TickCount64 - _lastDrawn >= 100)
                Draw($"{Bar((double)step.Number / status.Steps)}  {line}");
        }
        else if (_stepLines++ == 0 || step.Number == status.Steps || IsTimeForALine())
        {
            output.WriteLine(line);
        }
    }

    public void Validated(ValidationPoint point)
    {
        CloseLine();
        output.WriteLine(Invariant($"  held-out sample at step {point.Step}, minute {point.Minutes:F1}: {point.BitsPerByte:F3} bits per byte"));
    }

    public void Sample(GeneratedSample sample)
    {
        CloseLine();
        var text = TerminalText.Safe((sample.Prompt + sample.Text).TrimEnd());
        output.WriteLine("  │ " + text.Replace("\n", "\n  │ ", StringComparison.Ordinal) + (sample.Ended ? " ▪" : " …"));
    }

    public void Dispose() => CloseLine();

    /// <summary>Without a terminal, one line in ten seconds says how far things are.</summary>
    private bool IsTimeForALine()
    {
        if (Environment.TickCount64 - _lastPlain < SecondsBetweenLines * 1_000)
            return false;
        _lastPlain = Environment.TickCount64;
        return true;
    }

    private void Draw(string line)
    {
        var width = Math.Max(20, (interactive ? SafeWidth() : 200) - 1);
        output.Write("\r\u001b[K" + (line.Length > width ? line[..width] : line));
        output.Flush();
        _lineOpen = true;
        _lastDrawn = Environment.TickCount64;
    }

    private void CloseLine()
    {
        if (_lineOpen)
            output.Write("\r\u001b[K");
        _lineOpen = false;
    }

    private static int SafeWidth() => Console.WindowWidth is > 0 and var width ? width : 120;

    private static string Bar(double share)
    {
        var full = (int)Math.Round(Math.Clamp(share, 0, 1) * BarWidth);
        return new string('█', full) + new string('░', BarWidth - full);
    }

    private static string Time(double seconds) => seconds >= 3600 ? Invariant($"{seconds / 3600:F1} h") : seconds >= 60 ? Invariant($"{(int)seconds / 60}:{(int)seconds % 60:D2}") : Invariant($"{seconds:F0} s");

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
