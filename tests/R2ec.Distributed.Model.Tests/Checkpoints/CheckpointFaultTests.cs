using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Tests.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Checkpoints;

public sealed class CheckpointFaultTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("r2ec-checkpoint-").FullName;

    public CheckpointFaultTests()
    {
        using var drawn = TinyBackbones.Create(TinyBackbones.Config(tied: false));
        drawn.Save(_folder);
    }

    private string Weights => Path.Combine(_folder, CheckpointFolder.WeightsFile);

    private string Config => Path.Combine(_folder, CheckpointFolder.ConfigFile);

    [Fact]
    public void A_saved_checkpoint_is_the_same_model_when_read_again()
    {
        using var drawn = TinyBackbones.Create(TinyBackbones.Config(tied: false));

        using var read = Backbone.Load(_folder, ScalarType.Float32, CPU);

        Assert.Equal(drawn.Config, read.Config with { StoredType = null });
        Assert.Equal(PolicyHash.Of(drawn.Weights), PolicyHash.Of(read.Weights));
    }

    [Fact]
    public void Missing_weights_are_named()
    {
        File.Delete(Weights);

        AssertSays("model.safetensors");
    }

    [Theory]
    [InlineData("\"llama\"", "\"mamba\"", "mamba")]
    [InlineData("\"hidden_size\": 32", "\"hidden_size\": 64", "shape")]
    [InlineData("\"hidden_size\": 32", "\"hidden_size\": \"wide\"", "hidden_size")]
    [InlineData("\"hidden_size\": 32,", "", "hidden_size")]
    [InlineData("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", "num_key_value_heads")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", "num_hidden_layers")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "model.layers.2")]
    [InlineData("\"rms_norm_eps\": 1E-05", "\"rms_norm_eps\": -1", "rms_norm_eps")]
    [InlineData("\"rope_scaling\": null", "\"rope_scaling\": {\"rope_type\": \"yarn\"}", "yarn")]
    [InlineData("\"silu\"", "\"gelu\"", "hidden_act")]
    [InlineData("{", "{{", "config.json")]
    public void A_configuration_that_does_not_fit_is_refused_by_its_key(string old, string bent, string said)
    {
        var text = File.ReadAllText(Config);
        Assert.Contains(old, text);
        File.WriteAllText(Config, text.Replace(old, bent, StringComparison.Ordinal));

        AssertSays(said);
    }

    [Fact]
    public void A_sliding_window_counts_only_where_it_is_used()
    {
        var text = File.ReadAllText(Config);
        File.WriteAllText(Config, text.Replace("{", "{\"sliding_window\": 4, \"use_sliding_window\": false,", StringComparison.Ordinal));
        Backbone.Load(_folder, ScalarType.Float32, CPU).Dispose();

        File.WriteAllText(Config, text.Replace("{", "{\"sliding_window\": 4, \"use_sliding_window\": true,", StringComparison.Ordinal));

        AssertSays("use_sliding_window");
    }

    [Theory]
    [InlineData("""{"weight_map": {"model.norm.weight": "../model-1.safetensors"}}""", "not a file beside it")]
    [InlineData("""{"weight_map": {"model.norm.weight": "nowhere.safetensors"}}""", "nowhere.safetensors")]
    [InlineData("""{"weight_map": {"strange": "part.safetensors"}}""", "strange")]
    [InlineData("""{"weights": {}}""", "weight_map")]
    public void An_index_that_points_nowhere_is_refused(string index, string said)
    {
        File.Move(Weights, Path.Combine(_folder, "part.safetensors"));
        File.WriteAllText(Path.Combine(_folder, CheckpointFolder.IndexFile), index);

        AssertSays(said);
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused()
    {
        var place = Path.Combine(_folder, "adapter");
        using (var adapter = TinyBackbones.Adapter(TinyBackbones.Config(), new LoraOptions { TargetModules = ["q_proj"] }))
        {
            adapter.Save(place, "base");
        }

        var wider = TinyBackbones.Config() with { HiddenSize = 40 };
        var fault = Assert.Throws<InputException>(() => LoraAdapter.Load(place, wider, ScalarType.Float32, CPU));
        Assert.Contains("shape", fault.Message);
        var deeper = Path.Combine(place, "adapter_config.json");
        File.WriteAllText(deeper, File.ReadAllText(deeper).Replace("\"use_dora\": false", "\"use_dora\": true", StringComparison.Ordinal));
        Assert.Contains("use_dora", Assert.Throws<InputException>(() => LoraAdapter.Load(place, TinyBackbones.Config(), ScalarType.Float32, CPU)).Message);
    }

    [Fact]
    public void Verification_names_the_tensor_that_differs()
    {
        var reference = Path.Combine(_folder, "reference.safetensors");
        using var scope = NewDisposeScope();
        using (var drawn = TinyBackbones.Create(TinyBackbones.Config(tied: false)))
        using (no_grad())
        {
            var ids = TinyBackbones.Ids(1, 6, 53);
            var logits = drawn.Logits(drawn.Forward(ids)).view(6, 53);
            SafetensorsWriter.Write(reference, [KeyValuePair.Create("a.input_ids", ids.view(-1)), KeyValuePair.Create("a.logits", logits)]);
            Assert.True(ModelVerification.Run(_folder, reference).Passes);
            logits[2, 3] += 1e-3;
            SafetensorsWriter.Write(reference, [KeyValuePair.Create("a.input_ids", ids.view(-1)), KeyValuePair.Create("a.logits", logits)]);
        }

        var report = ModelVerification.Run(_folder, reference);

        Assert.False(report.Passes);
        Assert.Contains("a.logits", report.Summary);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void AssertSays(string said) => Assert.Contains(said, Assert.Throws<InputException>(() => Backbone.Load(_folder, ScalarType.Float32, CPU)).Message);
}
