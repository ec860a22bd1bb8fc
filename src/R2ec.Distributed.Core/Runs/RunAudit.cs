using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>
/// What became of every planned group, read from the journal alone: an independent reader that shares no rule with <see cref="RunState"/>. Every planned
/// group has one fate, so that planned = trained + dropped + cancelled + open.
/// </summary>
/// <param name="Planned">Groups of planned steps.</param>
/// <param name="Trained">Groups that a step was trained on.</param>
/// <param name="Dropped">Groups that were given up by a rule: too old, failed, or not needed since the run ended earlier.</param>
/// <param name="Cancelled">Groups that were under way when the run ended as failed or stopped.</param>
/// <param name="Open">Groups that are under way.</param>
/// <param name="Lost">Groups that were trained on without having been completed.</param>
/// <param name="Twice">Groups that were planned, completed, trained or dropped twice, and groups of steps that were trained twice.</param>
/// <param name="Findings">A sentence for each thing that is not in order, in the order of steps.</param>
public sealed record RunAudit(int Planned, int Trained, int Dropped, int Cancelled, int Open, int Lost, int Twice, IReadOnlyList<string> Findings)
{
    /// <summary>Whether nothing is lost, nothing counted twice, and nothing was trained past its bound.</summary>
    public bool IsClean => Lost == 0 && Twice == 0 && Findings.Count == 0 && Planned == Trained + Dropped + Cancelled + Open;

    /// <summary>The audit of a whole journal.</summary>
    /// <param name="facts">All of its facts, in order.</param>
    public static RunAudit Of(IReadOnlyList<IRunEvent> facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var reading = new Reading();
        foreach (var fact in facts)
        {
            reading.Take(fact);
        }

        return reading.Sum();
    }

    /// <summary>What has been read so far.</summary>
    private sealed class Reading
    {
        private readonly SortedDictionary<int, PlanCount> _plans = [];
        private readonly SortedDictionary<int, IReadOnlyList<GroupId>> _assembled = [];
        private readonly SortedDictionary<int, int> _trained = [];
        private readonly Dictionary<Digest, int> _versions = [];
        private readonly List<string> _findings = [];
        private TrainingMode _mode;
        private int _bound;
        private bool _partial;
        private bool _ended;

        public void Take(IRunEvent fact)
        {
            switch (fact)
            {
                case RunEvents.Started e:
                    (_mode, _bound, _partial) = (e.Plan.Mode, e.Plan.MaxStaleness, e.Plan.PartialRollouts);
                    break;
                case RunEvents.ReinforcementBegun e:
                    _versions[e.Weights] = 0;
                    break;
                case RunEvents.StepPlanned e:
                    Plan(e.Step).Plan(e.Samples.Count, _versions.TryGetValue(e.Policy, out var version) ? version : null);
                    break;
                case RunEvents.GroupCompleted e:
                    Plan(e.Group.Step).Complete(e.Group.Index);
                    Span(e);
                    break;
                case RunEvents.StepAssembled e:
                    Assemble(e);
                    break;
                case RunEvents.GroupsDropped e:
                    Plan(e.Step).Drop(e.Groups);
                    break;
                case RunEvents.StepTrained e:
                    Train(e.Step);
                    _versions[e.Weights] = e.Step;
                    break;
                case RunEvents.Failed or RunEvents.Stopped:
                    _ended = true;
                    break;
                case RunEvents.Resumed:
                    _ended = false;
                    break;
            }
        }

        public RunAudit Sum()
        {
            var under = _plans.Values.Sum(plan => plan.Groups - plan.TrainedCount - plan.DroppedCount);
            return new RunAudit(
                _plans.Values.Sum(plan => plan.Groups),
                _plans.Values.Sum(plan => plan.TrainedCount),
                _plans.Values.Sum(plan => plan.DroppedCount),
                Cancelled: _ended ? under : 0,
                Open: _ended ? 0 : under,
                _plans.Values.Sum(plan => plan.Lost),
                _plans.Values.Sum(plan => plan.Twice) + _trained.Values.Sum(times => times - 1),
                [.. _plans.SelectMany(plan => plan.Value.Findings(plan.Key)), .. _trained.Where(pair => pair.Value > 1).Select(pair => $"step {pair.Key} was trained {pair.Value} times"), .. _findings]);
        }

        // A group is as old as its plan: no token may be older, and none newer than what was trained by then.
        private void Span(RunEvents.GroupCompleted completed)
        {
            if (completed is { Oldest: { } oldest, Newest: { } newest } && (!_partial || oldest < Plan(completed.Group.Step).Version || newest < oldest || (newest > 0 && !_trained.ContainsKey(newest))))
            {
                _findings.Add($"group {completed.Group} has tokens of the versions {oldest} to {newest}, but was planned on {Plan(completed.Group.Step).Version}{(_partial ? "" : ", and recpo.partial_rollouts is false")}");
            }
        }

        private void Assemble(RunEvents.StepAssembled assembled)
        {
            if (!_assembled.TryAdd(assembled.Step, assembled.Groups))
            {
                _findings.Add($"what step {assembled.Step} trains on was fixed again");
            }
        }

        // Without an assembly a step trains the plan of its number, whole.
        private void Train(int step)
        {
            _trained[step] = _trained.GetValueOrDefault(step) + 1;
            if (_trained[step] > 1)
            {
                return;
            }

            if (_assembled.TryGetValue(step, out var groups))
            {
                foreach (var group in groups)
                {
                    Plan(group.Step).Train(group.Index);
                }
            }
            else if (_mode == TrainingMode.Async)
            {
                _findings.Add($"step {step} was trained, but what on was never fixed");
                return;
            }
            else
            {
                Plan(step).TrainWhole();
            }

            foreach (var plan in (groups?.Select(group => group.Step).Distinct() ?? [step]).Where(plan => step - 1 - Plan(plan).Version > _bound))
            {
                _findings.Add($"step {step} was trained on groups of plan {plan}, which are {step - 1 - Plan(plan).Version} versions old; the bound is {_bound}");
            }
        }

        private PlanCount Plan(int step)
        {
            if (!_plans.TryGetValue(step, out var count))
            {
                _plans[step] = count = new PlanCount();
            }

            return count;
        }
    }

    /// <summary>What the journal says of one planned step.</summary>
    private sealed class PlanCount
    {
        private readonly HashSet<int> _completed = [];
        private readonly HashSet<int> _trained = [];
        private readonly HashSet<int> _dropped = [];
        private int _plans;
        private int _again;
        private int _endedAgain;
        private int _strangers;
        private int _blind;

        public int Groups { get; private set; }

        /// <summary>Version of the policy that it names; null where no step left such weights behind.</summary>
        public int? Version { get; private set; }

        public int TrainedCount => _trained.Count;

        public int DroppedCount => _dropped.Count;

        public int Lost => _trained.Count(group => !_completed.Contains(group)) + _blind;

        public int Twice => _again + _endedAgain + (Math.Max(0, _plans - 1) * Groups);

        public void Plan(int groups, int? version)
        {
            _plans++;
            (Groups, Version) = (Math.Max(Groups, groups), version);
        }

        public void Complete(int group)
        {
            if (group >= Groups)
            {
                _strangers++;
            }
            else if (!_completed.Add(group))
            {
                _again++;
            }
        }

        public void Train(int group)
        {
            if (group >= Groups)
            {
                _blind++;
            }
            else if (_dropped.Contains(group) || !_trained.Add(group))
            {
                _endedAgain++;
            }
        }

        public void TrainWhole()
        {
            _blind += _plans == 0 ? 1 : 0;
            foreach (var group in Enumerable.Range(0, Groups))
            {
                Train(group);
            }
        }

        public void Drop(IReadOnlyList<int> groups)
        {
            foreach (var group in groups)
            {
                if (group >= Groups)
                {
                    _strangers++;
                }
                else if (_trained.Contains(group) || !_dropped.Add(group))
                {
                    _endedAgain++;
                }
            }
        }

        public IEnumerable<string> Findings(int step)
        {
            if (_plans != 1)
            {
                yield return _plans == 0 ? $"step {step} was never planned" : $"step {step} was planned {_plans} times";
            }

            if (_again > 0)
            {
                yield return $"step {step}: {_again} groups were completed again";
            }

            if (_endedAgain > 0)
            {
                yield return $"step {step}: {_endedAgain} groups were trained or dropped again";
            }

            if (_strangers > 0)
            {
                yield return $"step {step}: {_strangers} groups were completed or dropped that were not planned before";
            }

            if (Lost > 0)
            {
                yield return $"step {step}: {Lost} groups were trained on without having been completed";
            }
        }
    }
}
