using System.Globalization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ClausumPanel.Web.TagHelpers;

/// <summary><c>&lt;moment at="…" /&gt;</c>: a moment on the reader's clock, in UTC for machines, whole in its tooltip.</summary>
[HtmlTargetElement("moment", TagStructure = TagStructure.WithoutEndTag)]
public sealed class MomentTagHelper(Reader reader) : TagHelper
{
    public DateTimeOffset At { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "time";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("datetime", At.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        output.Attributes.SetAttribute("title", reader.Whole(At));
        output.Content.SetContent(reader.Moment(At));
    }
}
