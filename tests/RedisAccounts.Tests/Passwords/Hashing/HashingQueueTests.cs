using RedisAccounts.Passwords.Hashing;

namespace RedisAccounts.Tests.Passwords.Hashing;

public sealed class HashingQueueTests
{
    [Fact]
    public void Whatever_comes_and_goes_places_queue_and_shares_keep_their_bounds_and_nothing_is_lost()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var (places, length) = (random.Next(1, 5), random.Next(1, 20));
            var run = new Run(new HashingQueue(places, length), places, length);
            for (var step = 0; step < 300; step++)
            {
                run.Step(random);
            }

            run.Drain();
        }
    }

    [Fact]
    public void A_known_browser_comes_before_strangers_and_pushes_the_last_of_them_out_of_a_full_queue()
    {
        var queue = new HashingQueue(places: 1, length: 2);
        var (running, first, last, known) = (Stranger("a"), Stranger("b"), Stranger("c"), new HashingTurn(HashingRank.Known, "ann"));
        Assert.All([running, first, last], turn => Assert.True(queue.TryEnter(turn)));
        Assert.False(queue.TryEnter(Stranger("d")));

        Assert.True(queue.TryEnter(known));

        Assert.True(IsPushedOut(last));
        queue.Leave(running);
        Assert.True(HasPlace(known));
        Assert.False(HasPlace(first));
        queue.Leave(known);
        Assert.True(HasPlace(first));
    }

    [Fact]
    public void One_network_has_a_quarter_of_the_queue_and_the_rest_is_for_others()
    {
        var queue = new HashingQueue(places: 1, length: 16);

        Assert.Equal(4, Enumerable.Range(0, 100).Count(_ => queue.TryEnter(Stranger("one"))));
        Assert.Equal(3, queue.Waiting);
        Assert.Equal(13, Enumerable.Range(0, 100).Count(i => queue.TryEnter(Stranger("other " + i))));
    }

    [Fact]
    public void Known_browsers_of_one_account_hold_two_turns_however_many_ask()
    {
        var queue = new HashingQueue(places: 8, length: 16);

        Assert.Equal(2, Enumerable.Range(0, 100).Count(_ => queue.TryEnter(new HashingTurn(HashingRank.Known, "ann"))));
    }

    [Fact]
    public void What_nobody_waits_for_is_never_refused_takes_no_room_and_comes_last()
    {
        var queue = new HashingQueue(places: 1, length: 1);
        var (running, background, stranger) = (Stranger("a"), new HashingTurn(HashingRank.Background, ""), Stranger("b"));
        Assert.All([running, background, stranger], turn => Assert.True(queue.TryEnter(turn)));

        queue.Leave(running);

        Assert.True(HasPlace(stranger));
        Assert.False(background.Granted.IsCompleted);
        queue.Leave(stranger);
        Assert.True(HasPlace(background));
    }

    private static HashingTurn Stranger(string network) => new(HashingRank.Stranger, network);

    private static bool HasPlace(HashingTurn turn) => turn.Granted is { IsCompletedSuccessfully: true } granted && granted.GetAwaiter().GetResult();

    private static bool IsPushedOut(HashingTurn turn) => turn.Granted.IsCompletedSuccessfully && !HasPlace(turn);

    /// <summary>Turns that come, wait, give up and leave at random, beside a count of them.</summary>
    private sealed class Run(HashingQueue queue, int places, int length)
    {
        private readonly List<HashingTurn> _entered = [];

        public void Step(Random random)
        {
            switch (random.Next(4))
            {
                case 0 or 1:
                    var rank = (HashingRank)random.Next(3);
                    var turn = new HashingTurn(rank, rank == HashingRank.Background ? "" : $"{rank} {random.Next(6)}");
                    var before = _entered.ToList();
                    if (queue.TryEnter(turn))
                    {
                        _entered.Add(turn);
                    }
                    else
                    {
                        Assert.NotEqual(HashingRank.Background, rank);
                        Assert.DoesNotContain(before, IsPushedOut);
                    }

                    Assert.InRange(_entered.RemoveAll(IsPushedOut), 0, rank == HashingRank.Known ? 1 : 0);
                    break;
                case 2 when _entered.Count > 0:
                    var one = _entered[random.Next(_entered.Count)];
                    var hadPlace = HasPlace(one);
                    Assert.Equal(!hadPlace, queue.TryGiveUp(one));
                    if (!hadPlace)
                    {
                        _entered.Remove(one);
                    }

                    break;
                case 3 when _entered.Find(HasPlace) is { } done:
                    Leave(done);
                    break;
            }

            Check();
        }

        public void Drain()
        {
            while (_entered.Find(HasPlace) is { } done)
            {
                Leave(done);
            }

            Assert.Empty(_entered);
            Assert.Equal((0, 0), (queue.Running, queue.Waiting));
            Assert.Equal(places, Enumerable.Range(0, places).Count(i => queue.TryEnter(Stranger("fresh " + i))));
            Assert.Equal(places, queue.Running);
        }

        private void Leave(HashingTurn done)
        {
            var waiting = _entered.FindAll(turn => !HasPlace(turn));
            queue.Leave(done);
            _entered.Remove(done);
            if (waiting.Count > 0)
            {
                Assert.Equal(waiting.OrderBy(turn => turn.Rank).First(), Assert.Single(waiting, HasPlace));
            }
        }

        private void Check()
        {
            var running = _entered.Count(HasPlace);
            Assert.Equal(running, queue.Running);
            Assert.InRange(running, 0, places);
            Assert.Equal(_entered.Count(turn => !HasPlace(turn) && turn.Rank != HashingRank.Background), queue.Waiting);
            Assert.InRange(queue.Waiting, 0, length);
            // Nobody waits beside a free place.
            Assert.True(running == places || running == _entered.Count);
            Assert.All(
                _entered.Where(turn => turn.Rank != HashingRank.Background).CountBy(turn => (turn.Rank, turn.Share)),
                share => Assert.InRange(share.Value, 1, share.Key.Rank == HashingRank.Known ? 2 : Math.Max(2, length / 4)));
        }
    }
}
