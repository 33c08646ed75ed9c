namespace Inkstone.Recipes;

/// <summary>What benches of text read, beyond what every machine with a .NET SDK has.</summary>
public sealed record BenchInputs
{
    /// <summary>A file or folder of text to encode; null for the API documentation of the .NET SDK.</summary>
    public string? Text { get; init; }

    /// <summary>
    /// A folder of published vocabularies: <c>gpt2/tokenizer.json</c>, <c>tiktoken/cl100k_base.tiktoken</c>, <c>bert/bert-base-uncased-vocab.txt</c>,
    /// <c>xlnet/spiece.model</c>. What is not there is not measured.
    /// </summary>
    public string? Tokenizers { get; init; }
}
