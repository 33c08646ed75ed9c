using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Formats;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>The names of GELU's two forms: <c>gelu</c> is by the error function, the others are by tanh and one formula.</summary>
internal static class ActivationNames
{
    private const string GgufName = "hidden_activation";
    private static readonly string[] Tanh = ["gelu_new", "gelu_pytorch_tanh", "gelu_fast"];

    /// <summary>Reads a member of <c>config.json</c>.</summary>
    public static UnaryFunction Read(JsonObjectReader json, string name, string otherwise) =>
        json.GetChoice(name, ["gelu", .. Tanh], otherwise) == "gelu" ? UnaryFunction.GeluErf : UnaryFunction.GeluTanh;

    /// <summary>The name in <c>config.json</c>.</summary>
    public static string Of(UnaryFunction activation) => activation == UnaryFunction.GeluErf ? "gelu" : Tanh[0];

    /// <summary>What a GGUF file says, which is nothing where the form is the family's published one.</summary>
    public static UnaryFunction Read(GgufFields fields, UnaryFunction published) => fields.FindString(GgufName) switch
    {
        null => published,
        "gelu" => UnaryFunction.GeluErf,
        var name when Tanh.Contains(name) => UnaryFunction.GeluTanh,
        var name => throw new InkstoneFormatException("the activation is not known", fields.Path, "gelu, " + string.Join(", ", Tanh), name),
    };

    /// <summary>Writes what <see cref="Read(GgufFields, UnaryFunction)"/> reads.</summary>
    public static void Write(GgufFieldWriter fields, UnaryFunction activation, UnaryFunction published)
    {
        if (activation != published)
            fields.Set(GgufName, Of(activation));
    }

    /// <summary>Throws unless a configuration's activation is a GELU.</summary>
    public static void RequireGelu(UnaryFunction activation)
    {
        if (activation is not (UnaryFunction.GeluErf or UnaryFunction.GeluTanh))
            throw new InkstoneRequestException("the family has no such activation", "Activation", "GeluErf or GeluTanh", activation.ToString());
    }
}
