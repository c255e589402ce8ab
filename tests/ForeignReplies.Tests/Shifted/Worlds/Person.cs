using System.Net;

using ForeignReplies.Tests.Results;

namespace ForeignReplies.Tests.Shifted.Worlds;

/// <summary>
/// A browser with a session that holds a name of its own: does one thing after the other and compares each answer with what
/// it knows. A witness, which no shifted reply reaches, says how things are.
/// </summary>
internal sealed class Person(string name, HttpClient http, NamedApp app, NamedApp witness, Tally tally)
{
    private readonly HashSet<int> _doubtful = [];
    private string? _cookie;
    private int _newest;
    private int _kept;
    private bool _isSignedIn;

    // A step that changes the id, or ends the session, was refused: it may have run all the same.
    private bool _mayBeGone;

    /// <summary>Does one thing.</summary>
    public Task NextAsync(Random random) => _cookie is null ? BeginAsync() : random.Next(100) switch
    {
        < 40 => ReadAsync(),
        < 75 => WriteAsync(random),
        < 85 => MeAsync(),
        < 91 => ChangeIdAsync("/renew"),
        < 96 => ChangeIdAsync("/sign-in"),
        _ => EndAsync(),
    };

    /// <summary>When the last shift is over: whether a request is answered, and then with what is this person's.</summary>
    public async ValueTask<bool> IsWellAsync()
    {
        var refused = tally[Verdict.Refused];
        await (_cookie is null ? BeginAsync() : ReadAsync());
        return tally[Verdict.Refused] == refused;
    }

    /// <summary>What is in Redis in the end is what this person was told.</summary>
    public async Task CheckAsync()
    {
        if (_cookie is not null && !_mayBeGone)
        {
            var kept = await AskWitnessAsync("/read");
            tally.Add(IsMine(kept.Body) ? Verdict.Right : Verdict.Lost, $"{name} was told {_kept}, and Redis has '{kept.Body}'");
        }
    }

    private async Task BeginAsync()
    {
        var answer = await AskAsync($"/begin?name={name}");
        if (Refuses(answer, "/begin"))
        {
            return;
        }

        (_newest, _kept, _isSignedIn, _mayBeGone) = (0, 0, false, false);
        _doubtful.Clear();
        Judge(answer, "/begin");
        Take(answer, "/begin");
    }

    private async Task ReadAsync()
    {
        var answer = await AskAsync("/read");
        if (!Refuses(answer, "/read") && !await HasLostSessionAsync(answer, "/read"))
        {
            Judge(answer, "/read");
        }
    }

    private async Task WriteAsync(Random random)
    {
        var number = ++_newest;
        var answer = await AskAsync($"/write?n={number}");
        if (Refuses(answer, "/write"))
        {
            _doubtful.Add(number);
            return;
        }

        if (await HasLostSessionAsync(answer, "/write"))
        {
            return;
        }

        _kept = number;
        Judge(answer, "/write");
        if (random.Next(4) == 0 && !_mayBeGone)
        {
            var kept = await AskWitnessAsync("/read");
            tally.Add(IsMine(kept.Body) ? Verdict.Right : Verdict.Lost, $"{name} was told {_kept}, and Redis has '{kept.Body}'");
        }
    }

    private async Task MeAsync()
    {
        var answer = await AskAsync("/me");
        if (Refuses(answer, "/me") || (answer.Cookie == "" && await HasLostSessionAsync(answer, "/me")))
        {
            return;
        }

        if (_isSignedIn && answer.Body == NamedApp.Nobody)
        {
            await HasLostSessionAsync(answer, "/me");
            return;
        }

        tally.Compare(_isSignedIn ? name : NamedApp.Nobody, answer.Body, $"{name} /me");
    }

    private async Task ChangeIdAsync(string path)
    {
        var answer = await AskAsync(path);
        if (Refuses(answer, path))
        {
            _mayBeGone = true;
            return;
        }

        if (await HasLostSessionAsync(answer, path))
        {
            return;
        }

        _isSignedIn |= path == "/sign-in";
        Judge(answer, path);
        Take(answer, path);
        _mayBeGone = false;
    }

    private async Task EndAsync()
    {
        var before = _cookie;
        var answer = await AskAsync("/end");
        if (Refuses(answer, "/end"))
        {
            _mayBeGone = true;
            return;
        }

        if (answer.Body == NamedApp.Nobody && await HasLostSessionAsync(answer, "/end"))
        {
            return;
        }

        var kept = await Answer.AskAsync(http, new Uri(witness.Address, "/read"), before);
        tally.Add(kept.Body == NamedApp.Nobody ? Verdict.Right : Verdict.Lost, $"{name} has signed out, and the session still answers '{kept.Body}'");
        _cookie = null;
    }

    private Task<Answer> AskAsync(string path) => Answer.AskAsync(http, new Uri(app.Address, path), _cookie);

    private Task<Answer> AskWitnessAsync(string path) => Answer.AskAsync(http, new Uri(witness.Address, path), _cookie);

    private bool Refuses(Answer answer, string path)
    {
        if (answer.Status == HttpStatusCode.OK)
        {
            return false;
        }

        // "Not now" leaves the cookie alone.
        var verdict = answer.Cookie is not null ? Verdict.SignedOut : answer.IsRefusal ? Verdict.Refused : Verdict.Broken;
        tally.Add(verdict, $"{name} {path}: {(int)answer.Status} with the cookie '{answer.Cookie}'");
        return true;
    }

    private async Task<bool> HasLostSessionAsync(Answer answer, string path)
    {
        if (answer.Body != NamedApp.Nobody && answer.Cookie != "")
        {
            return false;
        }

        var lives = (await AskWitnessAsync("/read")).Body != NamedApp.Nobody;
        tally.Add(
            _mayBeGone && !lives ? Verdict.Refused : Verdict.SignedOut,
            $"{name} {path}: '{answer.Body}' with the cookie '{answer.Cookie}'; the session {(lives ? "lives" : "is gone, and nobody has ended it")}");
        _cookie = null;
        return true;
    }

    private void Judge(Answer answer, string path)
    {
        var owner = answer.Body.Split('=')[0];
        var verdict = owner != name ? Verdict.Foreign : IsMine(answer.Body) ? Verdict.Right : Verdict.Lost;
        tally.Add(verdict, $"{name} {path}: '{answer.Body}', after {_kept} was kept");
        if (path is "/read" or "/write" && answer.Cookie is { } other && other != _cookie)
        {
            tally.Add(Verdict.Foreign, $"{name} {path}: another cookie");
        }
    }

    // A write that was refused may have run, or run later.
    private bool IsMine(string text) =>
        text == $"{name}={_kept}" || _doubtful.Any(number => text == $"{name}={number}");

    private void Take(Answer answer, string path)
    {
        if (answer.Cookie is { Length: > 0 } cookie)
        {
            _cookie = cookie;
        }
        else
        {
            tally.Add(Verdict.Broken, $"{name} {path}: no cookie");
        }
    }
}
