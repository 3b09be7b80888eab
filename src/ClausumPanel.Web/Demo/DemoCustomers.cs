using ClausumPanel.Assess;

namespace ClausumPanel.Web.Demo;

/// <summary>The everyday business: who comes back, who comes for the first time, who is paid.</summary>
internal sealed class DemoCustomers(Random random, DemoWorld world, DateTimeOffset end)
{
    public const int Days = 30;
    private const double PayoutShare = 0.06, NewcomerShare = 0.07, ForeignShare = 0.03;

    private static readonly TimeSpan Mexico = TimeSpan.FromHours(-6);      // no summer time since 2022

    public List<DemoPayment> All(int count)
    {
        var payments = new List<DemoPayment>(count);
        AddListed(payments, Math.Min(count / 250, 8));
        var payouts = (int)(count * PayoutShare);
        AddPayouts(payments, payouts);
        AddNewcomers(payments, (int)(count * NewcomerShare));
        AddReturning(payments, count - payments.Count);
        return payments;
    }

    /// <summary>An instant of the month at about this local hour, never one that is yet to come.</summary>
    public DateTimeOffset At(double hour)
    {
        var today = new DateTimeOffset(end.ToOffset(Mexico).Date, Mexico);
        var seconds = (int)(((hour % 24) + 24) % 24 * 3_600);
        var at = today.AddDays(-random.Next(Days)).AddSeconds(seconds).AddMilliseconds(random.Next(1_000));
        return at <= end ? at : at.AddDays(-random.Next(1, Days));
    }

    public long Amount(double median, double spread)
    {
        var amount = median * Math.Exp(world.Around(0, spread));
        // Shops like prices that end in 90 or 00 centavos.
        return Math.Max(2_500, (long)(amount / 100) * 100 + (random.Next(3) == 0 ? 90 : 0));
    }

    private void AddReturning(List<DemoPayment> payments, int count)
    {
        while (count > 0)
        {
            var isForeign = random.NextDouble() < ForeignShare;
            var person = isForeign ? world.American() : world.Mexican();
            var (home, work) = isForeign ? (world.AmericanIp(), world.AmericanIp()) : (world.MexicanIp(), world.MexicanIp());
            var device = world.Device(isForeign ? "America/Chicago" : "America/Mexico_City");
            var second = random.Next(4) == 0 ? world.Device(device.Timezone) : device;
            var card = isForeign ? world.AmericanCard() : world.MexicanCard();
            DemoMerchant[] shops = isForeign ? [DemoWorld.Travel] : [world.One(DemoWorld.Shops), world.One(DemoWorld.Shops), DemoWorld.Shops[random.Next(3)]];
            var (hour, purse) = (world.Around(15.5, 3.6), Math.Exp(world.Around(0, 0.25)));
            var visits = Math.Min(count, 2 + (int)(Math.Pow(random.NextDouble(), 2) * 18));
            count -= visits;
            while (visits-- > 0)
            {
                var shop = world.One(shops);
                var used = random.Next(4) == 0 ? second : device;
                payments.Add(new DemoPayment(DemoStory.Returning, At(world.Around(hour, 1.6)), shop, person)
                {
                    Amount = isForeign ? 4_900 + (100 * random.Next(240)) : Amount(shop.Median * purse, shop.Spread * 0.6), Currency = isForeign ? "USD" : "MXN",
                    Card = card, Device = used, Ip = random.Next(3) == 0 ? work : home, Visit = world.Visit(used.IsTouched), BillingCountry = card.Country,
                });
            }
        }
    }

    private void AddNewcomers(List<DemoPayment> payments, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (person, device, shop) = (world.Mexican(isCustomer: random.Next(3) > 0), world.Device(), world.One(DemoWorld.Shops));
            payments.Add(new DemoPayment(DemoStory.Newcomer, At(world.Around(16, 4)), shop, person)
            {
                Amount = Amount(shop.Median, shop.Spread * 0.8), Card = world.MexicanCard(), Device = device, Ip = world.MexicanIp(), Visit = world.Visit(device.IsTouched),
            });
        }
    }

    private void AddPayouts(List<DemoPayment> payments, int count)
    {
        DemoDevice[] offices = [world.Device(), world.Device(), world.Device()];
        string[] ips = [world.MexicanIp(), world.MexicanIp(), world.MexicanIp()];
        string[] treasurers = ["tesoreria.norte", "tesoreria.centro", "laura.medina"];
        while (count > 0)
        {
            var seller = world.Mexican();
            var account = new DemoAccount($"ben_{seller.CustomerId![4..]}", seller.Name, world.Clabe());
            var (usual, office) = (80_000 + random.Next(500_000), random.Next(offices.Length));
            for (var paid = Math.Min(count, 4); paid > 0; paid--, count--)
            {
                payments.Add(new DemoPayment(DemoStory.Payout, At(world.Around(12, 1.5)), DemoWorld.Market, seller)
                {
                    Flow = Flow.PayOut, Amount = Amount(usual, 0.25), Device = offices[office], Ip = ips[office], Beneficiary = account, InitiatedBy = treasurers[office], Sent = DemoWorld.Sales,
                });
            }
        }
    }

    /// <summary>People whom the lists of <see cref="DemoLists"/> name.</summary>
    private void AddListed(List<DemoPayment> payments, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var device = world.Device();
            var person = world.Mexican() with { Email = i % 2 == 0 ? DemoLists.BlockedEmail : $"ventas{random.Next(100, 1_000)}@{DemoLists.ReviewedDomain}" };
            payments.Add(new DemoPayment(DemoStory.Listed, At(world.Around(20, 2)), DemoWorld.Fashion, person)
            {
                Amount = Amount(DemoWorld.Fashion.Median, 0.4), Card = world.MexicanCard(), Device = device, Ip = world.MexicanIp(), Visit = world.Visit(device.IsTouched),
            });
        }
    }
}
