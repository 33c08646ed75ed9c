using System.Globalization;
using System.Runtime.CompilerServices;
using Inkstone.Foundation.Errors;

namespace Inkstone.Tokenizers;

/// <summary>One rendering under way: where it stands, what it has spent, and what is defined everywhere.</summary>
internal sealed class RenderState(ChatTemplateLimits limits, TimeProvider clock)
{
    private const int TextPerStep = 8;
    private readonly ChatTemplateLimits _limits = limits;
    private long _steps = limits.MaximumSteps;
    private int _depth;

    /// <summary>The line of the template being rendered.</summary>
    public int Line { get; set; } = 1;

    /// <summary>What <c>strftime_now</c> reads.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>The variables given from outside.</summary>
    public Dictionary<string, TemplateValue> Context { get; } = new(StringComparer.Ordinal);

    /// <summary>Steps taken so far.</summary>
    public long Spent => _limits.MaximumSteps - _steps;

    /// <summary>An error at the present line.</summary>
    public InkstoneFormatException Error(string what) => TemplateErrors.At(Line, what);

    /// <summary>Counts steps.</summary>
    public void Spend(long steps)
    {
        if ((_steps -= steps) < 0)
            throw TemplateErrors.At(Line, "the template takes too many steps",
                string.Create(CultureInfo.InvariantCulture, $"at most {_limits.MaximumSteps} steps"));
    }

    /// <summary>Counts a step of something that contains itself, and that there is stack left for it.</summary>
    public void Enter()
    {
        Spend(1);
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Error("the template or its values nest too deeply");
    }

    /// <summary>Counts characters written after others, and their sum.</summary>
    public void SpendText(int characters, int before)
    {
        CheckText((long)before + characters);
        Spend(characters / TextPerStep + 1);
    }

    /// <summary>Checks the length of a text before it is made.</summary>
    public void CheckText(long characters)
    {
        if (characters > _limits.MaximumOutputLength)
            throw TemplateErrors.At(Line, "the template writes too long a text",
                string.Create(CultureInfo.InvariantCulture, $"at most {_limits.MaximumOutputLength} characters"));
    }

    /// <summary>Goes into a macro or a recursive loop.</summary>
    public void Descend()
    {
        Enter();
        if (++_depth > _limits.MaximumDepth)
            throw TemplateErrors.At(Line, "the template calls itself too deeply",
                string.Create(CultureInfo.InvariantCulture, $"at most {_limits.MaximumDepth} calls within each other"));
    }

    /// <summary>Comes back.</summary>
    public void Ascend() => _depth--;
}
