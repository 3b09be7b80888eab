namespace ClausumPanel.Web.Api;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">Where: <c>device.ip</c>, <c>body</c>.</param>
/// <param name="Code">A stable word for programs: <c>required</c>, <c>type</c>, <c>range</c>, <c>format</c>, <c>length</c>, <c>duplicate</c>, <c>json</c>, <c>card_number</c>.</param>
/// <param name="Reason">A sentence for people; never repeats more of the input than a name.</param>
public readonly record struct FieldError(string Field, string Code, string Reason);
