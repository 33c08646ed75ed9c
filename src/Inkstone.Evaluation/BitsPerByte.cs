using System.Runtime.InteropServices;
using Inkstone.Foundation.Errors;
using Inkstone.Models;

namespace Inkstone.Evaluation;

/// <summary>
/// Measures any <see cref="ILanguageModel"/> on held-out documents. Documents are read once and go to the model in ragged flat
/// batches, so the text need not fit in memory.
/// </summary>
public static class BitsPerByte
{
    /// <summary>Tokens of one batch unless told.</summary>
    public const int DefaultBatchTokens = 8_192;

    // A softmax in single precision may round the logarithm of a sure thing a little above 0; more is no probability.
    private const float Rounding = 1e-3f;

    /// <summary>Scores every document.</summary>
    /// <param name="model">The model.</param>
    /// <param name="documents">Each BOS, text, EOS, encoded for this model.</param>
    /// <param name="batchTokens">The most tokens given to the model at once; a longer document goes alone.</param>
    /// <exception cref="InkstoneRequestException">There is nothing to predict, or a document is empty.</exception>
    /// <exception cref="InkstoneNumericException">The model gave something that is not the logarithm of a probability.</exception>
    public static LanguageModelScore Measure(ILanguageModel model, IEnumerable<EvaluationDocument> documents, int batchTokens = DefaultBatchTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchTokens);
        var batch = new Batch(model);
        var (textBytes, count) = (0L, 0L);
        foreach (var document in documents)
        {
            document.Check(count);
            if (batch.TokenCount > 0 && batch.TokenCount + (long)document.Tokens.Length > batchTokens)
                batch.Score();
            batch.Add(document.Tokens.Span);
            textBytes = checked(textBytes + document.TextBytes);
            count++;
        }
        batch.Score();
        if (batch.TargetTokenCount == 0)
            throw new InkstoneRequestException("there is nothing to score", nameof(BitsPerByte), "a document with a token after BOS",
                FormattableString.Invariant($"{count} documents"), "Give some held-out text.");
        return new(batch.Nats, batch.TargetTokenCount, textBytes, count, model.ContextLength);
    }

    /// <summary>Documents waiting to be scored together, and the sums so far.</summary>
    private sealed class Batch(ILanguageModel model)
    {
        private readonly List<int> _starts = [];
        private int[] _tokens = new int[1_024];
        private float[] _logProbabilities = [];

        public int TokenCount { get; private set; }

        public double Nats { get; private set; }

        public long TargetTokenCount { get; private set; }

        public void Add(ReadOnlySpan<int> document)
        {
            var needed = checked(TokenCount + document.Length);
            if (needed > _tokens.Length)
                Array.Resize(ref _tokens, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _tokens.Length)));
            document.CopyTo(_tokens.AsSpan(TokenCount));
            _starts.Add(TokenCount);
            TokenCount = needed;
        }

        public void Score()
        {
            if (TokenCount == 0)
                return;
            if (_logProbabilities.Length < TokenCount)
                _logProbabilities = new float[_tokens.Length];
            var logProbabilities = _logProbabilities.AsSpan(0, TokenCount);
            model.LogProbabilities(_tokens.AsSpan(0, TokenCount), CollectionsMarshal.AsSpan(_starts), logProbabilities);
            foreach (var value in logProbabilities)
            {
                if (float.IsNaN(value) || value > Rounding)
                    throw new InkstoneNumericException("the model gave a value that is not the logarithm of a probability",
                        model.GetType().Name, "at most 0", FormattableString.Invariant($"{value}"));
                Nats -= value;
            }
            TargetTokenCount += TokenCount - _starts.Count;
            _starts.Clear();
            TokenCount = 0;
        }
    }
}
