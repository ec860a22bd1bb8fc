namespace R2ec.Distributed.Core.Runs;

/// <summary>
/// What became of every planned group, read from the journal alone: an independent reader that shares no rule with <see cref="RunState"/>. Every group of a
/// planned step has one fate, so that planned = trained + dropped + cancelled + open.
/// </summary>
/// <param name="Planned">Groups of planned steps.</param>
/// <param name="Trained">Groups of steps that were trained.</param>
/// <param name="Dropped">Groups that were given up because they were too old; none where every step trains what it planned.</param>
/// <param name="Cancelled">Groups of steps that were under way when the run ended as failed or stopped.</param>
/// <param name="Open">Groups of steps that are under way.</param>
/// <param name="Lost">Groups that were trained on without having been completed.</param>
/// <param name="Twice">Groups that were planned or completed twice, and groups of steps that were trained twice.</param>
/// <param name="Findings">A sentence for each step that is not in order, in the order of steps.</param>
public sealed record RunAudit(int Planned, int Trained, int Dropped, int Cancelled, int Open, int Lost, int Twice, IReadOnlyList<string> Findings)
{
    /// <summary>Whether nothing is lost and nothing counted twice.</summary>
    public bool IsClean => Lost == 0 && Twice == 0 && Findings.Count == 0 && Planned == Trained + Dropped + Cancelled + Open;

    /// <summary>The audit of a whole journal.</summary>
    /// <param name="facts">All of its facts, in order.</param>
    public static RunAudit Of(IReadOnlyList<IRunEvent> facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var steps = new SortedDictionary<int, StepCount>();
        var ended = false;
        foreach (var fact in facts)
        {
            switch (fact)
            {
                case RunEvents.StepPlanned e:
                    Count(steps, e.Step).Plan(e.Samples.Count);
                    break;
                case RunEvents.GroupCompleted e:
                    Count(steps, e.Group.Step).Complete(e.Group.Index);
                    break;
                case RunEvents.StepTrained e:
                    Count(steps, e.Step).Train();
                    break;
                case RunEvents.Failed or RunEvents.Stopped:
                    ended = true;
                    break;
                case RunEvents.Resumed:
                    ended = false;
                    break;
            }
        }

        return Sum(steps, ended);
    }

    private static RunAudit Sum(SortedDictionary<int, StepCount> steps, bool ended)
    {
        var untrained = steps.Values.Where(s => s.TrainedTimes == 0).Sum(s => s.Planned);
        return new RunAudit(
            steps.Values.Sum(s => s.Planned),
            steps.Values.Where(s => s.TrainedTimes > 0).Sum(s => s.Planned),
            Dropped: 0,
            Cancelled: ended ? untrained : 0,
            Open: ended ? 0 : untrained,
            steps.Values.Sum(s => s.Lost),
            steps.Values.Sum(s => s.Twice),
            [.. steps.SelectMany(s => s.Value.Findings(s.Key))]);
    }

    private static StepCount Count(SortedDictionary<int, StepCount> steps, int step)
    {
        if (!steps.TryGetValue(step, out var count))
        {
            steps[step] = count = new StepCount();
        }

        return count;
    }

    /// <summary>What the journal says of one step.</summary>
    private sealed class StepCount
    {
        private readonly HashSet<int> _completed = [];
        private int _plans;
        private int _again;
        private int _strangers;

        public int Planned { get; private set; }

        public int TrainedTimes { get; private set; }

        public int Lost => TrainedTimes > 0 ? Math.Max(Planned - _completed.Count, _plans == 0 ? 1 : 0) : 0;

        public int Twice => _again + (Math.Max(0, _plans - 1) * Planned) + (Math.Max(0, TrainedTimes - 1) * Math.Max(1, Planned));

        public void Plan(int groups)
        {
            _plans++;
            Planned = Math.Max(Planned, groups);
        }

        public void Complete(int group)
        {
            if (group >= Planned)
            {
                _strangers++;
            }
            else if (!_completed.Add(group))
            {
                _again++;
            }
        }

        public void Train() => TrainedTimes++;

        public IEnumerable<string> Findings(int step)
        {
            if (_plans != 1)
            {
                yield return _plans == 0 ? $"step {step} was never planned" : $"step {step} was planned {_plans} times";
            }

            if (TrainedTimes > 1)
            {
                yield return $"step {step} was trained {TrainedTimes} times";
            }

            if (_again > 0)
            {
                yield return $"step {step}: {_again} groups were completed again";
            }

            if (_strangers > 0)
            {
                yield return $"step {step}: {_strangers} groups were completed that were not planned before";
            }

            if (Lost > 0)
            {
                yield return $"step {step}: {Lost} groups were trained on without having been completed";
            }
        }
    }
}
