using R2ec.Distributed.Node.Commands;

namespace R2ec.Distributed.Node.Client;

/// <summary>Orders to runs and nodes.</summary>
internal static class Orders
{
    /// <summary>Gives an order and prints what is the case now.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="path">The order's path below the API.</param>
    /// <param name="json">Whether to print JSON.</param>
    /// <param name="stop">Ends the wait.</param>
    public static async Task<int> GiveAsync(ClusterClient cluster, string path, bool json, CancellationToken stop)
    {
        var answer = await cluster.PostAsync(path, null, stop);
        Console.Out.WriteLine(json ? answer.GetRawText() : ClusterText.Text(answer, "text"));
        return ExitCode.Done;
    }
}
