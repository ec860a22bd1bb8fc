using System.Diagnostics;
using R2ec.Distributed.Data;
using R2ec.Distributed.Model.Native;

// run SPEC [KEY=VALUE ...]      the computation of a run without actors and journal, step by step
// tokens SPEC [KEY=VALUE ...]   tokens a second: prefill, decoding, training
// optimum SPEC [KEY=VALUE ...]  the best that any ranker could do in the quickstart's world
// dispatch [--groups N] [--workers N] [--bundle-groups N]   groups a second through the dispatcher with instant workers, and whether its memory stays flat
// scaling [--bundles N] [--milliseconds N]                  how near to linear 1 to 64 workers of fixed latency come; N bundles a worker
// journal sqlite|postgres       journalled groups a second by group commit, and how long a write takes
// recovery sqlite|postgres [--groups N]                     how long a run's actor takes until it has its state again, and where the time goes
// bulk adapter|full|control     the bulk channel on loopback, and control messages beside it
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
    case ["dispatch", .. var options]:
        return await Dispatch.RunAsync(Number(options, "--groups", 100_000), Number(options, "--workers", 8), Number(options, "--bundle-groups", 8));
    case ["scaling", .. var options]:
        await Scaling.RunAsync(Number(options, "--bundles", 64), Number(options, "--milliseconds", 250));
        return 0;
    case ["journal", "sqlite" or "postgres"]:
        await JournalSpeed.RunAsync(args[1]);
        return 0;
    case ["recovery", "sqlite" or "postgres", .. var options]:
        await RecoverySpeed.RunAsync(args[1], Number(options, "--groups", 100_000));
        return 0;
    case ["bulk", "adapter" or "full" or "control"]:
        await BulkSpeed.RunAsync(args[1]);
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
        Console.Error.WriteLine("usage: run SPEC [KEY=VALUE ...] | tokens SPEC [KEY=VALUE ...] | optimum SPEC [KEY=VALUE ...] | dispatch [--groups N] [--workers N] [--bundle-groups N] | scaling [--bundles N] [--milliseconds N] | journal sqlite|postgres | recovery sqlite|postgres [--groups N] | bulk adapter|full|control | load DIR");
        return 2;
}

static int Number(string[] options, string name, int otherwise)
{
    var at = Array.IndexOf(options, name);
    return at >= 0 && at + 1 < options.Length ? int.Parse(options[at + 1], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
}
