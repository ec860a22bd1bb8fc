using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Tests.Weights;

public sealed class HolderDirectoryTests
{
    private static readonly Digest A = Digest.Of("a"u8), B = Digest.Of("b"u8);

    private readonly HolderDirectory _holders = new();

    [Fact]
    public void The_newest_holder_comes_first_and_stands_once()
    {
        _holders.Add(A, "one:1");
        _holders.Add(A, "two:1");
        _holders.Add(A, "one:1");

        Assert.Equal(["one:1", "two:1"], _holders.Of(A));
        Assert.Empty(_holders.Of(B));
    }

    [Fact]
    public void Those_that_live_are_asked_first_and_those_of_whom_nothing_was_heard_before_those_that_never_held_it()
    {
        _holders.Add(A, "one:1");
        _holders.Add(A, "two:1");
        _holders.Add(A, "three:1");

        _holders.Set(["four:1", "one:1", "two:1"]);

        Assert.Equal(["two:1", "one:1", "three:1", "four:1"], _holders.Of(A));
        Assert.Equal(["four:1", "one:1", "two:1"], _holders.Of(B));
    }

    [Fact]
    public void Both_numbers_are_bounded_and_the_oldest_gives_way()
    {
        for (var n = 0; n <= HolderDirectory.MostHolders; n++)
        {
            _holders.Add(A, $"node:{n}");
        }

        Assert.Equal(HolderDirectory.MostHolders, _holders.Of(A).Count);
        Assert.DoesNotContain("node:0", _holders.Of(A));

        for (var n = 0; n < HolderDirectory.MostFiles; n++)
        {
            _holders.Add(Digest.Of(BitConverter.GetBytes(n)), "one:1");
        }

        Assert.Empty(_holders.Of(A));
    }
}
