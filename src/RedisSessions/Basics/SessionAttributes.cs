namespace RedisSessions.Endpoints;

/// <summary>The controller, action or page has no session; the same as <c>.WithoutSession()</c> on an endpoint.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class WithoutSessionAttribute : Attribute;

/// <summary>
/// The controller, action or page runs with an empty session while Redis does not answer; the same as
/// <c>.WithOptionalSession()</c> on an endpoint.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class OptionalSessionAttribute : Attribute;
