namespace Inkstone.TestKit;

/// <summary>A check of the test kit that did not hold.</summary>
public sealed class CheckFailedException(string message) : Exception(message);
