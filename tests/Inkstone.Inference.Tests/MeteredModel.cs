using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Inference.Tests;

/// <summary>A model that notes, whenever a pass begins, how many managed bytes its thread has allocated: between two notes lies one whole turn of an engine.</summary>
internal sealed class MeteredModel(Model model) : WrappedModel(model)
{
    private readonly List<(int Rows, long Allocated)> _notes = new(10_000);

    /// <summary>How many passes have begun.</summary>
    public int PassCount => _notes.Count;

    public override Tensor Forward(Pass pass)
    {
        _notes.Add((pass.RowCount, GC.GetAllocatedBytesForCurrentThread()));
        return base.Forward(pass);
    }

    /// <summary>Bytes of each turn that computed this many rows, and so did the next; call it when the engine has stopped.</summary>
    public List<long> BytesOfTurns(int rows)
    {
        var bytes = new List<long>();
        for (var i = 0; i + 1 < _notes.Count; i++)
            if (_notes[i].Rows == rows && _notes[i + 1].Rows == rows)
                bytes.Add(_notes[i + 1].Allocated - _notes[i].Allocated);
        return bytes;
    }
}
