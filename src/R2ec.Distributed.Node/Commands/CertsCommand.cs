using System.CommandLine;
using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>certs ca|node</c>.</summary>
internal static class CertsCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Verb Build() => new Verb("certs", "Make a CA and node certificates for a cluster that has none.",
        """
        Examples:
          r2ec certs ca --out certs
          r2ec certs node --ca certs --name node-1 --address node-1.example.org --address 10.0.0.11 --out certs/node-1
        The nodes of a cluster trust its CA and nothing else. Keep ca.key off the nodes: who holds it can join the cluster.
        """).With(Ca(), Node());

    private static Verb Ca()
    {
        var (output, force) = (Out(), Force());
        return new Verb("ca", "Make a CA of ten years: ca.pem and ca.key.",
            """
            Example:
              r2ec certs ca --out certs
            With --force an old CA is replaced: the certificates that it issued are worth nothing from then on.
            """).With(output, force).Does((parsed, _) =>
            {
                var ca = new DevelopmentCa(parsed.GetValue(output)!, TimeProvider.System);
                ca.Create(parsed.GetValue(force));
                Console.Out.WriteLine($"{ca.CertificatePath} goes to every node; ca.key beside it stays here.");
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static Verb Node()
    {
        var ca = new Option<string>("--ca") { Description = "Folder that holds ca.pem and ca.key.", HelpName = "DIR", Required = true };
        var name = new Option<string>("--name") { Description = "Name of the node, as in its configuration.", HelpName = "NAME", Required = true };
        var addresses = new Option<string[]>("--address")
        {
            Description = "DNS name or IP by which others dial the node; may be given several times.",
            HelpName = "HOST",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var (output, force) = (Out(), Force());
        return new Verb("node", "Issue a node's certificate of two years: NAME.pem, NAME.key and a copy of ca.pem.",
            """
            Examples:
              r2ec certs node --ca certs --name node-1 --address node-1.example.org --address 10.0.0.11 --out certs/node-1
              r2ec certs node --ca certs --name local --address localhost 127.0.0.1 --out certs/local
            A node that is dialled by a name or IP that its certificate does not list is refused.
            """).With(ca, name, addresses, output, force).Does((parsed, _) =>
            {
                var (node, target) = (parsed.GetValue(name)!, parsed.GetValue(output)!);
                new DevelopmentCa(parsed.GetValue(ca)!, TimeProvider.System).Issue(node, parsed.GetValue(addresses)!, target, parsed.GetValue(force));
                Console.Out.WriteLine($"{target} holds {node}.pem, {node}.key and ca.pem: name them in the node's configuration.");
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static Option<string> Out() => new("--out") { Description = "Folder of the files; made where it is missing.", HelpName = "DIR", Required = true };

    private static Option<bool> Force() => new("--force") { Description = "Replace files that are there." };
}
