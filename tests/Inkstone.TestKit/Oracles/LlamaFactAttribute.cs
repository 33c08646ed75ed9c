using Xunit;

namespace Inkstone.TestKit;

/// <summary>A test beside live llama.cpp or ggml; INKSTONE_LLAMA names a folder of node modules with node-llama-cpp 3.22.1.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class LlamaFactAttribute : FactAttribute
{
    public static string? Modules { get; } = Environment.GetEnvironmentVariable("INKSTONE_LLAMA") is { Length: > 0 } folder ? folder : null;

    public LlamaFactAttribute() => Skip = Modules is null ? "compares with live llama.cpp only where INKSTONE_LLAMA names a folder of node modules" : null;
}
