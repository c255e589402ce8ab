using System.Globalization;

using ForeignReplies.Tests.Results;

using VerificationCodes;
using VerificationCodes.Addresses;

namespace ForeignReplies.Tests.Codes;

/// <summary>
/// Somebody who asks for one code after the other, each for an address that nobody has asked for before, tries a wrong one,
/// waits for the mail and tries the right one.
/// </summary>
internal sealed class CodeOwner(string name, IVerificationService codes, Mailbox mailbox, Tally tally)
{
    // More would only make the wait at the end longer.
    private const int MostOpen = 20;
    private const int Tries = 5;

    private readonly LinkedList<Asked> _open = new();
    private int _number;

    /// <summary>How many mails are promised and have not come.</summary>
    public int Awaited => _open.Count(asked => mailbox.Find(asked.Address.Value) is null);

    /// <summary>Does one thing.</summary>
    public async Task NextAsync(Random random)
    {
        if (_open.FirstOrDefault(asked => mailbox.Find(asked.Address.Value) is not null) is { } arrived)
        {
            await ConfirmAsync(arrived, mailbox.Find(arrived.Address.Value)!);
        }
        else if (_open.Count < MostOpen)
        {
            await AskAsync(random);
        }
        else
        {
            await Task.Delay(5);
        }
    }

    /// <summary>When the last shift is over: whether all codes came and were right.</summary>
    public async ValueTask<bool> HasFinishedAsync()
    {
        foreach (var asked in _open.ToArray())
        {
            if (mailbox.Find(asked.Address.Value) is { } mail)
            {
                await ConfirmAsync(asked, mail);
            }
        }

        return _open.Count == 0;
    }

    private async Task AskAsync(Random random)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{name}.{_number++}@example.com");
        Assert.True(EmailAddress.TryParse(text, out var address));
        var challenge = $"{text} {random.Next()}";
        var outcome = await AnswerAsync(() => codes.IssueAsync(new IssueRequest { Purpose = CodePurpose.Register, Address = address, Challenge = challenge }));
        if (outcome is null)
        {
            return;
        }

        tally.Add(outcome.IsSent && outcome.Reference.Length == 4 ? Verdict.Right : Verdict.Foreign, $"{text} issue: {outcome}");
        if (outcome.IsSent)
        {
            var asked = new Asked(address, challenge, outcome.Reference);
            _open.AddLast(asked);
            await TryWrongAsync(asked, random);
        }
    }

    private async Task TryWrongAsync(Asked asked, Random random)
    {
        var wrong = random.Next(1_000_000).ToString("000000", CultureInfo.InvariantCulture);
        var outcome = await ConfirmAsync(asked, wrong);
        if (outcome is null)
        {
            return;
        }

        var isRight = outcome is { Status: ConfirmStatus.Wrong, TriesLeft: Tries - 1 } || mailbox.Find(asked.Address.Value)?.Code == wrong;
        tally.Add(isRight ? Verdict.Right : Verdict.Foreign, $"{asked.Address.Value} wrong code: {outcome}");
    }

    private async Task ConfirmAsync(Asked asked, CodeMail mail)
    {
        if (mail.Reference != asked.Reference)
        {
            tally.Add(Verdict.Foreign, $"{asked.Address.Value}: told {asked.Reference}, mailed {mail.Reference}");
        }

        if (await ConfirmAsync(asked, mail.Code) is not { } outcome)
        {
            // The answer was lost; the code may be used up.
            asked.MayBeUsed = true;
            return;
        }

        var isRight = outcome.IsConfirmed || (asked.MayBeUsed && outcome.Status == ConfirmStatus.Expired);
        tally.Add(isRight ? Verdict.Right : Verdict.Foreign, $"{asked.Address.Value} right code: {outcome}");
        _open.Remove(asked);
        if (await ConfirmAsync(asked, mail.Code) is { } again)
        {
            tally.Add(again.Status == ConfirmStatus.Expired ? Verdict.Right : Verdict.Foreign, $"{asked.Address.Value} right code once more: {again}");
        }
    }

    private Task<ConfirmOutcome?> ConfirmAsync(Asked asked, string code) => AnswerAsync(() => codes.ConfirmAsync(
        new ConfirmRequest { Purpose = CodePurpose.Register, Address = asked.Address, Challenge = asked.Challenge, Code = code }));

    private async Task<T?> AnswerAsync<T>(Func<ValueTask<T>> ask)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (VerificationUnavailableException)
        {
            tally.Add(Verdict.Refused);
        }
        catch (Exception e) when (e is InvalidCastException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            tally.Add(Verdict.Broken, $"{name}: {e.GetType().Name} {e.Message}");
        }

        return null;
    }

    private sealed record Asked(EmailAddress Address, string Challenge, string Reference)
    {
        public bool MayBeUsed { get; set; }
    }
}
