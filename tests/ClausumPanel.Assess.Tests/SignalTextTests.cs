using System.Globalization;

namespace ClausumPanel.Assess.Tests;

public sealed class SignalTextTests
{
    private static readonly CultureInfo Mexico = CultureInfo.GetCultureInfo("es-MX");
    private static readonly CultureInfo Germany = CultureInfo.GetCultureInfo("de-DE");

    [Theory]
    [InlineData(850, "850 ms")]
    [InlineData(2_999, "2.9 s")]
    [InlineData(2_000, "2 s")]
    [InlineData(18_230, "18.2 s")]
    [InlineData(119_999, "119 s")]
    [InlineData(120_000, "2 min")]
    [InlineData(3_599_999, "59 min")]
    [InlineData(3_600_000, "1 h")]
    [InlineData(6_360_000, "1 h 46 min")]
    [InlineData(7_259_999, "2 h")]
    [InlineData(19_200_000, "5 h 20 min")]
    [InlineData(172_799_999, "47 h 59 min")]
    [InlineData(172_800_000, "2 days")]
    [InlineData(7_776_000_000, "90 days")]
    public void A_duration_is_told_in_the_unit_that_says_enough_and_never_as_more_than_it_was(double milliseconds, string expected) =>
        Assert.Equal(expected, SignalText.Duration(milliseconds, s => s, CultureInfo.GetCultureInfo("en-US")));

    [Theory]
    [InlineData(1.5, "1.5")]
    [InlineData(3, "3")]
    [InlineData(9.96, "10")]
    [InlineData(17.6, "18")]
    [InlineData(1_234, "1,234")]
    public void How_many_times_is_told_as_people_say_it(double number, string expected) => Assert.Equal(expected, SignalText.Times(number, Mexico));

    [Fact]
    public void An_amount_has_the_digits_of_its_currency_and_the_signs_of_its_reader()
    {
        Assert.Equal("1,234.56 MXN", SignalText.Money(123_456, "MXN", Mexico));
        Assert.Equal("123,456 CLP", SignalText.Money(123_456, "CLP", Mexico));
        Assert.Equal("1.234,56 EUR", SignalText.Money(123_456, "EUR", Germany));
        Assert.Equal("123.456 KWD", SignalText.Money(123_456, "KWD", Mexico));
    }

    [Fact]
    public void A_sentence_is_the_readers_with_the_readers_numbers()
    {
        var answer = new Given().With(Known.Amount, 3_000_000_000).Judged();
        var hit = answer.Signals[0];
        Assert.Equal("30.000.000,00 MXN übersteigt 200.000,00 MXN",
            SignalText.Describe(hit, "MXN", s => s == "{0} is above the maximum of {1}" ? "{0} übersteigt {1}" : s, Germany));
    }

    [Fact]
    public void The_list_of_an_entry_is_told_in_the_readers_language()
    {
        var hit = new Given().With(ListType.Phone, ListSeverity.Flag).Judged().Signals[0];
        Assert.Equal("El teléfono está en la lista de marcados", SignalText.Describe(hit, "MXN", s => s switch
        {
            "The phone number is on the {0}" => "El teléfono está en la {0}",
            "flag list" => "lista de marcados",
            _ => s,
        }, Mexico));
    }

    [Fact]
    public void Two_countries_travel_as_numbers()
    {
        Assert.Equal("MX", CountryNumber.Code(CountryNumber.Of("MX")));
        Assert.Equal("?", CountryNumber.Code(CountryNumber.Of(null)));
        Assert.Equal("?", CountryNumber.Code(CountryNumber.Of("MEX")));
    }

    [Fact]
    public void No_signal_breaks_its_sentence_whatever_the_facts()
    {
        var (random, facts, answer, assessor) = (new Random(77), new Facts(), new Assessment(), new Assessor(Policy.Default));
        for (var i = 0; i < 2_000; i++)
        {
            assessor.Assess(RandomFacts.Fill(facts, random), answer);
            foreach (var hit in answer.Signals) Assert.DoesNotContain("{", SignalText.Describe(hit, facts.Text(Known.Currency) ?? "", s => s, Mexico));
        }
    }
}
