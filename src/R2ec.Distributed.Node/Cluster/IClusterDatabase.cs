namespace R2ec.Distributed.Node.Cluster;

/// <summary>The cluster's own database server.</summary>
internal interface IClusterDatabase
{
    /// <summary>Whether it runs.</summary>
    bool IsRunning { get; }

    /// <summary>Makes it, once, with a file <c>database.url</c> in its folder that its owner alone may read.</summary>
    /// <param name="port">Port that it listens on.</param>
    /// <param name="network">Network of the nodes; null where they are on loopback.</param>
    /// <param name="stop">Ends the making.</param>
    Task CreateAsync(int port, NodeNetwork? network, CancellationToken stop);

    /// <summary>Starts it; returns when it takes connections.</summary>
    Task StartAsync(CancellationToken stop);

    /// <summary>Stops it.</summary>
    Task StopAsync(CancellationToken stop);
}
