using System.Diagnostics;
using R2ec.Distributed.Data;
using R2ec.Distributed.Model.Native;

// run SPEC [KEY=VALUE ...]      the computation of a run without actors and journal, step by step
// tokens SPEC [KEY=VALUE ...]   tokens a second: prefill, decoding, training
// optimum SPEC [KEY=VALUE ...]  the best that any ranker could do in the quickstart's world
// load DIR                      time to load a prepared data set
NativeRuntime.Prepare();
switch (args)
{
    case ["run", var spec, .. var sets]:
        await Learn.RunAsync(spec, sets);
        return 0;
    case ["tokens", var spec, .. var sets]:
        Throughput.Run(spec, sets);
        return 0;
    case ["optimum", var spec, .. var sets]:
        Optimum.Run(spec, sets);
        return 0;
    case ["load", var folder]:
        for (var time = 1; time <= 3; time++)
        {
            var clock = Stopwatch.StartNew();
            var set = DataSet.Load(folder);
            Console.WriteLine($"load {time}: {clock.Elapsed.TotalMilliseconds:0} ms for {set.InteractionCount} events");
        }

        return 0;
    default:
        Console.Error.WriteLine("usage: run SPEC [KEY=VALUE ...] | tokens SPEC [KEY=VALUE ...] | optimum SPEC [KEY=VALUE ...] | load DIR");
        return 2;
}
