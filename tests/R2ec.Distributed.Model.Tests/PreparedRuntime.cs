using System.Runtime.CompilerServices;
using R2ec.Distributed.Model.Native;

namespace R2ec.Distributed.Model.Tests;

internal static class PreparedRuntime
{
    [ModuleInitializer]
    internal static void Prepare() => NativeRuntime.Prepare();
}
