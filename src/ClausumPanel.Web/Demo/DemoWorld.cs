using System.Globalization;
using System.Text;
using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Demo;

/// <summary>The people, shops, cards and devices the demo is made of. Everybody is invented; the same random numbers make the same people.</summary>
internal sealed class DemoWorld(Random random, int customers = 10_000)
{
    public static readonly DemoMerchant Grocer = new("merc_abarrotes", "AB", "Abarrotes del Centro", 38_000, 0.55, "web");
    public static readonly DemoMerchant Pharmacy = new("merc_farmacia", "FA", "Farmacia Salud Mía", 29_000, 0.5, "app");
    public static readonly DemoMerchant Fashion = new("merc_moda", "MO", "Moda Jacaranda", 89_000, 0.5, "web");
    public static readonly DemoMerchant Electronics = new("merc_electro", "EL", "Electrónica Reforma", 240_000, 0.6, "web");
    public static readonly DemoMerchant Streaming = new("merc_cine", "CI", "Cine en Casa", 16_900, 0.08, "app");
    public static readonly DemoMerchant Food = new("merc_comida", "CO", "Comida a Domicilio", 24_500, 0.4, "app");
    public static readonly DemoMerchant Travel = new("merc_viajes", "VI", "Viajes Mayab", 310_000, 0.5, "web");
    public static readonly DemoMerchant Market = new("merc_mercado", "ME", "Mercado de Artesanos", 52_000, 0.6, "web");

    /// <summary>What the market writes on what it pays its sellers.</summary>
    public static readonly (string Name, string Value)[] Sales = [("concept", "Ventas de la semana")];

    public static readonly DemoMerchant[] Shops = [Grocer, Food, Pharmacy, Fashion, Market, Streaming, Electronics, Travel];

    private static readonly string[] FirstNames =
    [
        "María", "José", "Guadalupe", "Juan", "Fernanda", "Luis", "Sofía", "Carlos", "Valeria", "Miguel", "Ximena", "Jorge", "Daniela", "Alejandro", "Regina", "Ricardo", "Camila", "Eduardo", "Andrea", "Javier",
        "Mariana", "Francisco", "Paola", "Manuel", "Karla", "Roberto", "Lucía", "Sergio", "Gabriela", "Raúl", "Itzel", "Héctor", "Adriana", "Arturo", "Rosa", "Óscar", "Claudia", "Emilio", "Verónica", "Diego",
    ];

    private static readonly string[] LastNames =
    [
        "Hernández", "García", "Martínez", "López", "González", "Pérez", "Rodríguez", "Sánchez", "Ramírez", "Cruz", "Flores", "Gómez", "Morales", "Vázquez", "Jiménez", "Reyes", "Díaz", "Torres", "Gutiérrez", "Ruiz",
        "Mendoza", "Aguilar", "Ortiz", "Castillo", "Moreno", "Romero", "Álvarez", "Méndez", "Chávez", "Rivera", "Juárez", "Ramos", "Domínguez", "Herrera", "Medina", "Castro", "Vargas", "Guzmán", "Velázquez", "Rojas",
    ];

    private static readonly string[] Mailboxes = ["gmail.com", "gmail.com", "gmail.com", "hotmail.com", "hotmail.com", "outlook.com", "yahoo.com.mx", "icloud.com", "prodigy.net.mx"];

    private static readonly (string City, string Area, string PostalCode)[] Cities =
    [
        ("Ciudad de México", "55", "06700"), ("Ciudad de México", "55", "03100"), ("Ciudad de México", "56", "11560"), ("Guadalajara", "33", "44160"), ("Monterrey", "81", "64000"), ("Puebla", "222", "72000"),
        ("Querétaro", "442", "76000"), ("Mérida", "999", "97000"), ("Pachuca", "771", "42000"), ("León", "477", "37000"), ("Toluca", "722", "50000"), ("Xalapa", "228", "91000"),
    ];

    // Of cities whose clocks stand as those of their devices do.
    private static readonly (string First, string Last, string City, string Area, string PostalCode)[] Travellers =
    [
        ("Emily", "Walker", "Austin", "512", "78701"), ("James", "Carter", "Chicago", "312", "60601"), ("Olivia", "Bennett", "Houston", "713", "77002"), ("Noah", "Foster", "San Antonio", "210", "78205"),
        ("Grace", "Sullivan", "Nashville", "615", "37203"), ("Henry", "Coleman", "Minneapolis", "612", "55401"), ("Julia", "Hughes", "Dallas", "214", "75201"), ("Samuel", "Price", "New Orleans", "504", "70112"),
    ];

    /// <summary>Networks of people at home and on the move in Mexico.</summary>
    private static readonly string[] MexicanNetworks = ["187.130", "187.145", "187.170", "189.146", "189.150", "189.180", "201.110", "201.120"];

    private static readonly string[] AmericanNetworks = ["73.162", "98.207", "24.6", "67.180"];

    private static readonly (string Bin, string Brand)[] MexicanCards =
    [
        ("415231", "visa"), ("455511", "visa"), ("481514", "visa"), ("441330", "visa"), ("493160", "visa"), ("421316", "visa"), ("477210", "visa"), ("402766", "visa"),
        ("557907", "mastercard"), ("552215", "mastercard"), ("517712", "mastercard"), ("547046", "mastercard"), ("544053", "mastercard"), ("526498", "mastercard"), ("376665", "amex"),
    ];

    private static readonly (string UserAgent, bool IsTouched)[] Browsers =
    [
        ("Mozilla/5.0 (Linux; Android 15; SM-A556E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36", true),
        ("Mozilla/5.0 (Linux; Android 14; moto g84 5G) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36", true),
        ("Mozilla/5.0 (Linux; Android 15; 24117RN76L) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36", true),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1", true),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1", true),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", false),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", false),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", false),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15", false),
    ];

    private int _customers = customers;

    public DemoPerson Mexican(bool isCustomer = true)
    {
        var (first, last) = (One(FirstNames), One(LastNames));
        var (city, area, postal) = One(Cities);
        return new DemoPerson(isCustomer ? NextCustomer() : null, $"{first} {last} {One(LastNames)}", Mailbox(first, last), $"+52{area}{Digits(10 - area.Length)}", city, postal);
    }

    public DemoPerson American()
    {
        var (first, last, city, area, postal) = One(Travellers);
        return new DemoPerson(NextCustomer(), $"{first} {last}", Mailbox(first, last), $"+1{area}{random.Next(2, 10)}{Digits(6)}", city, postal);
    }

    /// <summary>The same person at an address in the United States; the telephone came along.</summary>
    public static DemoPerson Abroad(DemoPerson person) => person with { City = Travellers[0].City, PostalCode = Travellers[0].PostalCode };

    /// <summary>The same person where another one lives, with a telephone of there.</summary>
    public static DemoPerson Beside(DemoPerson person, DemoPerson other)
    {
        var area = Array.Find(Cities, c => c.City == other.City && c.PostalCode == other.PostalCode).Area;
        return person with { City = other.City, PostalCode = other.PostalCode, Phone = $"+52{area}{person.Phone![^(10 - area.Length)..]}" };
    }

    public DemoCard MexicanCard()
    {
        var (bin, brand) = One(MexicanCards);
        return new DemoCard(bin, Digits(4), "MX", brand);
    }

    public DemoCard AmericanCard() => new("414720", Digits(4), "US", "visa");

    public DemoDevice Device(string timezone = "America/Mexico_City")
    {
        var (agent, touched) = One(Browsers);
        return new DemoDevice($"fp_{Letters(20)}", agent, timezone, touched);
    }

    public string MexicanIp() => $"{One(MexicanNetworks)}.{random.Next(1, 255)}.{random.Next(1, 255)}";

    public string AmericanIp() => $"{One(AmericanNetworks)}.{random.Next(1, 255)}.{random.Next(1, 255)}";

    /// <summary>What a person does before paying.</summary>
    public DemoVisit Visit(bool isTouched) => new(
        random.Next(35_000, 540_000), isTouched ? 0 : random.Next(60, 900), random.Next(12, 140), isTouched ? random.Next(15, 220) : 0, random.Next(40) == 0 ? 1 : 0);

    /// <summary>A CLABE with its right check digit.</summary>
    public string Clabe()
    {
        var digits = One<string>(["002", "012", "014", "021", "072", "036", "044"]) + "180" + Digits(11);
        return digits + BankAccounts.ClabeCheck(digits).ToString(CultureInfo.InvariantCulture);
    }

    public T One<T>(T[] of) => of[random.Next(of.Length)];

    public string Digits(int count) => random.GetString("0123456789", count);

    public string Letters(int count) => random.GetString("0123456789abcdef", count);

    /// <summary>Normally distributed.</summary>
    public double Around(double mean, double deviation) =>
        mean + (deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private string NextCustomer() => string.Create(CultureInfo.InvariantCulture, $"cus_{++_customers}");

    private string Mailbox(string first, string last)
    {
        var (a, b) = (Plain(first), Plain(last));
        var name = random.Next(4) switch { 0 => $"{a}.{b}", 1 => $"{a}{b}{random.Next(70, 100)}", 2 => $"{a[0]}{b}{random.Next(1, 100)}", _ => $"{a}_{b}" };
        return $"{name}@{One(Mailboxes)}";
    }

    private static string Plain(string name)
    {
        var plain = new StringBuilder();
        foreach (var c in name.Normalize(NormalizationForm.FormD))
            if (char.IsAsciiLetter(c)) plain.Append(char.ToLowerInvariant(c));
        return plain.ToString();
    }
}
