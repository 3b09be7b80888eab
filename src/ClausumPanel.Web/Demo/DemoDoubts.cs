using ClausumPanel.Assess;

namespace ClausumPanel.Web.Demo;

/// <summary>
/// Payments of the last hours that somebody has to look at: each held for another reason, and of most of them good and bad can be believed. Whoever looks at them has had customers, devices and shops
/// before them to compare with.
/// </summary>
internal sealed class DemoDoubts(Random random, DateTimeOffset end)
{
    private const string Spain = "Europe/Madrid", SpanishIp = "83.45.120.14", RentedIp = "45.79.101.33";

    /// <summary>Their customers are counted from here, so that they are none of the month's.</summary>
    private const int FirstCustomer = 20_000;

    private readonly DemoWorld _world = new(random, FirstCustomer);
    private readonly List<DemoPayment> _payments = [];

    public List<DemoPayment> All()
    {
        var (centre, north) = ((_world.Device(), _world.MexicanIp()), (_world.Device(), _world.MexicanIp()));
        // What the desk has decided already today; the rest it has in front of it, the oldest first.
        Tourist(612);
        Regular(548, DemoWorld.Electronics, 786_000, _world.Device(), 13, null);
        Throwaway(497);
        PayOut(451, 1_640_000, "tesoreria.centro", centre, null, earlier: 2);
        NewPhone(404);
        OnHoliday(362, 388_000, null);

        StudentAbroad(318);
        PayOut(205, 2_640_000, "tesoreria.norte", north, new(DemoStep.Escalate, "El vendedor avisó por correo que cambió de CLABE y el pago es el doble de lo usual. ¿Lo confirmamos por teléfono con el titular antes de soltarlo?"), earlier: 3);
        Tunnel(168, lapses: 26);
        Travel(147, _world.MexicanCard(), new(DemoStep.Escalate, "Cuatro vuelos, primera compra y la dirección no es la del banco. ¿Pedimos identificación o lo dejamos pasar?"));
        Travel(133, _world.AmericanCard(), null);
        NewPhone(128);
        Tourist(104);
        PayOut(96, 1_890_000, "tesoreria.centro", centre, null, earlier: 3);
        Regular(71, DemoWorld.Electronics, 1_249_090, _world.Device(), 13, new(DemoStep.Hold, "La tienda confirma mañana con el almacén si el pedido ya salió."));
        Reseller(66);
        OnHoliday(51, 431_500, lapses: 55);
        Throwaway(47);
        PayOut(44, 2_385_000, "laura.medina", centre, null, earlier: 0);
        Family(33);
        Regular(25, DemoWorld.Fashion, 684_000, _world.Device(), 12, null);
        Party(12);
        OnHoliday(9, 316_000, null);
        PayOut(6, 1_175_000, "system", north, null, earlier: 0);
        return _payments;
    }

    /// <summary>A customer of long standing, and now much more than usual from a device that nobody has seen: a present for the family, or somebody else.</summary>
    private void Regular(double minutes, DemoMerchant shop, long amount, DemoDevice used, int visits, DemoAside? aside)
    {
        var customer = Customer(shop, visits);
        Add(minutes, customer with { Amount = amount, Device = used, Visit = _world.Visit(used.IsTouched), Sent = Checked("attempted", "Y", shop == DemoWorld.Electronics ? "Computadora portátil de 14 pulgadas" : "Abrigo de lana y botas de piel") }, null, aside);
    }

    private void NewPhone(double minutes)
    {
        var customer = Customer(DemoWorld.Grocer, 16);
        var phone = _world.Device() with { IsTouched = true, UserAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1" };
        Add(minutes, customer with { Merchant = DemoWorld.Electronics, Amount = 918_000, Device = phone, Visit = _world.Visit(true), Sent = Checked("attempted", "Z", "Reloj inteligente y audífonos") }, null, null);
    }

    /// <summary>The usual card and person, another device in another country: a year abroad, or a stolen password. The challenge got no answer.</summary>
    private void StudentAbroad(double minutes)
    {
        var customer = Customer(DemoWorld.Fashion, 9);
        var device = _world.Device(Spain);
        Add(minutes, customer with { Amount = 812_000, Device = device, Ip = SpanishIp, Visit = _world.Visit(device.IsTouched), Sent = Checked("unavailable", "Y", "Abrigo, botas y maleta") }, null, null);
    }

    /// <summary>The usual device and card from the United States.</summary>
    private void OnHoliday(double minutes, long amount, double? lapses)
    {
        var customer = Customer(DemoWorld.Travel, 11);
        Add(minutes, customer with { Amount = amount, Ip = _world.AmericanIp(), Visit = _world.Visit(customer.Device.IsTouched), Sent = Checked("authenticated", "Y", "Hotel en Mérida, 2 noches") }, lapses, null);
    }

    /// <summary>A first purchase, large, through rented servers: a careful person's tunnel, or somebody who hides.</summary>
    private void Tunnel(double minutes, double lapses)
    {
        var device = _world.Device();
        Add(minutes, new DemoPayment(DemoStory.Doubtful, end, DemoWorld.Electronics, DemoWorld.Abroad(_world.Mexican(isCustomer: false)))
        {
            Amount = 489_990, Card = _world.MexicanCard(), Device = device, Ip = RentedIp, Visit = new DemoVisit(41_000, device.IsTouched ? 0 : 96, 18, device.IsTouched ? 44 : 0, 2), BillingCountry = "US", Sent = Checked("attempted", "U", "Teléfono celular de 256 GB"),
        }, lapses, null);
    }

    /// <summary>Nobody knows them, and it is a lot: a family that travels, or a card that is tried once.</summary>
    private void Travel(double minutes, DemoCard card, DemoAside? aside)
    {
        var person = _world.American();
        var device = _world.Device("America/Chicago");
        Add(minutes, new DemoPayment(DemoStory.Doubtful, end, DemoWorld.Travel, person)
        {
            Amount = 186_400, Currency = "USD", Card = card, Device = device, Ip = _world.AmericanIp(), Visit = _world.Visit(device.IsTouched), BillingCountry = "US",
            Sent = card.Country == "US" ? Checked("unavailable", "Y", "4 vuelos redondos a Cancún") : Checked("attempted", "N", "4 vuelos redondos a Cancún"),
        }, null, aside);
    }

    /// <summary>A card from the United States used in Mexico by somebody new: a tourist, or a stolen number.</summary>
    private void Tourist(double minutes)
    {
        var device = _world.Device("America/Chicago");
        Add(minutes, new DemoPayment(DemoStory.Doubtful, end, DemoWorld.Fashion, _world.American())
        {
            Amount = 348_000, Card = _world.AmericanCard(), Device = device, Ip = _world.MexicanIp(), Visit = _world.Visit(device.IsTouched), BillingCountry = "US", Sent = Checked("unavailable", "Z", "Bolsa de piel y rebozo"),
        }, null, null);
    }

    /// <summary>From the wholesaler that a list says to ask.</summary>
    private void Reseller(double minutes)
    {
        var device = _world.Device();
        Add(minutes, new DemoPayment(DemoStory.Doubtful, end, DemoWorld.Fashion, _world.Mexican() with { Email = $"compras@{DemoLists.ReviewedDomain}" })
        {
            Amount = 476_000, Card = _world.MexicanCard(), Device = device, Ip = _world.MexicanIp(), Visit = _world.Visit(device.IsTouched), Sent = Checked("attempted", "Y", "24 × blusa bordada"),
        }, null, null);
    }

    private void Throwaway(double minutes)
    {
        var device = _world.Device();
        var person = _world.Mexican(isCustomer: false);
        Add(minutes, new DemoPayment(DemoStory.Doubtful, end, DemoWorld.Streaming, person with { Email = $"{person.Email.Split('@')[0]}@yopmail.com" })
        {
            Amount = 16_900, Card = _world.MexicanCard(), Device = device, Ip = _world.MexicanIp(), Visit = new DemoVisit(19_000, device.IsTouched ? 0 : 60, 6, device.IsTouched ? 21 : 0, 2), Sent = Checked("unavailable", "U", "Suscripción de un mes"),
        }, null, null);
    }

    /// <summary>A customer's telephone, and three others have paid with it today, each with a card of their own: a family, or somebody who tries.</summary>
    private void Family(double minutes)
    {
        var customer = Customer(DemoWorld.Food, 15);
        for (var i = 3; i > 0; i--)
        {
            var person = DemoWorld.Beside(_world.Mexican(), customer.Person);
            _payments.Add(customer with
            {
                Story = DemoStory.Returning, Person = person, At = end.AddMinutes(-minutes).AddHours(-2.2 * i), Amount = 21_500 + (3_500 * i), Card = _world.MexicanCard(), Visit = _world.Visit(customer.Device.IsTouched),
            });
        }
        Add(minutes, customer with { Merchant = DemoWorld.Fashion, Amount = 214_000, Visit = _world.Visit(customer.Device.IsTouched), Sent = Checked("authenticated", "Y", "Tenis y 2 vestidos") }, null, null);
    }

    /// <summary>Somebody who orders once a week, six times within the hour: a party, or a telephone in other hands.</summary>
    private void Party(double minutes)
    {
        var customer = Customer(DemoWorld.Food, 3);
        for (var i = 5; i >= 0; i--)
        {
            var order = customer with { Amount = 26_000 + (4_500 * (6 - i)), Visit = _world.Visit(customer.Device.IsTouched) with { Milliseconds = 130_000 + (9_000 * i) }, Sent = Checked("attempted", "Y", $"{7 - i} × menú del día") };
            if (i == 0) Add(minutes, order, null, null);
            else _payments.Add(order with { Story = DemoStory.Returning, At = end.AddMinutes(-minutes - (i * 7)) });
        }
    }

    /// <summary>A seller is paid to an account that was never paid before.</summary>
    private void PayOut(double minutes, long amount, string initiator, (DemoDevice Device, string Ip) office, DemoAside? aside, int earlier)
    {
        var seller = _world.Mexican();
        var usual = new DemoPayment(DemoStory.Payout, end, DemoWorld.Market, seller)
        {
            Flow = Flow.PayOut, Amount = amount / 2, Device = office.Device, Ip = office.Ip, InitiatedBy = initiator, Sent = DemoWorld.Sales, Beneficiary = new DemoAccount($"ben_{seller.CustomerId![4..]}", seller.Name, _world.Clabe()),
        };
        for (; earlier > 0; earlier--) _payments.Add(usual with { At = end.AddDays(-7 * earlier).AddHours(-2 + random.NextDouble()), Amount = usual.Amount + (1_000 * random.Next(90)) });
        Add(minutes, usual with { Story = DemoStory.Doubtful, Amount = amount, Beneficiary = usual.Beneficiary with { Id = $"{usual.Beneficiary.Id}_2", Clabe = _world.Clabe() } }, null, aside);
    }

    /// <summary>Somebody with that many good payments behind them.</summary>
    private DemoPayment Customer(DemoMerchant shop, int visits)
    {
        var device = _world.Device();
        var one = new DemoPayment(DemoStory.Returning, end, shop, _world.Mexican()) { Card = _world.MexicanCard(), Device = device, Ip = _world.MexicanIp(), BillingCountry = "MX" };
        for (var visit = 1; visit <= visits; visit++)
        {
            _payments.Add(one with
            {
                At = end.AddDays(-1.7 * visit).AddMinutes(-random.Next(200)), Amount = (long)(shop.Median * (0.7 + (0.6 * random.NextDouble())) / 100) * 100, Visit = _world.Visit(device.IsTouched),
            });
        }
        return one with { Story = DemoStory.Doubtful };
    }

    private static (string, string)[] Checked(string threeDs, string avs, string goods) => [("threeds_result", threeDs), ("avs_result", avs), ("cvv_result", "match"), ("product_description", goods)];

    private void Add(double minutes, DemoPayment payment, double? lapses, DemoAside? aside) =>
        _payments.Add(payment with { At = end.AddMinutes(-minutes), Lapses = lapses is { } left ? end.AddMinutes(left) : null, Aside = aside });
}
