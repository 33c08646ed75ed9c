using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Inkstone.Tokenizers.Tests;

/// <summary>npm tokenizers at work in a process of its own (tests/oracles/encode-peer.js), asked a line at a time.</summary>
internal sealed class NodePeer : IDisposable
{
    private readonly Process _process;

    /// <summary>The folder of node modules named by INKSTONE_PEERS, or null where comparing live is not asked for.</summary>
    public static string? Modules { get; } = Environment.GetEnvironmentVariable("INKSTONE_PEERS") is { Length: > 0 } folder ? folder : null;

    /// <summary>A peer that has yet to be given a tokenizer, or tiktoken with a rank file and a pattern.</summary>
    public NodePeer(params string[] arguments)
    {
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Oracles", "encode-peer.js"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["NODE_PATH"] = Modules;
        _process = Process.Start(start)!;
    }

    /// <summary>A peer with a tokenizer.</summary>
    public NodePeer(byte[] tokenizerJson)
        : this(Array.Empty<string>())
    {
        if (!Load(tokenizerJson))
            throw new InvalidOperationException("The peer refuses the tokenizer.");
    }

    /// <summary>Takes another tokenizer; false where the peer refuses it.</summary>
    public bool Load(byte[] tokenizerJson) => Ask(new JsonObject { ["load"] = Encoding.UTF8.GetString(tokenizerJson) })["error"] is null;

    /// <summary>Asks one thing.</summary>
    public JsonNode Ask(JsonObject request) => JsonNode.Parse(AskText(request))!;

    /// <summary>Asks one thing and leaves the answer as it is.</summary>
    public string AskText(JsonObject request)
    {
        _process.StandardInput.WriteLine(request.ToJsonString());
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The peer has ended.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit(5000);
        _process.Dispose();
    }
}

/// <summary>A test beside live peers; INKSTONE_PEERS names a folder of node modules with tokenizers 0.23.2 and tiktoken.</summary>
internal sealed class PeerTheoryAttribute : TheoryAttribute
{
    public PeerTheoryAttribute() => Skip = NodePeer.Modules is null ? "compares with live peers only where INKSTONE_PEERS names a folder of node modules" : SharedData.Root is null ? "needs ../shared/data, which is not there" : null;
}
