using R2ec.Distributed.Model.Native;
using R2ec.Distributed.Model.Numerics;
using R2ec.Distributed.Model.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Numerics;

public sealed class NumericsFactsTests
{
    [Fact]
    public void The_facts_name_what_fixes_the_bits()
    {
        var facts = NumericsFacts.Read(1, ScalarType.Float32, AdamW.Kernel);

        Assert.Equal("1", facts["numerics_version"]);
        Assert.Equal("float32", facts["dtype"]);
        Assert.Equal("aten::_fused_adamw_", facts["optimizer_kernel"]);
        Assert.All(facts, fact => Assert.NotEqual(string.Empty, fact.Value));
        Assert.Equal(Environment.GetEnvironmentVariable("MKL_CBWR"), facts["mkl_cbwr"]);
        Assert.Equal(facts, NumericsFacts.Read(1, ScalarType.Float32, AdamW.Kernel));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("; ", facts.Select(fact => $"{fact.Key}={fact.Value}")));
    }

    [Fact]
    public void The_process_computes_with_one_thread_that_waits_passively()
    {
        Assert.Equal("1", Environment.GetEnvironmentVariable("OMP_NUM_THREADS"));
        Assert.Equal("PASSIVE", Environment.GetEnvironmentVariable("OMP_WAIT_POLICY"));
        Assert.Equal(1, get_num_threads());
    }

    [Fact]
    public void A_thread_computes_with_the_threads_it_was_given()
    {
        var seen = 0;
        var thread = new Thread(() =>
        {
            NativeRuntime.ConfigureThread(2);
            seen = get_num_threads();
        });

        thread.Start();
        thread.Join();

        Assert.Equal(2, seen);
        NativeRuntime.ConfigureThread(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => NativeRuntime.ConfigureThread(0));
    }
}
