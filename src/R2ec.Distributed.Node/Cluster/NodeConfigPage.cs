using System.Globalization;
using System.Text;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>The reference page of a node's configuration, docs/node-config.md; <c>r2ec node --explain</c> prints it.</summary>
internal static class NodeConfigPage
{
    /// <summary>The page in Markdown.</summary>
    public static string Text()
    {
        var text = new StringBuilder(
            """
            # A node's configuration

            The file of `./r2ec node --config FILE`: YAML, at most 1 MB. This page is what `./r2ec node --explain` prints; change it in `Node/Cluster/NodeConfigKeys`.
            One example for each role stands in `cluster-config/`.

            - Unknown keys are faults, and all faults are reported at once with their lines; the exit code is 3.
            - Relative paths start at the folder of the file.
            - `${NAME}` in a text stands for that environment variable. A variable that is not set is a fault, except `${HOSTNAME}`: that is then the machine's name.
            - Secrets stand in files of their own, readable by their owner alone, never in this one.

            | key | type | default | range | meaning |
            | --- | --- | --- | --- | --- |

            """);
        foreach (var key in NodeConfigKeys.All)
        {
            var value = key.Default is not null ? $"`{key.Default}`" : key.Required ? "required" : "";
            text.Append(CultureInfo.InvariantCulture, $"| `{key.Path}` | {key.KindName} | {value} | {key.RangeName} | {key.Meaning} |\n");
        }

        return text.ToString();
    }
}
