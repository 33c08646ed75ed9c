namespace Inkstone.Tensors;

/// <content>Optimiser updates, as PyTorch has them.</content>
public sealed partial class ReferenceBackend
{
    internal override void Update(UpdateRule rule, UpdateNumbers numbers, in Tensor parameter, in Tensor gradient, in Tensor first, in Tensor second)
    {
        var (ps, gs, ms, vs) = (new Cells(parameter), new Cells(gradient), Optional(first), Optional(second));
        var (rate, beta1, beta2) = (numbers.LearningRate, numbers.Beta1, numbers.Beta2);
        var correction1 = 1 - Math.Pow(beta1, numbers.Step);
        var correction2 = 1 - Math.Pow(beta2, numbers.Step);
        for (var i = 0L; i < parameter.Count; i++)
        {
            var p = ps[i];
            var g = gs[i] * numbers.GradientScale;
            if (rule == UpdateRule.AdamW)
                p *= 1 - rate * numbers.WeightDecay;
            else
                g += numbers.WeightDecay * p;
            switch (rule)
            {
                case UpdateRule.Sgd when !first.IsMissing:
                    var momentum = ms[i] = beta1 * ms[i] + g;
                    p -= rate * (numbers.Nesterov ? g + beta1 * momentum : momentum);
                    break;
                case UpdateRule.Sgd:
                    p -= rate * g;
                    break;
                case UpdateRule.Adam or UpdateRule.AdamW:
                    var m = ms[i] = beta1 * ms[i] + (1 - beta1) * g;
                    var v = vs[i] = beta2 * vs[i] + (1 - beta2) * g * g;
                    p -= rate / correction1 * m / (Math.Sqrt(v / correction2) + numbers.Epsilon);
                    break;
                case UpdateRule.RmsProp:
                    var smoothed = vs[i] = beta2 * vs[i] + (1 - beta2) * g * g;
                    p -= rate * g / (Math.Sqrt(smoothed) + numbers.Epsilon);
                    break;
                default:
                    var sum = vs[i] += g * g;
                    p -= rate * g / (Math.Sqrt(sum) + numbers.Epsilon);
                    break;
            }
            ps[i] = p;
        }
    }
}
