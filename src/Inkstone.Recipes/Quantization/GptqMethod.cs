using Inkstone.Models;
using Inkstone.Tensors;

namespace Inkstone.Recipes;

/// <summary>
/// GPTQ (Frantar et al. 2022): the moments of each matrix's inputs, as they come through the blocks quantised before; then its columns in sequence, each making up for the
/// errors of those before it (<see cref="ErrorFeedback"/>).
/// </summary>
internal sealed class GptqMethod(PlacedModel placed, QuantizationOptions options) : ILayerwiseMethod
{
    // moments are filled for as many matrices at a time as fit into this
    private const long MomentBytes = 1L << 30;
    private const int NumbersAtOnce = 1 << 24;

    public Dictionary<string, byte[]> Quantize(BlockInputs inputs, IReadOnlyDictionary<string, PlannedTensor> tensors, CancellationToken cancellation)
    {
        var groups = inputs.Groups()
            .Select(group => group with { Places = [.. group.Places.Where(place => tensors.TryGetValue(place.Name, out var planned) && planned.Format.BlockLength() > 1)] })
            .Where(group => group.Places.Count > 0).ToList();
        var jobs = new Queue<(InputGroup Group, int Expert)>(groups.SelectMany(group => Enumerable.Range(0, group.Experts).Select(expert => (group, expert))));
        var results = groups.SelectMany(group => group.Places).ToDictionary(place => place.Name, place => NewPinned(tensors[place.Name]));
        while (jobs.Count > 0)
        {
            var moments = new List<InputMoments>();
            for (var bytes = 0L; jobs.TryPeek(out var job) && (moments.Count == 0 || bytes + Size(job.Group) <= MomentBytes); bytes += Size(job.Group))
                moments.Add(new(job.Group, jobs.Dequeue().Expert));
            inputs.Fill(moments, cancellation);
            foreach (var one in moments)
            {
                cancellation.ThrowIfCancellationRequested();
                var feedback = ErrorFeedback.Create(one.Sums, one.Group.Columns, options.Damping, options.ActivationOrder);
                foreach (var place in one.Group.Places)
                    Round(tensors[place.Name], place, one.Expert, feedback, results[place.Name], cancellation);
            }
        }
        // the next block's inputs come through this one as it will be; then its memory may go
        using (new Disposables(groups.SelectMany(group => group.Places).Select(place => Replace(place, tensors[place.Name].Format, results[place.Name]))))
            inputs.Advance(cancellation);
        return results;
    }

    private static long Size(InputGroup group) => 4L * group.Columns * group.Columns;

    private static byte[] NewPinned(PlannedTensor planned) =>
        GC.AllocateUninitializedArray<byte>(checked((int)planned.Format.ByteLength(planned.Tensor.Count)), pinned: true);

    private static void Round(PlannedTensor planned, WeightPlace place, int expert, ErrorFeedback feedback, byte[] result, CancellationToken cancellation)
    {
        var matrix = planned.Tensor.Matrix(mapped: true);
        var (columns, rowBytes) = (place.Columns, (int)planned.Format.ByteLength(place.Columns));
        var (begin, end) = (place.Rows / place.Experts * expert, place.Rows / place.Experts * (expert + 1));
        var perPiece = Math.Min(end - begin, Math.Max(1, NumbersAtOnce / columns));
        var numbers = new float[perPiece * columns];
        for (var first = begin; first < end; first += perPiece)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(perPiece, end - first);
            for (var i = 0; i < count; i++)
                matrix.ReadRow(first + i, numbers.AsSpan(i * columns, columns));
            feedback.Quantize(planned.Format, numbers.AsMemory(0, count * columns), result.AsMemory(first * rowBytes, count * rowBytes));
        }
    }

    private IDisposable Replace(WeightPlace place, WeightFormat format, byte[] bytes) =>
        place.Replace(StoredMatrix.Pinned(format, place.Rows, place.Columns, bytes), placed.Model.Backend);
}
