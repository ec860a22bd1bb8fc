using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>Chooses free ports on loopback below those that the kernel lends to outgoing connections, so that a port stays free while its node is away.</summary>
internal static class LoopbackPorts
{
    private const int Least = 20_000;
    private const int Count = 12_000;

    /// <summary>So many free ports, none of those taken. Where the search begins follows from the folder, so that two clusters that are made at once seldom meet.</summary>
    /// <exception cref="InputException">There are not so many.</exception>
    public static IReadOnlyList<int> Choose(int wanted, ClusterFolder folder, IReadOnlySet<int> taken)
    {
        var start = (int)(BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(folder.Path))) % Count);
        var chosen = new List<int>();
        for (var at = 0; at < Count && chosen.Count < wanted; at++)
        {
            var port = Least + ((start + at) % Count);
            if (!taken.Contains(port) && IsFree(port))
            {
                chosen.Add(port);
            }
        }

        return chosen.Count == wanted ? chosen : throw new InputException($"There are not {wanted} free ports from {Least} to {Least + Count - 1} on 127.0.0.1. End what listens there.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
