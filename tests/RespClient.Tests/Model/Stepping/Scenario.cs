namespace RespClient.Tests.Model.Stepping;

/// <summary>A few threads that meet, and what must hold whatever their order.</summary>
internal abstract class Scenario
{
    private int _threads;

    /// <summary>Makes what the threads share, and adds those that serve the others. They run until they wait for work.</summary>
    public abstract void Build(Action<ModelThread> add);

    /// <summary>Brings about what the threads find. Not a part of the model.</summary>
    public abstract void Begin();

    /// <summary>Adds the threads that are run in every order.</summary>
    public abstract void Start(Action<ModelThread> add);

    /// <summary>What is wrong when all threads have ended and the services wait; null: nothing.</summary>
    public abstract string? Verify();

    /// <summary>Forgets what a thread has kept from the scenario before. On each thread, first.</summary>
    protected virtual void Prepare()
    {
    }

    protected ModelThread Service(string name, Action body) => new(_threads++, name, isService: true, Prepare, body);

    protected ModelThread Thread(string name, Action body) => new(_threads++, name, isService: false, Prepare, body);
}
