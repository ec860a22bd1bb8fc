using System.Diagnostics;
using System.Reflection;
using R2ec.Distributed.Model.Native;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Native;

/// <summary>
/// TorchSharp turns a number into a native Scalar that its finalizer frees, and passes the bare pointer on: optimised code lets go of the object before the
/// native call has read it, so that a collection at that moment changes the number. Unoptimised code holds its arguments to the end of the call.
/// </summary>
public sealed class ArgumentLifetimeTests
{
    public ArgumentLifetimeTests() => NativeRuntime.Prepare();

    [Fact]
    public void TorchSharp_is_compiled_so_that_it_holds_its_arguments()
    {
        var modes = typeof(TorchSharp.torch).Assembly.GetCustomAttribute<DebuggableAttribute>()!;

        Assert.True(modes.IsJITOptimizerDisabled);
        Assert.True(modes.IsJITTrackingEnabled);    // without this one the runtime optimises all the same
    }

    [Fact]
    public async Task Numbers_reach_native_code_while_garbage_is_collected()
    {
        using var stop = new CancellationTokenSource();
        var collector = Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                    GC.WaitForPendingFinalizers();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using var total = zeros(4);
        using var one = ones(4);
        for (var i = 0; i < 400_000; i++)
        {
            total.add_(one);
        }

        await stop.CancelAsync();
        await collector;
        Assert.Equal([400_000f, 400_000f, 400_000f, 400_000f], total.data<float>().ToArray());
    }
}
