using R2ec.Distributed.Model.Native;

// run SPEC [KEY=VALUE ...]      the computation of a run without actors and journal, step by step
// tokens SPEC [KEY=VALUE ...]   tokens a second: prefill, decoding, training
// optimum SPEC [KEY=VALUE ...]  the best that any ranker could do in the quickstart's world
// journal sqlite|postgres       journalled groups a second by group commit, and how long a write takes
// bulk adapter|full|control     the bulk channel on loopback, and control messages beside it
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
    case ["journal", "sqlite" or "postgres"]:
        await JournalSpeed.RunAsync(args[1]);
        return 0;
    case ["bulk", "adapter" or "full" or "control"]:
        await BulkSpeed.RunAsync(args[1]);
        return 0;
    default:
        Console.Error.WriteLine("usage: run SPEC [KEY=VALUE ...] | tokens SPEC [KEY=VALUE ...] | optimum SPEC [KEY=VALUE ...] | journal sqlite|postgres | bulk adapter|full|control");
        return 2;
}
