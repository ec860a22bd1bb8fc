using System.Text.Json;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Backbones;

public sealed class RealModelGoldenTests
{
    [Fact]
    public void Stories260K_continues_as_published()
    {
        var folder = SharedFolder.Need("checkpoints", "stories260K", "hf");
        using var facts = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "greedy.json")));
        var wanted = Longs(facts.RootElement.GetProperty("ids_256"));
        using var backbone = Backbone.Load(folder, ScalarType.Float32, CPU);

        Assert.Equal(wanted, GreedyIds.After(backbone, [1], wanted.Length));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void SmolLM2_gives_the_logits_hidden_states_and_greedy_ids_of_its_reference()
    {
        var folder = Environment.GetEnvironmentVariable("R2EC_SMOLLM2") ?? string.Empty;
        Assert.SkipUnless(Directory.Exists(folder), "R2EC_SMOLLM2 names no folder with the converted SmolLM2-135M-Instruct");
        using var facts = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Golden("models", "smollm2", "golden.json")));
        using var golden = SafetensorsFile.Open(SharedFolder.Golden("models", "smollm2", "golden.safetensors"));
        using var backbone = Backbone.Load(folder, ScalarType.Float32, CPU);
        using var guard = no_grad();
        var number = 0;
        foreach (var chat in facts.RootElement.GetProperty("chats").EnumerateArray())
        {
            AssertChat(backbone, chat, golden, number++);
        }

        AssertItems(backbone, facts.RootElement, golden);
    }

    private static void AssertChat(Backbone backbone, JsonElement chat, SafetensorsFile golden, int number)
    {
        using var scope = NewDisposeScope();
        var ids = Longs(chat.GetProperty("ids"));
        var last = backbone.Forward(tensor(ids).view(1, -1)).narrow(1, ids.Length - 1, 1);
        BackboneTests.AssertClose(golden.Read($"chat.{number}.last_hidden"), last.view(-1), 2e-4);
        var logits = backbone.Logits(last).view(-1);
        Assert.Equal(chat.GetProperty("log_sum_exp").GetDouble(), logits.to(ScalarType.Float64).logsumexp(0).item<double>(), 5e-4);
        var top = logits.index_select(0, tensor(Longs(chat.GetProperty("top50_ids"))));
        BackboneTests.AssertClose(tensor(chat.GetProperty("top50_logits").EnumerateArray().Select(value => value.GetSingle()).ToArray()), top, 5e-4);
        var greedy = Longs(chat.GetProperty("greedy_48_ids_without_stop"));
        Assert.Equal(greedy, GreedyIds.After(backbone, ids, greedy.Length));
    }

    private static void AssertItems(Backbone backbone, JsonElement facts, SafetensorsFile golden)
    {
        using var scope = NewDisposeScope();
        var number = 0;
        foreach (var item in facts.GetProperty("items").EnumerateArray())
        {
            var ids = Longs(item.GetProperty("ids"));
            var last = backbone.Forward(tensor(ids).view(1, -1)).narrow(1, ids.Length - 1, 1);
            BackboneTests.AssertClose(golden.Read("items.last_hidden").narrow(0, number++, 1).view(-1), last.view(-1), 2e-4);
        }
    }

    private static long[] Longs(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetInt64())];
}
