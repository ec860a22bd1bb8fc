using System.Text.Json;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Core.Tests.Spec;

public sealed class SpecCatalogueTests
{
    [Theory]
    [InlineData("seed")]
    [InlineData("data.seed")]
    [InlineData("recpo.steps")]
    [InlineData("recpo.batch_size")]
    [InlineData("recpo.group_size")]
    [InlineData("recpo.token_weight")]
    [InlineData("recpo.item_weight")]
    [InlineData("recpo.learning_rate")]
    [InlineData("learning.shards")]
    [InlineData("evaluation.every")]
    [InlineData("numerics.threads")]
    public void The_keys_that_scripts_rely_on_are_there(string path) => Assert.True(SpecCatalogue.ByPath.ContainsKey(path));

    [Fact]
    public void Every_key_has_a_meaning_and_every_number_a_range() => Assert.All(SpecCatalogue.ByPath.Values, field =>
    {
        Assert.EndsWith(".", field.Facts.Meaning, StringComparison.Ordinal);
        Assert.True(field.Kind is not (SpecKind.WholeNumber or SpecKind.Number) || field.RangeName.Length > 0, field.Path);
    });

    [Fact]
    public void Every_default_lies_in_its_own_range() => Assert.All(SpecCatalogue.ByPath.Values.Where(f => f.Kind is SpecKind.WholeNumber or SpecKind.Number && f.Default is not null), field =>
    {
        var value = Convert.ToDouble(field.Default, System.Globalization.CultureInfo.InvariantCulture);
        Assert.False(value < field.Facts.Min || value > field.Facts.Max || (field.Facts.AboveMin && value <= field.Facts.Min), field.Path);
    });

    [Fact]
    public void Every_public_property_of_a_section_is_a_key()
    {
        var records = SpecCatalogue.ByPath.Values.Select(f => f.Property.DeclaringType!).Distinct();

        Assert.All(records.SelectMany(r => r.GetProperties()).Where(p => p.CanWrite), p => Assert.NotNull(Attribute.GetCustomAttribute(p, typeof(SpecKeyAttribute))));
    }

    [Fact]
    public void The_schema_is_JSON_and_knows_every_key()
    {
        using var schema = JsonDocument.Parse(SpecJsonSchema.Text());

        Assert.All(SpecCatalogue.ByPath.Values, field =>
        {
            var at = schema.RootElement;
            foreach (var key in field.Path.Split('.'))
            {
                at = (at.TryGetProperty("items", out var item) ? item : at).GetProperty("properties").GetProperty(key);
            }

            Assert.False(string.IsNullOrEmpty(at.GetProperty("description").GetString()));
        });
    }
}
