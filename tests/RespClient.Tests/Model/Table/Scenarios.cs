using RespClient.Tests.Model.Stepping;

namespace RespClient.Tests.Model.Table;

/// <summary>Two readers miss and read while another process writes.</summary>
internal sealed class ReadersBesideAForeignWrite : TableScenario
{
    public override void Start(Action<ModelThread> add)
    {
        add(Thread("reader of the record", () =>
        {
            Read();
            Read();
        }));
        add(Thread("other reader of the record", Read));
        add(Thread("writer elsewhere", WriteElsewhere));
    }
}

/// <summary>Two foreign writes, one after the other, beside a reader.</summary>
internal sealed class TwoForeignWrites : TableScenario
{
    public override void Start(Action<ModelThread> add)
    {
        add(Thread("reader of the record", () =>
        {
            Read();
            Read();
            Read();
        }));
        add(Thread("writer elsewhere", () =>
        {
            WriteElsewhere();
            WriteElsewhere();
        }));
    }
}

/// <summary>A write that is followed on the wire, beside readers and a foreign write right behind it.</summary>
internal sealed class AnOwnWriteAndAForeignOne : TableScenario
{
    public override void Start(Action<ModelThread> add)
    {
        add(Thread("reader of the record", () =>
        {
            Read();
            Read();
        }));
        add(Thread("writer", Write));
        add(Thread("writer elsewhere", WriteElsewhere));
    }
}

/// <summary>A write that marks its key, beside readers.</summary>
internal sealed class AMarkedWrite : TableScenario
{
    public override void Start(Action<ModelThread> add)
    {
        add(Thread("reader of the record", () =>
        {
            Read();
            Read();
        }));
        add(Thread("writer", () =>
        {
            WriteMarked();
            Read();
        }));
    }
}

/// <summary>The connection is lost while a record is read and kept.</summary>
internal sealed class AReconnection : TableScenario
{
    public override void Start(Action<ModelThread> add)
    {
        add(Thread("reader of the record", () =>
        {
            Read();
            Read();
        }));
        add(Thread("other reader of the record", Read));
        add(Thread("network", Reconnect));
    }
}

/// <summary>A record ends by its own deadline while it is read.</summary>
internal sealed class ARecordEnds() : TableScenario(TimeSpan.FromSeconds(1))
{
    public override void Start(Action<ModelThread> add)
    {
        add(Thread("reader of the record", () =>
        {
            Read();
            Read();
        }));
        add(Thread("other reader of the record", Read));
        add(Thread("clock", () => Time.Advance(TimeSpan.FromSeconds(2))));
    }
}
