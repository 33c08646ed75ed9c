using Inkstone.Foundation.Randomness;
using Inkstone.Tensors;

namespace Inkstone.Models;

/// <summary>
/// One pass through a network, handed down explicitly: which rows, where they sit, what they may see, what they remember. A batch is ragged and flat,
/// [rows, width]; a row is a token id, or a vector that the caller gives to the blocks itself.
/// Networks are written once against this class; training, serving and inspection are different passes.
/// </summary>
public abstract class Pass
{
    private readonly Dictionary<object, (Tensor, Tensor)> _tables = [];

    /// <summary>Makes a pass over rows.</summary>
    /// <param name="tokens">The rows' token ids, Int32 [rows]; missing when the rows are vectors.</param>
    /// <param name="positions">The rows' positions, Int32 [rows].</param>
    /// <param name="layout">How the rows lie in sequences.</param>
    protected Pass(Tensor tokens, Tensor positions, TokenLayout layout)
    {
        Tokens = tokens;
        Positions = positions;
        Layout = layout;
    }

    /// <summary>The rows' token ids, Int32 [rows]; missing when the rows are vectors.</summary>
    public Tensor Tokens { get; protected set; }

    /// <summary>The rows' positions in their sequences, Int32 [rows].</summary>
    public Tensor Positions { get; protected set; }

    /// <summary>How the rows lie in sequences.</summary>
    public TokenLayout Layout { get; protected set; }

    /// <summary>The rows whose output is wanted, Int32; missing means all. <see cref="Model.Forward"/> returns these rows alone.</summary>
    public Tensor WantedRows { get; protected set; }

    /// <summary>The stream of dropout; null drops nothing.</summary>
    public Rng? Random { get; init; }

    /// <summary>Who watches the intermediates.</summary>
    public ITap? Taps { get; init; }

    /// <summary>
    /// The encoder's pass, when the model has one. The pass of an encoder-decoder is its target's: the source hangs on it, so that the decoder's blocks are
    /// blocks like any other.
    /// </summary>
    public Pass? Source { get; protected set; }

    /// <summary>
    /// Of a source: what the encoder made of its rows, [rows, width]. The model sets it before the decoder runs; an <see cref="ISourceMemory"/> makes keys and
    /// values of it. <see cref="BlockStack"/> knows of it, so that gradient reaches the encoder through recomputed blocks too.
    /// </summary>
    public Tensor Encoded { get; set; }

    /// <summary>Whether products must give a row the same bits whatever rows stand beside it (serving).</summary>
    public abstract bool BatchInvariant { get; }

    /// <summary>How many rows there are.</summary>
    public int RowCount => Layout.RowCount;

    /// <summary>The one door to self-attention: queries look at the keys this pass gives them, the new ones included.</summary>
    /// <param name="layer">The layer, which names the memory.</param>
    /// <param name="queries">[rows, heads, key width].</param>
    /// <param name="keys">[rows, key-value heads, key width].</param>
    /// <param name="values">[rows, key-value heads, value width].</param>
    /// <param name="form">What is constant of the layer.</param>
    /// <param name="sinks">[heads] or missing.</param>
    /// <param name="bias">The tensor of the form's score bias, or missing.</param>
    /// <returns>[rows, heads, value width].</returns>
    public abstract Tensor Attend(
        int layer, Tensor queries, Tensor keys, Tensor values, AttentionForm form, Tensor sinks = default, Tensor bias = default);

    /// <summary>
    /// Attention of a second stream of queries over the keys and values that <see cref="Attend"/> was just given for this layer (XLNet's two streams, Yang et
    /// al. 2019, section 2.3). It appends nothing.
    /// </summary>
    /// <param name="layer">The layer, whose <see cref="Attend"/> came right before.</param>
    /// <param name="queries">[rows, heads, key width].</param>
    /// <param name="form">What is constant of the second stream.</param>
    /// <param name="bias">The tensor of the form's score bias, or missing.</param>
    /// <returns>[rows, heads, value width].</returns>
    public abstract Tensor AttendAgain(int layer, Tensor queries, AttentionForm form, Tensor bias = default);

    /// <summary>
    /// The one door to recurrent state: runs a recurrence over the rows, each sequence from what this pass remembers of it (nothing: zeros), and remembers what
    /// it becomes.
    /// </summary>
    /// <param name="layer">The layer, which names the memory.</param>
    /// <param name="x">[rows, input width].</param>
    /// <param name="recurrence">What is run; mostly the layer itself.</param>
    /// <returns>[rows, width].</returns>
    public abstract Tensor Recall(int layer, Tensor x, IRecurrence recurrence);

    /// <summary>Cross-attention to the <see cref="Source"/>: the memory is asked for keys and values when the pass does not hold them.</summary>
    public abstract Tensor AttendSource(int layer, Tensor queries, ISourceMemory memory, AttentionForm form, Tensor bias = default);

    /// <summary>Names an intermediate and returns it, changed or not; one null check when nobody watches.</summary>
    public Tensor Tap(int layer, Site site, Tensor value) => Taps is null ? value : Taps.At(layer, site, value);

    /// <summary>The random stream of one use within the pass; null when nothing is to be dropped.</summary>
    public Rng? RandomFor(int layer, string use) => Random?.Split(layer).Split(use);

    /// <summary>Dropout of an intermediate; what it was when nothing is to be dropped.</summary>
    public Tensor Drop(Tensor x, double share, int layer, string use) => share > 0 && RandomFor(layer, use) is { } rng ? x.Dropout(share, rng) : x;

    /// <summary>The wanted rows of a whole result.</summary>
    public Tensor Wanted(Tensor x) => WantedRows.IsMissing ? x : x.Rows(WantedRows);

    /// <summary>The highest position of any row; −1 when there are no rows.</summary>
    public abstract int LongestPosition { get; }

    /// <summary>Two tables that depend on the rows alone (rotary angles), made once a pass by <paramref name="make"/>.</summary>
    internal (Tensor First, Tensor Second) Table(object owner, Func<Pass, (Tensor, Tensor)> make)
    {
        if (!_tables.TryGetValue(owner, out var table))
            _tables[owner] = table = make(this);
        return table;
    }

    /// <summary>Forgets the tables; for passes that are used again with other rows.</summary>
    protected void ForgetTables() => _tables.Clear();
}
