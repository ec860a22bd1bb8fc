using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Randomness;

namespace R2ec.Distributed.Model.Tests.Engines;

/// <summary>Groups to train on that no policy had to write: chains of different lengths, advantages of both signs.</summary>
internal static class ToyGroups
{
    public static TrainedGroup[] Drawn(Toy toy, int prompts, int step = 1)
    {
        var size = toy.Spec.Recpo.GroupSize;
        var stream = new ChanceStream(3, ChancePurpose.World, step);
        var lengths = new int[prompts * size];
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = 1 + stream.NextIndex(9);
        }

        var tokens = lengths.Sum();
        List<TrainedGroup> groups = [];
        for (var p = 0; p < prompts; p++)
        {
            List<TrainedCompletion> completions = [];
            for (var c = 0; c < size; c++)
            {
                var chain = new int[lengths[(p * size) + c]];
                for (var t = 0; t < chain.Length; t++)
                {
                    chain[t] = 2 + stream.NextIndex(toy.Tokenizer.VocabularySize - 2);
                }

                completions.Add(new TrainedCompletion([.. chain, .. toy.Context.Marker.Ids], chain.Length, null, stream.Normal(), 1.0 / tokens));
            }

            groups.Add(new TrainedGroup(new SampleId(((step * prompts) + p) % 24), completions));
        }

        return [.. groups];
    }
}
