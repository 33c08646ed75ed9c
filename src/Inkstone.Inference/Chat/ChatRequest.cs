namespace Inkstone.Inference;

/// <summary>A chat request that has been read.</summary>
/// <param name="Prompt">What is continued.</param>
/// <param name="Generation">How.</param>
/// <param name="Form">What the answer may hold.</param>
/// <param name="Answer">Reads the answer; it has read already what of it the prompt holds.</param>
internal sealed record ChatRequest(int[] Prompt, GenerationOptions Generation, AnswerForm Form, AnswerReader Answer);
