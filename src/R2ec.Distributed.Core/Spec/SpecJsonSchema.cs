using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace R2ec.Distributed.Core.Spec;

/// <summary>The spec as JSON schema (2020-12), for editors and for scripts.</summary>
public static class SpecJsonSchema
{
    private static readonly JsonSerializerOptions Form = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema's text.</summary>
    public static string Text()
    {
        var root = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = "r2ec experiment spec" };
        Section(root, SpecCatalogue.Fields);
        return root.ToJsonString(Form) + "\n";
    }

    private static void Section(JsonObject target, IReadOnlyList<SpecField> fields)
    {
        target["type"] = "object";
        target["additionalProperties"] = false;
        target["properties"] = new JsonObject(fields.Select(f => KeyValuePair.Create<string, JsonNode?>(f.Key, Field(f))));
    }

    private static JsonObject Field(SpecField field)
    {
        var text = field.Facts.Source is null ? field.Facts.Meaning : $"{field.Facts.Meaning} Default: {field.Facts.Source}.";
        var result = new JsonObject { ["description"] = text };
        if (field.Kind == SpecKind.Section)
        {
            Section(result, field.Fields);
        }
        else if (field.Kind == SpecKind.Sections)
        {
            var item = new JsonObject();
            Section(item, field.Fields);
            (result["type"], result["items"]) = ("array", item);
        }
        else
        {
            var target = field.Kind == SpecKind.Texts ? new JsonObject { ["type"] = "string" } : result;
            Bounds(target, field);
            if (field.Kind == SpecKind.NamedTexts)
            {
                (result["type"], result["additionalProperties"]) = ("object", new JsonObject { ["type"] = "string" });
            }

            if (field.Kind == SpecKind.Texts)
            {
                (result["type"], result["items"], result["uniqueItems"]) = ("array", target, true);
            }
        }

        if (field.Optional)
        {
            result["type"] = new JsonArray(result["type"]!.GetValue<string>(), "null");
        }

        if (!field.HasFields && field.Default is not null)
        {
            result["default"] = JsonSerializer.SerializeToNode(field.Default, field.Default.GetType());
        }

        return result;
    }

    private static void Bounds(JsonObject target, SpecField field)
    {
        target["type"] = field.Kind switch
        {
            SpecKind.WholeNumber => "integer",
            SpecKind.Number => "number",
            SpecKind.Switch => "boolean",
            _ => "string",
        };
        if (field.Choices.Count > 0)
        {
            target["enum"] = new JsonArray([.. field.Choices.Select(c => (JsonNode)c)]);
        }

        if (!double.IsNaN(field.Facts.Min))
        {
            target[field.Facts.AboveMin ? "exclusiveMinimum" : "minimum"] = field.Facts.Min;
        }

        if (!double.IsNaN(field.Facts.Max))
        {
            target["maximum"] = field.Facts.Max;
        }
    }
}
