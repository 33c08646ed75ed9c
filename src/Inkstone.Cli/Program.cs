using System.CommandLine;
using Inkstone.Cli;

var root = new RootCommand(
    "Inkstone: the complete language-model stack in C#, from a folder of text to a served assistant.\n\nBegin with: inkstone quickstart")
{
    QuickstartCommand.Create(),
    PretrainCommand.Create(),
    ResumeCommand.Create(),
    GenerateCommand.Create(),
    ChatCommand.Create(),
    TokenizerCommand.Create(),
    ShowCommand.Create(),
    ConvertCommand.Create(),
    QuantizeCommand.Create(),
    PerplexityCommand.Create(),
    EmbedCommand.Create(),
    PlanCommand.Create(),
    BenchCommand.Create(),
    DoctorCommand.Create(),
};
return await CommandRunner.RunAsync(root, args).ConfigureAwait(false);
