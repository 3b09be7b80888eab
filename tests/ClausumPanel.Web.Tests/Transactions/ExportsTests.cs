using ClausumPanel.Web.Pages.Transactions;

namespace ClausumPanel.Web.Tests.Transactions;

public sealed class ExportsTests
{
    [Theory]
    [InlineData("=HYPERLINK(\"http://x\")"), InlineData("+1"), InlineData("-1"), InlineData("@SUM(A1)"), InlineData("\t=1"), InlineData("\r=1")]
    public void A_text_that_a_spreadsheet_would_run_is_shown_instead(string text) => Assert.Equal("'" + text, Exports.Harmless(text));

    [Theory]
    [InlineData("maria@tienda.example"), InlineData(""), InlineData("ORD-1=2")]
    public void Any_other_text_stays_as_it_is(string text) => Assert.Equal(text, Exports.Harmless(text));
}
