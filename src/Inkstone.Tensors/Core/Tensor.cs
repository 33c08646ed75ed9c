using System.Runtime.CompilerServices;
using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Tensors;

/// <summary>
/// An n-dimensional array: a view (offset, shape, strides) into a <see cref="Tensors.Storage"/>. Up to six axes, held inline;
/// a value to pass around, not an object to dispose. Operations are methods; each is one file of <c>Ops/</c>.
/// </summary>
public readonly partial struct Tensor
{
    private readonly Storage? _storage;
    private readonly int _generation;
    private readonly Shape _shape;
    private readonly Strides _strides;

    internal Tensor(Storage storage, ElementType type, long offset, in Shape shape, in Strides strides, long node = 0)
    {
        _storage = storage;
        _generation = storage.Generation;
        Type = type;
        Offset = offset;
        _shape = shape;
        _strides = strides;
        Node = node;
    }

    /// <summary>What an element is.</summary>
    public ElementType Type { get; }

    /// <summary>Elements before the first one of this view.</summary>
    internal long Offset { get; }

    /// <summary>This value's place on a tape; zero when nothing recorded it, <see cref="Tape.ParameterNode"/> for a parameter's value.</summary>
    internal long Node { get; }

    /// <summary>The extents, outermost first.</summary>
    public Shape Shape => _shape;

    /// <summary>How far apart neighbours along each axis are, in elements.</summary>
    internal Strides Strides => _strides;

    /// <summary>How many axes there are.</summary>
    public int Rank => _shape.Rank;

    /// <summary>How many elements there are.</summary>
    public long Count => _shape.Count;

    /// <summary>Whether this is <c>default</c>, a tensor of nothing.</summary>
    public bool IsMissing => _storage is null;

    /// <summary>Where the tensor lives and who computes on it.</summary>
    public Backend Backend => Storage.Backend;

    /// <summary>The memory looked into.</summary>
    /// <exception cref="InkstoneLifetimeException">The memory went back to the pool.</exception>
    internal Storage Storage
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (_storage is null)
                throw new InkstoneLifetimeException("a missing tensor (default) was used", "tensor");
            return _storage.Generation == _generation ? _storage : throw Storage.UsedAfterScope();
        }
    }

    /// <summary>Whether the elements lie one after another in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var axis = Rank - 1; axis >= 0; axis--)
            {
                if (_shape[axis] != 1 && _strides[axis] != expected)
                    return Count == 0;
                expected *= _shape[axis];
            }
            return true;
        }
    }

    /// <summary>A tensor whose elements are whatever the memory held; for operations that write every one.</summary>
    public static Tensor Empty(in Shape shape, ElementType? type = null, Backend? backend = null)
    {
        backend ??= Backend.Default;
        var elementType = type ?? backend.Float;
        var storage = backend.Pool.Rent(checked(shape.Count * elementType.Size()));
        if (PoolScope.Current is { } scope)
            scope.Add(storage);
        else
        {
            backend.Pool.Forget(storage);
            storage.MarkKept();
        }
        return new Tensor(storage, elementType, 0, shape, Strides.Contiguous(shape));
    }

    /// <summary>A tensor of one value everywhere.</summary>
    public static Tensor Full(in Shape shape, double value, ElementType? type = null, Backend? backend = null)
    {
        var result = Empty(shape, type, backend);
        result.Backend.Fill(result, value);
        return result;
    }

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(in Shape shape, ElementType? type = null, Backend? backend = null) => Full(shape, 0, type, backend);

    /// <summary>A tensor of these numbers in row-major order, in the backend's own floating type.</summary>
    public static Tensor From(ReadOnlySpan<float> values, in Shape shape, Backend? backend = null)
    {
        var result = Empty(shape, null, backend);
        ShapeError.RequireCount("from values", shape, values.Length);
        result.Backend.Upload(values, result);
        return result;
    }

    /// <inheritdoc cref="From(ReadOnlySpan{float}, in Shape, Backend?)"/>
    public static Tensor From(ReadOnlySpan<double> values, in Shape shape, Backend? backend = null)
    {
        var result = Empty(shape, null, backend);
        ShapeError.RequireCount("from values", shape, values.Length);
        result.Backend.Upload(values, result);
        return result;
    }

    /// <summary>A tensor of these whole numbers in row-major order.</summary>
    public static Tensor From(ReadOnlySpan<int> values, in Shape shape, Backend? backend = null)
    {
        var result = Empty(shape, ElementType.Int32, backend);
        ShapeError.RequireCount("from values", shape, values.Length);
        result.Backend.Upload(values, result);
        return result;
    }

    /// <summary>Overwrites the elements with these numbers in row-major order.</summary>
    public void Write(ReadOnlySpan<float> values)
    {
        ShapeError.RequireCount("write", _shape, values.Length);
        Backend.Upload(values, this);
    }

    /// <summary>Overwrites the elements with another tensor's, of the same shape; nothing is recorded.</summary>
    public void Write(in Tensor source)
    {
        ShapeError.RequireShape("write", source, _shape, "a source");
        ShapeError.RequireSameBackend("write", source, this);
        Backend.Copy(source, this);
    }

    /// <summary>A tensor of normal numbers: element i is <c>mean + deviation · rng.NormalAt(i)</c>.</summary>
    public static Tensor RandomNormal(in Shape shape, Rng rng, double deviation = 1, double mean = 0, Backend? backend = null)
    {
        var result = Empty(shape, null, backend);
        result.Backend.FillNormal(rng, mean, deviation, result);
        return result;
    }

    /// <summary>A tensor of numbers uniform in [low, high): element i is <c>low + (high − low) · rng.UniformAt(i)</c>.</summary>
    public static Tensor RandomUniform(in Shape shape, Rng rng, double low = 0, double high = 1, Backend? backend = null)
    {
        var result = Empty(shape, null, backend);
        result.Backend.FillUniform(rng, low, high, result);
        return result;
    }

    /// <summary>A new tensor of this one's shape, type and backend, its elements whatever the memory held.</summary>
    public Tensor EmptyLike() => Empty(_shape, Type, Backend);

    /// <summary>A new tensor of zeros of this one's shape, type and backend.</summary>
    public Tensor ZerosLike() => Zeros(_shape, Type, Backend);

    /// <summary>Takes the tensor's memory out of its pool scope: it lives as long as it is referred to.</summary>
    public Tensor Keep()
    {
        var storage = Storage;
        if (storage.Scope is { } scope)
        {
            scope.Remove(storage);
            storage.Backend.Pool.Forget(storage);
            storage.MarkKept();
        }
        return this;
    }

    /// <summary>The elements in row-major order, as single-precision numbers.</summary>
    public float[] ToArray()
    {
        var result = new float[Count];
        CopyTo(result);
        return result;
    }

    /// <summary>Writes the elements in row-major order, as single-precision numbers.</summary>
    public void CopyTo(Span<float> destination)
    {
        ShapeError.RequireCount("copy to host", _shape, destination.Length);
        Backend.Download(this, destination);
    }

    /// <summary>The whole numbers of an <see cref="ElementType.Int32"/> tensor in row-major order.</summary>
    public int[] ToIntegers()
    {
        ShapeError.RequireType("copy to host", this, ElementType.Int32, "a tensor");
        var result = new int[Count];
        Backend.Download(this, result);
        return result;
    }

    /// <summary>The elements in row-major order, in double precision.</summary>
    public double[] ToDoubles()
    {
        var result = new double[Count];
        Backend.Download(this, result);
        return result;
    }

    /// <summary>The one element of a tensor of one element.</summary>
    public double ToScalar()
    {
        if (Count != 1)
            throw ShapeError.Of("to scalar", "one element", $"{Count} in {_shape}");
        Span<double> value = stackalloc double[1];
        Backend.Download(this, value);
        return value[0];
    }

    /// <summary>The same view under another place on the tape.</summary>
    internal Tensor AtNode(long node) => new(Storage, Type, Offset, _shape, _strides, node);

    /// <summary>Another view of the same memory, recorded nowhere.</summary>
    internal Tensor View(long offset, in Shape shape, in Strides strides) => new(Storage, Type, offset, shape, strides);

    /// <inheritdoc/>
    public override string ToString() => IsMissing ? "missing tensor" : $"{Type} {_shape}";
}
