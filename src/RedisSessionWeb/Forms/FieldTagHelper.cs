using System.Text.Encodings.Web;

using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace RedisSessionWeb.Forms;

/// <summary>
/// One labelled input with its hint and its errors, wired together for screen readers:
/// <c>&lt;field for="Email" label="…" type="email" autocomplete="email" /&gt;</c>. Further attributes go to the input.
/// </summary>
[HtmlTargetElement("field", Attributes = "for,label", TagStructure = TagStructure.WithoutEndTag)]
public sealed class FieldTagHelper : TagHelper
{
    /// <summary>The property of the page that the input fills.</summary>
    public ModelExpression For { get; set; } = null!;

    /// <summary>The visible label.</summary>
    public string Label { get; set; } = "";

    /// <summary>A line of help under the label; <see langword="null"/>: none.</summary>
    public string? Hint { get; set; }

    /// <summary>The input's type. A password is never written back into the page.</summary>
    public string Type { get; set; } = "text";

    /// <summary>The page being rendered.</summary>
    [ViewContext, HtmlAttributeNotBound]
    public ViewContext ViewContext { get; set; } = null!;

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var id = For.Name.Replace('.', '_');
        var errors = ErrorsOf(For.Name);
        var input = InputTag(id, output.Attributes, errors.Count > 0);

        output.TagName = "div";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.Clear();
        output.Attributes.SetAttribute("class", errors.Count > 0 ? "field invalid" : "field");

        var label = new TagBuilder("label");
        label.Attributes["for"] = id;
        label.InnerHtml.Append(Label);
        output.Content.AppendHtml(label);
        if (Hint is not null)
        {
            output.Content.AppendHtml(Line("hint", $"{id}-hint", Hint));
        }

        output.Content.AppendHtml(input);
        if (errors.Count > 0)
        {
            output.Content.AppendHtml(Line("error", $"{id}-error", string.Join(' ', errors)));
        }
    }

    private TagBuilder InputTag(string id, TagHelperAttributeList attributes, bool invalid)
    {
        var input = new TagBuilder("input") { TagRenderMode = TagRenderMode.SelfClosing };
        input.Attributes["id"] = id;
        input.Attributes["name"] = For.Name;
        input.Attributes["type"] = Type;
        if (Type != "password" && Convert.ToString(SentValue() ?? For.Model, provider: null) is { Length: > 0 } value)
        {
            input.Attributes["value"] = value;
        }

        foreach (var attribute in attributes)
        {
            input.Attributes[attribute.Name] = ValueOf(attribute);
        }

        string?[] described = [Hint is null ? null : $"{id}-hint", invalid ? $"{id}-error" : null];
        if (described.Any(d => d is not null))
        {
            input.Attributes["aria-describedby"] = string.Join(' ', described.Where(d => d is not null));
        }

        if (invalid)
        {
            input.Attributes["aria-invalid"] = "true";
            input.Attributes["autofocus"] = "autofocus";
        }

        return input;
    }

    /// <summary>What the visitor typed, kept when the form is shown again.</summary>
    private string? SentValue() =>
        ViewContext.ModelState.TryGetValue(For.Name, out var entry) ? entry.AttemptedValue : null;

    private List<string> ErrorsOf(string name) =>
        ViewContext.ModelState.TryGetValue(name, out var entry) && entry.ValidationState == ModelValidationState.Invalid
            ? [.. entry.Errors.Select(e => e.ErrorMessage)]
            : [];

    private static string ValueOf(TagHelperAttribute attribute)
    {
        if (attribute.Value is not Microsoft.AspNetCore.Html.IHtmlContent html)
        {
            return attribute.Value?.ToString() ?? attribute.Name;
        }

        using var writer = new StringWriter();
        html.WriteTo(writer, HtmlEncoder.Default);
        return System.Net.WebUtility.HtmlDecode(writer.ToString());
    }

    private static TagBuilder Line(string kind, string id, string text)
    {
        var line = new TagBuilder("p");
        line.Attributes["class"] = kind;
        line.Attributes["id"] = id;
        line.InnerHtml.Append(text);
        return line;
    }
}
