using System.Globalization;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Node.Screens;

/// <summary>
/// A run on stderr: a bar with rate and time left on a terminal, and lines for the facts that matter: baselines, stretches of the warm start, evaluations,
/// every tenth step, how it ends.
/// </summary>
internal sealed class RunScreen(TimeProvider clock) : IProgress<RunProgress>
{
    private const int StepsPerLine = 10;
    private readonly ProgressLine _line = new(clock);
    private readonly long _began = clock.GetTimestamp();

    /// <inheritdoc/>
    public void Report(RunProgress value)
    {
        var facts = string.Join(", ", value.Facts.Select(f => $"{f.Name} {Number(f.Value)}"));
        var total = Math.Max(1, value.Total);
        var name = value.Phase.Replace('_', ' ');
        var text = value.Phase == "train" ? $"step {value.RunStep} of {value.RunSteps}{(facts.Length > 0 ? ", " + facts : "")}" : $"{name} {value.Step} of {value.Total}{(facts.Length > 0 ? ", " + facts : "")}";
        var fraction = value.Phase == "train" ? (double)value.RunStep / Math.Max(1, value.RunSteps) : (double)value.Step / total;
        _line.Show(text, fraction, value.Phase);
    }

    /// <summary>Writes the lines of a fact.</summary>
    public void Observe(IRunEvent fact)
    {
        switch (fact)
        {
            case RunEvents.BaselinesMeasured e:
                foreach (var baseline in e.Baselines)
                {
                    Say($"baseline {baseline.Name.Replace('_', ' ')}: {Some(baseline.Metrics, "valid/ndcg@10", "valid/hr@10", "test/ndcg@10")}");
                }

                break;
            case RunEvents.WarmStartAdvanced e:
                Say($"warm start step {e.Step}: {Losses(e.Metrics)}");
                break;
            case RunEvents.StepTrained e when e.Step % StepsPerLine == 0 || e.Step == 1:
                Say($"step {e.Step}: {Some(e.Metrics, "reward/mean", "rollout/closed_fraction", "gradient/norm", "time/step_s")}");
                break;
            case RunEvents.Evaluated e:
                Say($"evaluation after step {e.Step}: {Some(e.Metrics, "valid/ndcg@10", "valid/hr@10", "valid/no_chain/ndcg@10", "valid/permuted_chain/ndcg@10", "test/ndcg@10")}");
                break;
            case RunEvents.PlanShortened e:
                Say($"the run ends after {e.Steps} steps: {e.Reason}");
                break;
            case RunEvents.Resumed e:
                Say($"resumed, life {e.Epoch.Value} of this run");
                break;
        }
    }

    /// <summary>Writes a line with the time since the program began.</summary>
    public void Say(string text) => _line.Say($"{clock.GetElapsedTime(_began).TotalSeconds,7:0.0} s  {text}");

    /// <summary>Takes the bar away.</summary>
    public void Clear() => _line.Clear();

    private static string Losses(IReadOnlyList<Metric> metrics) => string.Join(", ", metrics.Where(m => m.Name.StartsWith("loss/", StringComparison.Ordinal)).Select(m => $"{m.Name} {Number(m.Value)}"));

    private static string Some(IReadOnlyList<Metric> metrics, params string[] names) =>
        string.Join(", ", names.SelectMany(n => metrics.Where(m => m.Name == n)).Select(m => $"{m.Name} {Number(m.Value)}"));

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 0.001 || value == 0 ? "0.###" : "0.#e0", CultureInfo.InvariantCulture);
}
