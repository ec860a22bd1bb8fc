using R2ec.Distributed.Model.Native;

NativeRuntime.Prepare();
await Learn.RunAsync(args[0], args[1..]);
