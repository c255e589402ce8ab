using System.Collections.Concurrent;

using RespClient.Stress.Phases;
using RespClient.Stress.Results;

namespace RespClient.Stress.Worlds;

/// <summary>One phase in one round.</summary>
/// <param name="Stage">The run's.</param>
/// <param name="Phase">What is done.</param>
/// <param name="Seed">Every choice comes from it.</param>
/// <param name="Kinds">How the calls ended so far, by their kind.</param>
internal sealed record Scene(Stage Stage, Phase Phase, Seed Seed, ConcurrentDictionary<string, Counts> Kinds);
