using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Inkstone.Cli;

/// <summary>The help of a command with many options: in groups, each under a heading.</summary>
internal sealed class GroupedHelp : SynchronousCommandLineAction
{
    private const int Widest = 34;
    private readonly Command _command;
    private readonly List<(string Heading, Option[] Options)> _groups = [];

    private GroupedHelp(Command command) => _command = command;

    /// <summary>Gives a command a help of its own.</summary>
    /// <param name="command">The command; options that no group has come last.</param>
    /// <param name="groups">The groups.</param>
    public static void Of(Command command, IEnumerable<(string Heading, IEnumerable<Option> Options)> groups)
    {
        var help = new GroupedHelp(command);
        foreach (var (heading, options) in groups)
            if (options.ToArray() is { Length: > 0 } list)
                help._groups.Add((heading, list));
        command.Options.Add(new HelpOption { Action = help });
    }

    /// <summary>Whoever asks for help need not have typed the rest.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(_command.Description);
        output.WriteLine();
        output.WriteLine("Usage:");
        output.WriteLine($"  inkstone {_command.Name} {string.Join(' ', _command.Arguments.Select(argument => $"<{argument.Name}>"))} [options]");
        output.WriteLine();
        output.WriteLine("Arguments:");
        foreach (var argument in _command.Arguments)
            Write(output, $"<{argument.Name}>", argument.Description);
        foreach (var (heading, options) in _groups)
            Write(output, heading, options);
        Write(output, "Other", [.. _command.Options.Where(option => !_groups.Any(group => group.Options.Contains(option)))]);
        return 0;
    }

    private static void Write(TextWriter output, string heading, Option[] options)
    {
        if (options.Length == 0)
            return;
        output.WriteLine();
        output.WriteLine(heading + ":");
        foreach (var option in options)
        {
            var value = option.ValueType == typeof(bool) || option is HelpOption ? "" : $" <{option.HelpName ?? option.Name.TrimStart('-')}>";
            Write(output, string.Join(", ", [.. option.Aliases.Where(alias => alias.Length == 2 && alias[0] == '-' && alias != "-?"), option.Name]) + value, option.Description);
        }
    }

    private static void Write(TextWriter output, string name, string? description) =>
        output.WriteLine(name.Length <= Widest ? $"  {name.PadRight(Widest)} {description}" : $"  {name}\n  {new string(' ', Widest)} {description}");
}
