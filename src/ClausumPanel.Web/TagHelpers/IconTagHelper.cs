using System.Collections.Concurrent;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ClausumPanel.Web.TagHelpers;

/// <summary><c>&lt;icon name="home" /&gt;</c>: the restored SVG, inline so that it takes the colour of its text. It says nothing aloud; a word stands beside it.</summary>
[HtmlTargetElement("icon", TagStructure = TagStructure.WithoutEndTag)]
public sealed class IconTagHelper(IWebHostEnvironment environment) : TagHelper
{
    private static readonly ConcurrentDictionary<string, string> Known = new();

    public required string Name { get; set; }
    public string? Class { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "svg";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", Class is null ? "icon" : $"icon {Class}");
        output.Attributes.SetAttribute("viewBox", "0 0 24 24");
        output.Attributes.SetAttribute("fill", "none");
        output.Attributes.SetAttribute("stroke", "currentColor");
        output.Attributes.SetAttribute("stroke-width", "1.75");
        output.Attributes.SetAttribute("stroke-linecap", "round");
        output.Attributes.SetAttribute("stroke-linejoin", "round");
        output.Attributes.SetAttribute("aria-hidden", "true");
        output.Attributes.SetAttribute("focusable", "false");
        output.Content.SetHtmlContent(Known.GetOrAdd(Name, Read));
    }

    private string Read(string name)
    {
        var file = environment.WebRootFileProvider.GetFileInfo($"lib/tabler-icons/icons/outline/{name}.svg");
        if (!file.Exists) throw new InvalidOperationException($"There is no icon {name}: list it in libman.json.");
        using var reader = new StreamReader(file.CreateReadStream());
        var svg = reader.ReadToEnd();
        var start = svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1;
        return svg[start..svg.LastIndexOf("</svg>", StringComparison.Ordinal)].Trim();
    }
}
