using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Tests.Enrichment;

public sealed class EmailAddressesTests
{
    [Theory]
    [InlineData("maria.lopez@gmail.com", "maria.lopez@gmail.com", "marialopez@gmail.com", "gmail.com", "com")]
    [InlineData(" Maria.Lopez+Compras@GoogleMail.com ", "maria.lopez+compras@googlemail.com", "marialopez@gmail.com", "googlemail.com", "com")]
    [InlineData("marialopez@gmail.com", "marialopez@gmail.com", "marialopez@gmail.com", "gmail.com", "com")]
    [InlineData("maria.lopez+x@hotmail.com", "maria.lopez+x@hotmail.com", "maria.lopez@hotmail.com", "hotmail.com", "com")]
    [InlineData("m.l+a+b@outlook.es", "m.l+a+b@outlook.es", "m.l@outlook.es", "outlook.es", "es")]
    [InlineData("m.l+x@protonmail.com", "m.l+x@protonmail.com", "ml@proton.me", "protonmail.com", "com")]
    [InlineData("ana+x@acme.com.mx", "ana+x@acme.com.mx", "ana+x@acme.com.mx", "acme.com.mx", "mx")]
    [InlineData("+ana@gmail.com", "+ana@gmail.com", "+ana@gmail.com", "gmail.com", "com")]
    [InlineData("ANA@ACME.MX", "ana@acme.mx", "ana@acme.mx", "acme.mx", "mx")]
    [InlineData("ana@acme.mx.", "ana@acme.mx.", "ana@acme.mx", "acme.mx", "mx")]
    [InlineData("josé@peña.mx", "josé@peña.mx", "josé@xn--pea-8ma.mx", "xn--pea-8ma.mx", "mx")]
    [InlineData("ana@münchen.de", "ana@münchen.de", "ana@xn--mnchen-3ya.de", "xn--mnchen-3ya.de", "de")]
    [InlineData("\"a@b\"@acme.mx", "\"a@b\"@acme.mx", "\"a@b\"@acme.mx", "acme.mx", "mx")]
    public void An_address_is_brought_to_the_mailbox_behind_it(string text, string address, string normalized, string domain, string tld)
    {
        Assert.True(LoadedData.Shipped.Emails.TryLook(text, out var facts));
        Assert.Equal((address, normalized, domain, tld), (facts.Address, facts.Normalized, facts.Domain.Name, facts.Domain.Tld));
    }

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("ana")]
    [InlineData("ana@")]
    [InlineData("@acme.mx")]
    [InlineData("ana@.")]
    public void What_is_no_address_is_told(string text) => Assert.False(LoadedData.Shipped.Emails.TryLook(text, out _));

    [Fact]
    public void A_very_long_address_is_no_address()
    {
        Assert.False(LoadedData.Shipped.Emails.TryLook(new string('a', 400) + "@acme.mx", out _));
        Assert.True(LoadedData.Shipped.Emails.TryLook(new string('a', 300) + "@acme.mx", out _));
    }

    [Theory]
    [InlineData("x@mailinator.com", true, false)]
    [InlineData("x@anything.mailinator.com", true, false)]
    [InlineData("x@a.b.yopmail.com", true, false)]
    [InlineData("x@guerrillamail.com", true, false)]
    [InlineData("x@gmail.com", false, true)]
    [InlineData("x@YAHOO.com.mx", false, true)]
    [InlineData("x@prodigy.net.mx", false, true)]
    [InlineData("x@hotmail.com.mx", false, true)]
    [InlineData("x@banorte.com", false, false)]
    [InlineData("x@mail.banorte.com", false, false)]
    [InlineData("x@mymailinator.com", false, false)]
    [InlineData("x@com", false, false)]
    public void A_domain_is_disposable_or_free_or_neither(string text, bool isDisposable, bool isFree)
    {
        Assert.True(LoadedData.Shipped.Emails.TryLook(text, out var facts));
        Assert.Equal((isDisposable, isFree), (facts.Domain.IsDisposable, facts.Domain.IsFree));
    }

    [Theory]
    [InlineData("x@oferta.xyz", true)]
    [InlineData("x@oferta.TOP", true)]
    [InlineData("x@oferta.click", true)]
    [InlineData("x@xyz.com", false)]
    [InlineData("x@unam.mx", false)]
    [InlineData("x@tienda.online", false)]
    public void Some_top_level_domains_are_suspicious(string text, bool isSuspicious)
    {
        Assert.True(LoadedData.Shipped.Emails.TryLook(text, out var facts));
        Assert.Equal(isSuspicious, facts.Domain.HasSuspiciousTld);
    }

    [Theory]
    [InlineData("info@acme.mx", true, 0)]
    [InlineData("Admin@acme.mx", true, 0)]
    [InlineData("ventas+norte@gmail.com", true, 0)]
    [InlineData("informatica@acme.mx", false, 0)]
    [InlineData("xochitl85@acme.mx", false, 22)]
    [InlineData("5512345678@acme.mx", false, 100)]
    public void Functions_and_digits_are_noticed(string text, bool isRole, int digitShare)
    {
        Assert.True(LoadedData.Shipped.Emails.TryLook(text, out var facts));
        Assert.Equal((isRole, digitShare), (facts.IsRole, facts.DigitShare));
    }
}
