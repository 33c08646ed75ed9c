namespace Inkstone.Recipes;

/// <summary>What the plan takes the machine to be capable of.</summary>
/// <param name="Processor">Its name.</param>
/// <param name="Cores">Threads that compute.</param>
/// <param name="PeakGflops">Measured single-precision peak, 10⁹ operations a second.</param>
/// <param name="TrainingGflops">What training reaches of it, measured on the planned model.</param>
public sealed record MachineSpeed(string Processor, int Cores, double PeakGflops, double TrainingGflops);
