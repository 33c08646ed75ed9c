using Inkstone.Foundation.Errors;
using Inkstone.Foundation.Randomness;

namespace Inkstone.Training.Tests;

public sealed class TokenDatasetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1_000)]
    public void Every_epoch_gives_every_row_exactly_once_and_every_batch_is_full(int rows)
    {
        var data = Samples.Text();
        var expected = Rows(data.InOrder(rows)).Order().ToArray();
        Assert.Equal(data.EpochRows, expected.Length);
        var order = Rng.From(3);
        const int epochs = 3;
        var batches = Enumerable.Range(0, (int)((epochs * data.EpochRows + rows - 1) / rows)).Select(b => data.Batch(b, rows, order)).ToList();
        Assert.All(batches, batch => Assert.Equal(rows, batch.RowCount));
        var all = Rows(batches).ToList();
        for (var epoch = 0; epoch < epochs; epoch++)
            Assert.Equal(expected, all.GetRange((int)(epoch * data.EpochRows), (int)data.EpochRows).Order());
    }

    [Fact]
    public void Sequences_stay_within_one_document_and_within_the_context()
    {
        var data = Samples.Text(longest: 60);
        for (var b = 0; b < 50; b++)
        {
            var batch = data.Batch(b, 37, Rng.From(1));
            for (var s = 0; s < batch.SequenceCount; s++)
            {
                var sequence = batch.Sequence(s);
                Assert.InRange(sequence.Length, 2, data.ContextLength + 1);
                Assert.Equal(-1, sequence[1..].IndexOf(Samples.Begin));
                Assert.Equal(-1, sequence[..^1].IndexOf(Samples.End));
            }
        }
    }

    [Fact]
    public void A_batch_depends_on_the_stream_and_its_number_alone()
    {
        var (data, again) = (Samples.Text(), Samples.Text());
        var forward = Enumerable.Range(0, 30).Select(b => Flat(data.Batch(b, 50, Rng.From(9)))).ToList();
        for (var b = 29; b >= 0; b--)
            Assert.Equal(forward[b], Flat(again.Batch(b, 50, Rng.From(9))));
        Assert.NotEqual(forward[0], Flat(data.Batch(0, 50, Rng.From(10))));
    }

    [Fact]
    public void Epochs_have_different_orders()
    {
        var data = Samples.EvenText(documents: 20, rows: 8);
        var rows = (int)data.EpochRows;
        Assert.NotEqual(Flat(data.Batch(0, rows, Rng.From(4))), Flat(data.Batch(1, rows, Rng.From(4))));
    }

    [Fact]
    public void A_piece_at_the_border_is_cut_and_goes_on_in_the_next_batch()
    {
        var data = TokenDataset.FromTokens([[5, 6, 7, 8, 9]], Samples.Begin, Samples.End, contextLength: 16);
        Assert.Equal(6, data.EpochRows);
        Assert.Equal([0, 5, 6, 7, 8], data.Batch(0, 4, null).Sequence(0).ToArray());
        var second = data.Batch(1, 4, null);
        Assert.Equal(2, second.SequenceCount);
        Assert.Equal([8, 9, 1], second.Sequence(0).ToArray());
        Assert.Equal([0, 5, 6], second.Sequence(1).ToArray());
    }

    [Fact]
    public void Long_documents_are_cut_into_pieces_that_together_predict_every_token()
    {
        var data = TokenDataset.FromTokens([[2, 3, 4, 5, 6, 7, 8]], Samples.Begin, Samples.End, contextLength: 3);
        var batch = data.InOrder(100).Single();
        Assert.Equal([[0, 2, 3, 4], [4, 5, 6, 7], [7, 8, 1]], Enumerable.Range(0, batch.SequenceCount).Select(s => batch.Sequence(s).ToArray()));
    }

    [Fact]
    public void The_document_of_a_sequence_is_known()
    {
        var data = TokenDataset.FromTokens([[2, 3], [], [4], [5, 6]], Samples.Begin, Samples.End, contextLength: 2);
        var batch = data.InOrder(100).Single();
        Assert.Equal([0, 0, 1, 2, 2], Enumerable.Range(0, batch.SequenceCount).Select(batch.DocumentOf));
    }

    [Fact]
    public void No_text_is_an_error_that_says_so()
    {
        Assert.Equal(2, Assert.Throws<InkstoneRequestException>(() => TokenDataset.FromTokens([[], []], 0, 1, 8)).ExitCode);
        Assert.Throws<InkstoneRequestException>(() => TokenDataset.FromPacked([], [], 8));
        Assert.Throws<InkstoneRequestException>(() => TokenDataset.FromPacked([1, 2, 3], [0, 2], 8));
        Assert.Throws<InkstoneRequestException>(() => TokenDataset.FromPacked([1, 2, 3], [1], 8));
        Assert.Throws<InkstoneRequestException>(() => TokenDataset.FromTokens([[1]], 0, 1, 0));
    }

    private static int[] Flat(TokenExamples batch) => [.. Enumerable.Range(0, batch.SequenceCount).SelectMany(s => batch.Sequence(s).ToArray().Append(-1))];

    /// <summary>Each row as its document, input and target, in the order of the batches.</summary>
    private static IEnumerable<(int Document, int Input, int Target)> Rows(IEnumerable<TokenExamples> batches) =>
        batches.SelectMany(batch => Enumerable.Range(0, batch.SequenceCount).SelectMany(s =>
        {
            var sequence = batch.Sequence(s).ToArray();
            return Enumerable.Range(0, sequence.Length - 1).Select(i => (batch.DocumentOf(s), sequence[i], sequence[i + 1]));
        }));
}
