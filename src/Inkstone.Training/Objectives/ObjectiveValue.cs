using Inkstone.Tensors;

namespace Inkstone.Training;

/// <summary>What an objective made of a batch.</summary>
/// <param name="Loss">What is minimised: the sum over targets times the scale, a scalar, in nats where it is a likelihood.</param>
/// <param name="Sides">Named scalars beside it (a router's balance); already part of the loss where they are to be trained.</param>
public readonly record struct ObjectiveValue(Tensor Loss, IReadOnlyList<KeyValuePair<string, Tensor>>? Sides = null);
