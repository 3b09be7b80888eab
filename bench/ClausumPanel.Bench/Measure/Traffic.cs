using System.Globalization;
using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Velocity;

namespace ClausumPanel.Bench.Measure;

/// <summary>
/// The n-th payment of a believable shop, always the same for the same n: 400,000 payers, the busiest of them a few hundred times as busy as the quietest, each with an e-mail, a phone,
/// a card, a device and a home address on the network, and now and then another card, device or address. Orders and payments are new every time, so nothing is ever a replay.
/// The request lies ready as bytes; making the next one only overwrites fields of fixed width.
/// </summary>
internal sealed class Traffic
{
    private const int Payers = 400_000;
    private static readonly string[] FirstNames = ["maria", "tomas", "lucia", "pedro", "jorge", "diana", "elena", "oscar", "paola", "karla", "bruno", "julia", "mario", "sofia", "ivana", "david"];
    private static readonly string[] LastNames = ["lopez", "perez", "gomez", "reyes", "ortiz", "silva", "munoz", "rivas", "mejia", "solis", "duran", "campo", "nieto", "salas", "ramos", "rubio"];
    private static readonly string[] Domains = ["gmail.com", "gmail.com", "gmail.com", "hotmail.com", "hotmail.com", "outlook.com", "yahoo.com.mx", "live.com.mx", "icloud.com", "prodigy.net.mx"];
    private static readonly int[] FirstOctets = [187, 189, 201, 177, 148, 200];     // mostly Mexican carriers

    private readonly byte[] _request;
    private readonly int _order, _payment, _metadataOrder, _amount, _email, _phone, _customer, _bin, _last4, _ip, _cardHash, _device, _browser, _duration, _mouse, _postalCode;
    private long _next;

    /// <param name="first">Where to go on counting, so that a store that holds the first million is asked new ones.</param>
    public Traffic(int port, string key, long first = 0)
    {
        const string body = """
            {"amount":AMOUN,"currency":"MXN","transaction_type":"payment","email":"EMAILEMAILEMAILEMAILEMAILEMA","phone":"+5255PHONEPHO",
            "customer_id":"cus_CUSTOME","order_id":"ord-ORDERORDER","payment_id":"pay-PAYMENTPAY",
            "payment_method":{"type":"card","card_bin":"BINBIN","card_last4":"LAST","card_country":"MX","card_brand":"visa","card_hash":"CARDHASHCARDHASH"},
            "device":{"ip":"IPIPIPIPIPIPIPI","fingerprint":"fp_DEVICEDEVICEDEVI","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1BR.0.0.0 Safari/537.36","timezone":"America/Mexico_City"},
            "behavior":{"session_duration_ms":DURAT,"mouse_movements":MVS,"copy_paste_events":0},
            "billing":{"country":"MX","city":"CDMX","postal_code":"POSTC"},
            "metadata":{"order_id":"ord-ORDERORDER","channel":"web","cart_items":3,"coupon":"BUENFIN","store":"sucursal-centro","campaign":"otoño-2026"}}
            """;
        var length = Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture);
        _request = Encoding.UTF8.GetBytes(
            $"POST /api/v1/assess HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
        (_order, _payment, _amount, _email, _phone, _customer) = (At("ORDERORDER"), At("PAYMENTPAY"), At("AMOUN"), At("EMAILEMAIL"), At("PHONEPHO"), At("CUSTOME"));
        (_bin, _last4, _cardHash, _ip, _device, _browser) = (At("BINBIN"), At("LAST"), At("CARDHASH"), At("IPIPIPIPIPIPIPI"), At("DEVICEDEVICEDEVI"), At("BR."));
        (_duration, _mouse, _postalCode) = (At("DURAT"), At("MVS"), At("POSTC"));
        _metadataOrder = _order + 10 + _request.AsSpan(_order + 10).IndexOf("ORDERORDER"u8);
        _next = first;

        int At(string field) => _request.AsSpan().IndexOf(Encoding.UTF8.GetBytes(field)) is >= 0 and var at ? at : throw new InvalidOperationException(field);
    }

    /// <summary>How many have been made, the ones before <c>first</c> included.</summary>
    public long Made => _next;

    /// <summary>The JSON of the request last made.</summary>
    public ReadOnlyMemory<byte> Body => _request.AsMemory(_request.AsSpan().IndexOf("\r\n\r\n"u8) + 4);

    /// <summary>The whole request, valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var n = _next++;
        var chance = Mix((ulong)n + 0x9E37_79B9_7F4A_7C15);
        var payer = (long)(Payers * Math.Pow(Share(chance), 1.5));
        var self = Mix((ulong)payer * 0xD134_2543_DE82_EF95 + 1);
        var card = Mix(self ^ (chance % 33 == 0 ? 0xCA2DUL : 0xCA1DUL));
        var device = Mix(self ^ (chance % 50 == 1 ? chance : 0xDE1CE));
        var address = Mix(self ^ (chance % 10 == 2 ? chance : 0xADD2));

        Digits(_order, 10, n);
        Digits(_metadataOrder, 10, n);
        Digits(_payment, 10, n);
        Digits(_amount, 5, 10_000 + (long)(Mix(chance) % 90_000));
        Email(payer, self);
        Digits(_phone, 8, (long)(self % 90_000_000) + 10_000_000);
        Digits(_customer, 7, payer);
        Digits(_bin, 6, 400_000 + (long)(300 * Math.Pow(Share(card), 3)) * 317);         // one range of cards in seven is the biggest bank's
        Digits(_last4, 4, (long)(card >> 20) % 10_000);
        Address(Mix((ulong)(20_000 * Math.Pow(Share(address), 2))), address);
        Letters(_cardHash, card);
        Letters(_device, device);
        Digits(_browser, 2, 20 + (long)(self % 20));
        Digits(_duration, 5, 12_000 + (long)(chance >> 7) % 80_000);
        Digits(_mouse, 3, 100 + (long)(chance >> 9) % 900);
        Digits(_postalCode, 5, 1_000 + (long)(self >> 17) % 15_000);
        return _request;
    }

    /// <summary>The entities of the request last made, as keys; like those of the service they are the same for the same value and evenly spread.</summary>
    public EntityKeys EntityKeys()
    {
        EntityKeys keys = default;
        keys[(int)EntityKind.Email] = Key(_email, 28);
        keys[(int)EntityKind.Customer] = Key(_customer, 7);
        keys[(int)EntityKind.Card] = Key(_cardHash, 16);
        keys[(int)EntityKind.Device] = Key(_device, 16);
        keys[(int)EntityKind.Ip] = Key(_ip, 15);
        keys[(int)EntityKind.IpNetwork] = Key(_ip, 11);
        keys[(int)EntityKind.Phone] = Key(_phone, 8);
        keys[(int)EntityKind.CardBin] = Key(_bin, 6);
        return keys;
    }

    private ulong Key(int at, int length)
    {
        var hash = 0xCBF2_9CE4_8422_2325UL + (ulong)at;
        foreach (var value in _request.AsSpan(at, length)) hash = (hash ^ value) * 0x100_0000_01B3;
        return Mix(hash) | 1;
    }

    private void Email(long payer, ulong self)
    {
        var field = _request.AsSpan(_email, 28);
        Encoding.ASCII.GetBytes(FirstNames[self % 16], field);
        field[5] = (byte)'.';
        Encoding.ASCII.GetBytes(LastNames[(self >> 4) % 16], field[6..]);
        var domain = Domains[(self >> 8) % (ulong)Domains.Length];
        var digits = 28 - 11 - 1 - domain.Length;
        Digits(_email + 11, digits, payer);
        field[11 + digits] = (byte)'@';
        Encoding.ASCII.GetBytes(domain, field[(12 + digits)..]);
    }

    // Carriers put many homes into one network and some behind one address.
    private void Address(ulong network, ulong home)
    {
        Digits(_ip, 3, FirstOctets[network % 6]);
        Digits(_ip + 4, 3, 100 + (long)(network >> 16) % 150);
        Digits(_ip + 8, 3, 100 + (long)(network >> 32) % 150);
        Digits(_ip + 12, 3, 100 + (long)(home % 150));
        for (var dot = _ip + 3; dot < _ip + 15; dot += 4) _request[dot] = (byte)'.';
    }

    private void Digits(int at, int width, long value)
    {
        for (var i = at + width - 1; i >= at; i--, value /= 10) _request[i] = (byte)('0' + value % 10);
    }

    // No digits: sixteen of them in a row may pass for a card number, which the service does not take.
    private void Letters(int at, ulong value)
    {
        for (var i = at + 15; i >= at; i--, value >>= 4) _request[i] = (byte)('a' + (value & 15));
    }

    /// <summary>0 up to 1, evenly.</summary>
    private static double Share(ulong x) => (x >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9;
        x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EB;
        return x ^ (x >> 31);
    }
}
