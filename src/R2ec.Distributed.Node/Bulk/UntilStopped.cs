using Microsoft.Extensions.Hosting;

namespace R2ec.Distributed.Node.Bulk;

/// <summary>A server that lives until its owner stops it: signals are the node's matter, and it drains first.</summary>
internal sealed class UntilStopped : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
