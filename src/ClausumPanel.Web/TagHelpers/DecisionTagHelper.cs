using ClausumPanel.Assess;
using ClausumPanel.Web.Localization;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ClausumPanel.Web.TagHelpers;

/// <summary><c>&lt;decision is="…" /&gt;</c>: icon, word and colour; the word alone would do.</summary>
[HtmlTargetElement("decision", TagStructure = TagStructure.WithoutEndTag)]
public sealed class DecisionTagHelper(IWebHostEnvironment environment, Texts T) : TagHelper
{
    public Decision Is { get; set; }

    public static string Word(Decision decision) => decision switch
    {
        Decision.Approve => "approve",
        Decision.Review => "review",
        Decision.Challenge => "challenge",
        Decision.Decline => "decline",
    };

    public static string Icon(Decision decision) => decision switch
    {
        Decision.Approve => "circle-check",
        Decision.Review => "user-search",
        Decision.Challenge => "shield-question",
        Decision.Decline => "ban",
    };

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", $"decision is-{Word(Is)}");
        var icon = new TagHelperOutput("icon", [], (_, _) => Task.FromResult<TagHelperContent>(new DefaultTagHelperContent()));
        new IconTagHelper(environment) { Name = Icon(Is) }.Process(context, icon);
        output.Content.AppendHtml(icon);
        output.Content.Append(T.Name(Is));
    }
}

/// <summary><c>&lt;score value="62" is="…" /&gt;</c>: the number and how far along the scale it is, in the colour of what was decided.</summary>
[HtmlTargetElement("score", TagStructure = TagStructure.WithoutEndTag)]
public sealed class ScoreTagHelper : TagHelper
{
    public int Value { get; set; }
    public Decision Is { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", $"score is-{DecisionTagHelper.Word(Is)}");
        output.Content.AppendHtml($"""<b>{Value}</b><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="score-whole" width="100" height="6" rx="3"></rect><rect class="score-part" width="{Value}" height="6" rx="3"></rect></svg>""");
    }
}
