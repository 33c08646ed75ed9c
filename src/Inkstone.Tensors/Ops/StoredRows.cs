namespace Inkstone.Tensors;

public readonly partial struct Tensor
{
    /// <summary>
    /// Overwrites rows of keys or values [rows, heads, elements] with numbers [rows, heads, width], stored as <see cref="RowStorage"/> says; nothing is recorded.
    /// </summary>
    public void WriteRows(in Tensor source)
    {
        if (RowStorages.Of(this) != RowStorage.Rounded)
        {
            Write(source);
            return;
        }
        ShapeError.RequireSameBackend("write rows", source, this);
        ShapeError.RequireShape("write rows", source, _shape.With(-1, RowStorages.Width(this)), "a source");
        Backend.RoundRows(source, this);
    }

    /// <summary>Rows of keys or values as plain numbers of the backend's own type.</summary>
    internal Tensor PlainRows()
    {
        if (RowStorages.Of(this) == RowStorage.Single)
            return this;
        var plain = Empty(_shape.With(-1, RowStorages.Width(this)), null, Backend);
        if (RowStorages.Of(this) == RowStorage.Half)
            Backend.Copy(this, plain);
        else
            Backend.UnroundRows(this, plain);
        return plain;
    }
}
