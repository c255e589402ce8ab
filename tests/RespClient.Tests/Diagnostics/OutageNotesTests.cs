using RespClient.Diagnostics;

namespace RespClient.Tests.Diagnostics;

public sealed class OutageNotesTests
{
    private readonly SetTime _time = new();

    [Fact]
    public void A_refusal_is_news_once_for_each_place_and_text_however_it_is_wrapped()
    {
        var notes = new OutageNotes(_time);
        Exception Refusal(string command) =>
            new InvalidOperationException("wrapped", new RedisServerException($"NOPERM User app has no permissions to run the '{command}' command"));

        Assert.True(notes.IsNews("codes", Refusal("evalsha"), out _));
        for (var again = 0; again < 100; again++)
        {
            _time.Now += TimeSpan.FromSeconds(30);
            Assert.False(notes.IsNews("codes", Refusal("evalsha"), out _));
        }

        Assert.True(notes.IsNews("codes", Refusal("get"), out _));
        Assert.True(notes.IsNews("accounts", Refusal("get"), out _));
    }

    [Fact]
    public void A_refusal_of_another_server_is_news_once_for_each_place_and_text()
    {
        var notes = new OutageNotes(_time);

        Assert.True(notes.IsNews("accounts", "permission denied for table accounts"));
        Assert.False(notes.IsNews("accounts", "permission denied for table accounts"));
        Assert.True(notes.IsNews("accounts", "permission denied for table roles"));
        _time.Now += TimeSpan.FromMinutes(1);
        Assert.True(notes.IsNews("accounts", "permission denied for table accounts"));
    }

    [Fact]
    public void A_refusal_that_went_away_and_came_back_is_news_again()
    {
        var notes = new OutageNotes(_time);
        var refusal = new RedisServerException("ERR unknown command 'EVALSHA'");
        Assert.True(notes.IsNews("codes", refusal, out _));
        _time.Now += TimeSpan.FromMinutes(1);
        Assert.True(notes.IsNews("codes", refusal, out _));
    }

    [Fact]
    public void An_outage_that_passes_by_itself_is_news_every_ten_seconds_with_the_rest_counted()
    {
        var notes = new OutageNotes(_time);
        Assert.True(notes.IsNews("codes", new TimeoutException(), out _));
        Assert.False(notes.IsNews("codes", new TimeoutException(), out _));
        _time.Now += TimeSpan.FromSeconds(10);
        Assert.True(notes.IsNews("codes", new TimeoutException(), out var untold));
        Assert.Equal(1, untold);
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
