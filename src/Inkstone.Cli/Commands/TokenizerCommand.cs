using System.CommandLine;

namespace Inkstone.Cli;

internal static class TokenizerCommand
{
    public static Command Create() => new(
        "tokenizer",
        """
        Train a tokenizer, or use one.

        Examples:
          inkstone tokenizer train docs/ --vocabulary 8192 --output docs-tokenizer.json
          inkstone tokenizer encode docs-tokenizer.json --text "bright moonlight"
          inkstone tokenizer decode docs-tokenizer.json 17 42 256
          inkstone tokenizer inspect docs-tokenizer.json --text "bright moonlight"
        """)
    {
        TokenizerTrainCommand.Create(),
        TokenizerEncodeCommand.Create(),
        TokenizerDecodeCommand.Create(),
        TokenizerInspectCommand.Create(),
        TokenizerCompareCommand.Create(),
        TokenizerConvertCommand.Create(),
        TokenizerEditCommand.Create(),
        TokenizerChatCommand.Create(),
        TokenizerSegmentCommand.Create(),
        TokenizerSegmentCommand.CreateTrain(),
    };

    /// <summary>The argument that commands share.</summary>
    public static Argument<string> FileArgument() => new("TOKENIZER") { Description = "A tokenizer.json, SentencePiece .model, .tiktoken file, vocab.txt or vocab.json, or a folder that holds one." };
}
