using System.Runtime.CompilerServices;

namespace Inkstone.Tensors;

/// <summary>
/// A tensor's elements as double-precision numbers, whatever their type is in memory. Places count elements from the tensor's
/// first, as <see cref="Walk"/> gives them.
/// </summary>
internal readonly unsafe struct Cells
{
    private readonly byte* _first;
    private readonly ElementType _type;

    public Cells(in Tensor tensor)
    {
        _first = HostMemory.Address(tensor);
        _type = tensor.Type;
    }

    /// <summary>The element at a place. A real number written to a whole-number tensor loses its fraction.</summary>
    public double this[long place]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _type switch
        {
            ElementType.Float32 => ((float*)_first)[place],
            ElementType.Float64 => ((double*)_first)[place],
            ElementType.Int32 => ((int*)_first)[place],
            ElementType.Float16 => (double)((Half*)_first)[place],
            _ => HostMemory.FromBFloat16(((ushort*)_first)[place]),
        };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set
        {
            switch (_type)
            {
                case ElementType.Float32:
                    ((float*)_first)[place] = (float)value;
                    break;
                case ElementType.Float64:
                    ((double*)_first)[place] = value;
                    break;
                case ElementType.Int32:
                    ((int*)_first)[place] = (int)value;
                    break;
                case ElementType.Float16:
                    ((Half*)_first)[place] = (Half)value;
                    break;
                default:
                    ((ushort*)_first)[place] = HostMemory.ToBFloat16((float)value);
                    break;
            }
        }
    }

    /// <summary>The element at a place of an <see cref="ElementType.Int32"/> tensor.</summary>
    public int Integer(long place) => ((int*)_first)[place];
}
