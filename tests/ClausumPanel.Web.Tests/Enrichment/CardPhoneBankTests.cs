using System.Globalization;
using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Tests.Enrichment;

public sealed class CardRangesTests
{
    [Theory]
    [InlineData("411111", "visa")]
    [InlineData("41111111", "visa")]
    [InlineData("4111111111111111", "visa")]
    [InlineData("555555", "mastercard")]
    [InlineData("222100", "mastercard")]
    [InlineData("272099", "mastercard")]
    [InlineData("222099", null)]
    [InlineData("272100", null)]
    [InlineData("378282", "amex")]
    [InlineData("341111", "amex")]
    [InlineData("601111", "discover")]
    [InlineData("644000", "discover")]
    [InlineData("650000", "discover")]
    [InlineData("352800", "jcb")]
    [InlineData("358999", "jcb")]
    [InlineData("305693", "diners")]
    [InlineData("385200", "diners")]
    [InlineData("622126", "unionpay")]
    [InlineData("817199", "unionpay")]
    [InlineData("818000", null)]
    [InlineData("675964", "maestro")]
    [InlineData("501800", "maestro")]
    [InlineData("636368", "elo")]
    [InlineData("401178", "elo")]
    [InlineData("401177", "visa")]
    [InlineData("650920", "elo")]
    [InlineData("506778", "elo")]
    [InlineData("606282", "hipercard")]
    [InlineData("286900", "carnet")]
    [InlineData("506221", "carnet")]
    [InlineData("506500", "maestro")]
    [InlineData("000000", null)]
    [InlineData("999999", null)]
    [InlineData("411", null)]
    [InlineData("", null)]
    [InlineData("41111x", null)]
    [InlineData("٤١١١١١", null)]
    public void The_first_digits_tell_the_scheme(string bin, string? scheme) => Assert.Equal(scheme, CardRanges.Scheme(bin));

    [Theory]
    [InlineData("visa", "visa")]
    [InlineData("VISA", "visa")]
    [InlineData("American Express", "amex")]
    [InlineData("MasterCard", "mastercard")]
    [InlineData("mc", "mastercard")]
    [InlineData(" Carnet ", "carnet")]
    [InlineData("Diners Club", "diners")]
    public void A_brand_has_one_name(string stated, string brand) => Assert.Equal(brand, CardRanges.Brand(stated));
}

public sealed class PhoneNumbersTests
{
    [Theory]
    [InlineData("+525512345678", null, "+525512345678", "MX", true)]
    [InlineData("+5215512345678", null, "+525512345678", "MX", true)]
    [InlineData("+52 (55) 1234-5678", null, "+525512345678", "MX", true)]
    [InlineData("0052 55 1234 5678", null, "+525512345678", "MX", true)]
    [InlineData("525512345678", null, "+525512345678", "MX", true)]
    [InlineData("5512345678", "MX", "+525512345678", "MX", true)]
    [InlineData("55 1234 5678", null, null, null, false)]
    [InlineData("+5255123456", null, "+5255123456", "MX", false)]
    [InlineData("+12125550123", null, "+12125550123", "US", true)]
    [InlineData("+14165550123", null, "+14165550123", "CA", true)]
    [InlineData("+18095550123", null, "+18095550123", "DO", true)]
    [InlineData("+18495550123", null, "+18495550123", "DO", true)]
    [InlineData("+17875550123", null, "+17875550123", "PR", true)]
    [InlineData("+18765550123", null, "+18765550123", "JM", true)]
    [InlineData("+11125550123", null, "+11125550123", "US", false)]
    [InlineData("+34600123456", null, "+34600123456", "ES", true)]
    [InlineData("600123456", "ES", "+34600123456", "ES", true)]
    [InlineData("07911123456", "GB", "+447911123456", "GG", true)]
    [InlineData("+77011234567", null, "+77011234567", "KZ", true)]
    [InlineData("+79161234567", null, "+79161234567", "RU", true)]
    [InlineData("+5511912345678", null, "+5511912345678", "BR", true)]
    [InlineData("+573001234567", null, "+573001234567", "CO", true)]
    [InlineData("+56912345678", null, "+56912345678", "CL", true)]
    [InlineData("+50212345678", null, "+50212345678", "GT", true)]
    [InlineData("8095550123", "DO", "+18095550123", "DO", true)]
    [InlineData("+882123456789", null, "+882123456789", null, false)]
    [InlineData("+99912345678", null, "+99912345678", null, false)]
    [InlineData("+0123456789", null, null, null, false)]
    [InlineData("+1234567890123456", null, null, null, false)]
    [InlineData("+52 55 1234 5678 ext 3", null, null, null, false)]
    [InlineData("++525512345678", null, null, null, false)]
    [InlineData("12345", null, null, null, false)]
    [InlineData("+", null, null, null, false)]
    [InlineData("", null, null, null, false)]
    [InlineData("+٥٢٥٥١٢٣٤٥٦٧٨", null, null, null, false)]
    public void A_phone_number_is_read(string text, string? country, string? number, string? numberCountry, bool isPlausible) =>
        Assert.Equal(new PhoneFacts(number, numberCountry, isPlausible), PhoneNumbers.Read(text, country));

    [Theory]
    [InlineData("+52 771 760 6167", "+527717606167")]
    [InlineData("771-760-6167", "+527717606167 +17717606167")]
    [InlineData("527717606167", "+527717606167")]
    [InlineData("+34 600 123 456", "+34600123456")]
    [InlineData("4242", "")]
    [InlineData("MO-48830", "")]
    [InlineData("ana@held.example", "")]
    [InlineData("032180000118359719", "")]
    public void What_somebody_types_may_mean_these_numbers(string text, string numbers) => Assert.Equal(numbers, string.Join(' ', PhoneNumbers.MayMean(text)));

    [Fact]
    public void A_number_in_its_one_form_is_not_written_anew()
    {
        const string Written = "+525512345678";
        Assert.Same(Written, PhoneNumbers.Read(Written).Number);
    }
}

public sealed class BankAccountsTests
{
    [Theory]
    [InlineData("032180000118359719", true)]
    [InlineData("032180000118359718", false)]
    [InlineData("002010077777777771", true)]
    [InlineData("646180157000000004", true)]
    [InlineData("646180157000000005", false)]
    [InlineData("03218000011835971", false)]
    [InlineData("0321800001183597190", false)]
    [InlineData("03218000011835971x", false)]
    [InlineData("", false)]
    public void The_last_digit_checks_a_clabe(string clabe, bool isRight) => Assert.Equal(isRight, BankAccounts.IsClabe(clabe));

    [Theory]
    [InlineData("012180000118359719", "BBVA México")]
    [InlineData("002", "Banamex")]
    [InlineData("072", "Banorte")]
    [InlineData("646180157000000004", "STP")]
    [InlineData("999999999999999999", null)]
    [InlineData("01", null)]
    [InlineData("x12", null)]
    public void The_first_digits_of_a_clabe_name_the_bank(string clabe, string? bank) => Assert.Equal(bank, LoadedData.Shipped.MexicanBanks.Name(clabe));

    [Theory]
    [InlineData("DE89370400440532013000", true, "DE")]
    [InlineData("de89 3704 0044 0532 0130 00", true, "DE")]
    [InlineData("GB29NWBK60161331926819", true, "GB")]
    [InlineData("ES9121000418450200051332", true, "ES")]
    [InlineData("NO9386011117947", true, "NO")]
    [InlineData("MT84MALT011000012345MTLCAST001S", true, "MT")]
    [InlineData("DE89370400440532013001", false, "DE")]
    [InlineData("DE8937040044053201300", false, "DE")]
    [InlineData("MX89370400440532013000", false, "MX")]
    [InlineData("ZZ89370400440532013000", false, null)]
    [InlineData("DE89-3704", false, null)]
    [InlineData("DE", false, null)]
    [InlineData("", false, null)]
    public void An_iban_is_checked(string iban, bool isRight, string? country)
    {
        Assert.Equal(isRight, BankAccounts.IsIban(iban, out var found));
        Assert.Equal(country, found);
    }

    [Theory]
    [InlineData("BCMRMXMM", true, "MX")]
    [InlineData("BCMRMXMMXXX", true, "MX")]
    [InlineData("deutdeff500", true, "DE")]
    [InlineData("BCMRZZMM", false, null)]
    [InlineData("BCMRMXM", false, null)]
    [InlineData("BCMR-MXM", false, null)]
    [InlineData("", false, null)]
    public void A_bic_has_a_shape(string bic, bool isRight, string? country)
    {
        Assert.Equal(isRight, BankAccounts.IsBic(bic, out var found));
        Assert.Equal(country, found);
    }
}

public sealed class CountriesAndZonesTests
{
    [Theory]
    [InlineData("MX", "MX")]
    [InlineData("mx", "MX")]
    [InlineData("XK", "XK")]
    [InlineData("UK", null)]
    [InlineData("ZZ", null)]
    [InlineData("M", null)]
    [InlineData("MEX", null)]
    [InlineData("1X", null)]
    [InlineData("ÑX", null)]
    [InlineData("", null)]
    public void A_country_code_is_found_in_any_case(string code, string? country) => Assert.Equal(country, Countries.Find(code));

    [Fact]
    public void Countries_have_names_in_both_languages()
    {
        Assert.Equal(250, Countries.All.Count);
        Assert.Equal("México", Countries.Name("MX", CultureInfo.GetCultureInfo("es-MX")));
        Assert.Equal("Mexico", Countries.Name("MX", CultureInfo.GetCultureInfo("en-US")));
        Assert.Equal("Alemania", Countries.Name("de", CultureInfo.GetCultureInfo("es-MX")));
        Assert.Equal("??", Countries.Name("??", CultureInfo.GetCultureInfo("en-US")));
        Assert.All(Countries.All, code => Assert.NotEqual(code, Countries.Name(code, CultureInfo.GetCultureInfo("es-MX"))));
    }

    [Theory]
    [InlineData("America/Mexico_City", "MX")]
    [InlineData("america/mexico_city", "MX")]
    [InlineData("America/Tijuana", "MX")]
    [InlineData("Mexico/General", "MX")]
    [InlineData("America/New_York", "US")]
    [InlineData("US/Pacific", "US")]
    [InlineData("Europe/Madrid", "ES")]
    [InlineData("Asia/Calcutta", "IN")]
    [InlineData("Europe/Kiev", "UA")]
    [InlineData("America/Puerto_Rico", "PR")]
    [InlineData("Atlantic/Reykjavik", "IS")]
    [InlineData("UTC", null)]
    [InlineData("Etc/GMT+6", null)]
    public void A_time_zone_belongs_to_a_country(string name, string? country) => Assert.Equal(country, Assert.IsType<ZoneFacts>(LoadedData.Shipped.TimeZones.Look(name)).Country);

    [Theory]
    [InlineData("America/Nowhere")]
    [InlineData("")]
    [InlineData("+06:00")]
    public void Other_zones_are_not_known(string name) => Assert.Null(LoadedData.Shipped.TimeZones.Look(name));

    [Fact]
    public void A_zone_is_as_far_from_UTC_as_its_rules_say_at_the_instant()
    {
        var tijuana = LoadedData.Shipped.TimeZones.Look("America/Tijuana")!;
        Assert.Equal(-480, tijuana.OffsetMinutes(new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero)));
        Assert.Equal(-420, tijuana.OffsetMinutes(new(2026, 7, 15, 12, 0, 0, TimeSpan.Zero)));
        // The night the clocks go forward: 2026-03-08, 10:00 UTC.
        Assert.Equal(-480, tijuana.OffsetMinutes(new(2026, 3, 8, 9, 59, 59, TimeSpan.Zero)));
        Assert.Equal(-420, tijuana.OffsetMinutes(new(2026, 3, 8, 10, 0, 0, TimeSpan.Zero)));
        Assert.Equal(-360, LoadedData.Shipped.TimeZones.Look("America/Mexico_City")!.OffsetMinutes(new(2026, 7, 15, 12, 0, 0, TimeSpan.FromHours(3))));
        Assert.Equal(345, LoadedData.Shipped.TimeZones.Look("Asia/Kathmandu")!.OffsetMinutes(new(2026, 7, 15, 12, 0, 0, TimeSpan.Zero)));
        Assert.Equal(-360, LoadedData.Shipped.TimeZones.Look("Etc/GMT+6")!.OffsetMinutes(new(2026, 7, 15, 12, 0, 0, TimeSpan.Zero)));
    }
}
