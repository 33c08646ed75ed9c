namespace Inkstone.Inference;

/// <summary>How a model writes tool calls into its answer.</summary>
public enum ToolCallFormat
{
    /// <summary>The one that the chat template writes.</summary>
    Automatic,

    /// <summary>None: tools are refused.</summary>
    None,

    /// <summary>Hermes and Qwen: <c>&lt;tool_call&gt;{"name": …, "arguments": {…}}&lt;/tool_call&gt;</c>, any number of them.</summary>
    Hermes,

    /// <summary>Llama 3: <c>{"name": …, "parameters": {…}}</c> as the whole answer or after <c>&lt;|python_tag|&gt;</c>; several are parted by semicolons.</summary>
    Llama3,

    /// <summary>Mistral: <c>[TOOL_CALLS] [{"name": …, "arguments": {…}}, …]</c>, or <c>[TOOL_CALLS]name[ARGS]{…}</c>, any number of them.</summary>
    Mistral,
}
