using Inkstone.Foundation.Errors;

namespace Inkstone.Models;

/// <summary>The tensors of a checkpoint by name, whatever kind of file holds them.</summary>
public abstract class TensorStore : IDisposable
{
    /// <summary>The folder or file.</summary>
    public abstract string Path { get; }

    /// <summary>All tensors' names.</summary>
    public abstract IEnumerable<string> Names { get; }

    /// <summary>How many numbers all tensors have.</summary>
    public abstract Int128 Count { get; }

    /// <summary>Whether there is a tensor of a name.</summary>
    public abstract bool Has(string name);

    /// <summary>A tensor by its name; null when there is none.</summary>
    /// <exception cref="InkstoneFormatException">Its numbers are in a format that cannot be read; the error names it.</exception>
    public abstract StoredTensor? Find(string name);

    /// <summary>Throws, naming it, when a tensor is in a format that is not read: before any weight is.</summary>
    /// <param name="isIgnored">Which tensors are not read in any case; null: none.</param>
    public void RequireFormats(Func<string, bool>? isIgnored = null)
    {
        foreach (var name in Names)
            if (isIgnored?.Invoke(name) != true)
                Find(name);
    }

    /// <summary>Closes the files; tensors in place stay.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the files.</summary>
    protected abstract void Dispose(bool disposing);
}
