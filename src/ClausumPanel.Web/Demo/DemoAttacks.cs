using System.Globalization;
using ClausumPanel.Assess;

namespace ClausumPanel.Web.Demo;

/// <summary>Five attacks as they are met in the field, each on its day of the month, with what their victims and perpetrators did before.</summary>
internal sealed class DemoAttacks(Random random, DemoWorld world, DemoCustomers customers, DateTimeOffset end)
{
    private const string Headless = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0 Safari/537.36";

    /// <summary>The attacks of a month, in the order they are made, and how often each is met.</summary>
    public static readonly IReadOnlyList<(DemoStory Story, int Times)> Stories =
        [(DemoStory.CardTesting, 1), (DemoStory.AccountTakeover, 4), (DemoStory.DisposableRing, 1), (DemoStory.FriendlyFraud, 3), (DemoStory.PayoutMule, 1)];

    private readonly List<DemoPayment> _payments = [];

    /// <summary>All of a month.</summary>
    public List<DemoPayment> All()
    {
        foreach (var (story, times) in Stories)
            for (var time = 0; time < times; time++) Add(story, time);
        return _payments;
    }

    /// <summary>One of them.</summary>
    public List<DemoPayment> One(DemoStory story)
    {
        Add(story, 0);
        return _payments;
    }

    private void Add(DemoStory story, int time)
    {
        switch (story)
        {
            case DemoStory.CardTesting: TestCards(); break;
            case DemoStory.AccountTakeover: TakeOver(time); break;
            case DemoStory.DisposableRing: RunDisposableRing(); break;
            case DemoStory.FriendlyFraud: BuyAndDeny(time); break;
            case DemoStory.PayoutMule: PayMule(); break;
            default: throw new ArgumentOutOfRangeException(nameof(story), story, "That is no attack.");
        }
    }

    /// <summary>Neighbouring card numbers from one machine, for a few pesos each, within a quarter of an hour.</summary>
    private void TestCards()
    {
        var start = end.AddDays(-6).AddHours(-3.4);
        var device = new DemoDevice($"fp_{world.Letters(20)}", Headless, "America/Mexico_City", false);
        for (var i = 0; i < 64; i++)
        {
            var person = new DemoPerson(null, "Test", $"{random.GetString("bcdfghjklmnpqrstvwxz", 9)}{random.Next(10, 100)}@gmail.com", null, "Ciudad de México", "06000");
            _payments.Add(new DemoPayment(DemoStory.CardTesting, start.AddSeconds((i * 13) + random.Next(9)), DemoWorld.Streaming, person)
            {
                Amount = 1_000 + (100 * random.Next(10)), Card = new DemoCard("415231", (3_100 + i).ToString(CultureInfo.InvariantCulture), "MX", "visa"), Device = device,
                Ip = $"45.79.{17 + (i / 24)}.202", Visit = new DemoVisit(random.Next(700, 2_400), 0, 0, 0, 4), Sent = [("avs_result", "N"), ("cvv_result", i % 9 == 4 ? "match" : "no_match")],
            });
        }
    }

    /// <summary>A customer with months of habits, and one night somebody else with the same account: another device, another country, several times the amount.</summary>
    private void TakeOver(int victim)
    {
        var (person, device, card, ip) = (world.Mexican(), world.Device(), world.MexicanCard(), world.MexicanIp());
        var shop = victim % 2 == 0 ? DemoWorld.Grocer : DemoWorld.Fashion;
        var night = Local(end.AddDays(-3 - (victim * 4)), 3).AddMinutes(random.Next(50));
        for (var i = 0; i < 13; i++)
        {
            _payments.Add(new DemoPayment(DemoStory.Returning, night.AddDays(-14 + i).AddHours(13 + (random.NextDouble() * 3)), shop, person)
            {
                Amount = customers.Amount(shop.Median, 0.2), Card = card, Device = device, Ip = ip, Visit = world.Visit(device.IsTouched),
            });
        }
        var (zone, network) = world.One<(string, string)>([("Europe/Bucharest", "86.120"), ("Africa/Lagos", "105.112"), ("Europe/Moscow", "95.165")]);
        var thief = world.Device(zone);
        for (var i = 0; i < 4; i++)
        {
            _payments.Add(new DemoPayment(DemoStory.AccountTakeover, night.AddMinutes((i * 6) + random.Next(4)), DemoWorld.Electronics, person)
            {
                Amount = 1_150_000 + (50_000 * random.Next(14)), Card = card, Device = thief, Ip = $"{network}.{random.Next(20, 30)}.{random.Next(1, 255)}",
                Visit = new DemoVisit(random.Next(20_000, 50_000), random.Next(20, 60), random.Next(3, 12), 0, 2), Sent = Checked("attempted", "06", "Z", Phones),
            });
        }
    }

    /// <summary>One telephone and three cards behind dozens of accounts at throw-away mail providers, each for a welcome discount.</summary>
    private void RunDisposableRing()
    {
        var start = end.AddDays(-11).AddHours(-5);
        var device = world.Device();
        DemoCard[] cards = [world.MexicanCard(), world.MexicanCard(), world.MexicanCard()];
        string[] domains = ["mailinator.com", "yopmail.com", "guerrillamail.com", "10minutemail.com"];
        for (var i = 0; i < 36; i++)
        {
            var someone = world.Mexican();
            var person = someone with { Email = $"{random.GetString("abcdefghijklmnopqrstuvwxyz", 8)}{random.Next(100, 1_000)}@{world.One(domains)}" };
            _payments.Add(new DemoPayment(DemoStory.DisposableRing, start.AddMinutes((i * 9) + random.Next(6)), DemoWorld.Food, person)
            {
                Amount = 19_900 + (1_000 * random.Next(12)), Card = cards[i % 3], Device = device, Ip = $"187.170.44.{20 + (i / 6)}", Visit = new DemoVisit(random.Next(6_000, 15_000), 0, 8, random.Next(9, 30), 2),
            });
        }
    }

    /// <summary>A real customer with the real card who fills the cart several times over in one afternoon, and will deny it at the bank.</summary>
    private void BuyAndDeny(int friend)
    {
        var (person, device, card, ip) = (world.Mexican(), world.Device(), world.MexicanCard(), world.MexicanIp());
        var spree = Local(end.AddDays(-2 - (friend * 5)), 17).AddMinutes(random.Next(90));
        for (var i = 0; i < 12; i++)
        {
            _payments.Add(new DemoPayment(DemoStory.Returning, spree.AddDays(-14 + i).AddHours(random.NextDouble() * 3), DemoWorld.Food, person)
            {
                Amount = customers.Amount(DemoWorld.Food.Median, 0.2), Card = card, Device = device, Ip = ip, Visit = world.Visit(device.IsTouched),
            });
        }
        for (var i = 0; i < 9; i++)
        {
            _payments.Add(new DemoPayment(DemoStory.FriendlyFraud, spree.AddMinutes((i * 5) + random.Next(4)), DemoWorld.Electronics, person)
            {
                Amount = 620_000 + (10_000 * random.Next(60)) + 90, Card = card, Device = device, Ip = ip, Visit = world.Visit(device.IsTouched), Sent = Checked("authenticated", "05", "Y", "Consola de videojuegos"),
            });
        }
    }

    /// <summary>Emptied accounts, all paid out to one new beneficiary within an hour; nobody in particular ordered it.</summary>
    private void PayMule()
    {
        var start = Local(end.AddDays(-4), 2);
        var account = new DemoAccount("ben_99041", "Servicios Integrales Orozco", world.Clabe());
        var device = world.Device();
        for (var i = 0; i < 18; i++)
        {
            _payments.Add(new DemoPayment(DemoStory.PayoutMule, start.AddMinutes((i * 3) + random.Next(2)), DemoWorld.Market, world.Mexican())
            {
                Flow = Flow.PayOut, Amount = 900_000 + (5_000 * random.Next(180)), Device = device, Ip = $"45.79.90.{30 + (i / 6)}", Beneficiary = account, InitiatedBy = "system",
            });
        }
    }

    private const string Phones = "2 teléfonos de alta gama";

    /// <summary>As a shop sends it that asks the bank: 3-D Secure, address and postal code, CVV.</summary>
    private static (string, string)[] Checked(string threeDs, string eci, string avs, string goods) =>
        [("threeds_result", threeDs), ("threeds_version", "2.2.0"), ("threeds_eci", eci), ("liability_shift", eci == "05" ? "true" : "false"), ("avs_result", avs), ("cvv_result", "match"), ("product_description", goods)];

    /// <summary>That day at a whole hour in Mexico; always before the end when the day is an earlier one.</summary>
    private static DateTimeOffset Local(DateTimeOffset day, int hour)
    {
        var local = day.ToOffset(TimeSpan.FromHours(-6));
        return new DateTimeOffset(local.Date, local.Offset).AddHours(hour);
    }
}
