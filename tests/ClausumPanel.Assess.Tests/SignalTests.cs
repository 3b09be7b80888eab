using static ClausumPanel.Assess.EntityKind;
using static ClausumPanel.Assess.HistoryPart;
using static ClausumPanel.Assess.Measure;
using static ClausumPanel.Assess.Window;

namespace ClausumPanel.Assess.Tests;

/// <summary>Every signal at its edge: where it just fires and what it says, and where it just does not.</summary>
public sealed class SignalTests
{
    private const double Days = 86_400_000;

    private static Given Plain => new();

    private static Given Card => Plain.With(Known.CardBin, "411111").With(Known.CardLast4, "4242");

    private static Given Large => Plain.With(Known.Amount, 1_000_000);

    private static Given LargePayout => Given.APayout.With(Known.Amount, 2_000_000);

    private static readonly Edge[] Edges =
    [
        // Velocity: the windows count what came before, bounds and sentences count this one in.
        new("high_velocity", "6 transactions in the last hour",
            [Plain.With(Email, Measure.Count, OneHour, 5), Plain.With(Customer, Measure.Count, OneHour, 5), Plain.With(Ip, Measure.Count, OneHour, 5), Plain.With(Device, Measure.Count, OneHour, 5).With(Ip, Measure.Count, OneHour, 1)],
            [Plain.With(Email, Measure.Count, OneHour, 4), Plain.With(EntityKind.Card, Measure.Count, OneHour, 5), Plain.With(Email, Measure.Count, OneDay, 5)]),
        new("burst_velocity", "9 transactions in the last 10 minutes", [Plain.With(Email, Measure.Count, TenMinutes, 8), Plain.With(EntityKind.Card, Measure.Count, TenMinutes, 8)], [Plain.With(Email, Measure.Count, TenMinutes, 7)]),
        new("card_velocity", "7 transactions with one card in the last hour", [Plain.With(EntityKind.Card, Measure.Count, OneHour, 6)], [Plain.With(EntityKind.Card, Measure.Count, OneHour, 5)]),
        new("phone_velocity", "7 transactions with one phone number in the last hour", [Plain.With(Phone, Measure.Count, OneHour, 6)], [Plain.With(Phone, Measure.Count, OneHour, 5)]),
        new("network_velocity", "41 transactions from one network in the last hour", [Plain.With(IpNetwork, Measure.Count, OneHour, 40)], [Plain.With(IpNetwork, Measure.Count, OneHour, 39)]),
        new("bin_velocity", "21 transactions with one card range in the last 10 minutes",
            [Plain.With(CardBin, Measure.Count, TenMinutes, 20).With(CardBin, Measure.Count, OneDay, 503)],
            [Plain.With(CardBin, Measure.Count, TenMinutes, 19).With(CardBin, Measure.Count, OneDay, 19), Plain.With(CardBin, Measure.Count, TenMinutes, 20).With(CardBin, Measure.Count, OneDay, 504)]),
        new("daily_velocity", "21 transactions in the last 24 hours", [Plain.With(Customer, Measure.Count, OneDay, 20)], [Plain.With(Customer, Measure.Count, OneDay, 19), Plain.With(Ip, Measure.Count, OneDay, 20)]),
        new("weekly_velocity", "61 transactions in the last 7 days", [Plain.With(Email, Measure.Count, SevenDays, 60)], [Plain.With(Email, Measure.Count, SevenDays, 59)]),
        new("monthly_velocity", "151 transactions in the last 30 days", [Plain.With(EntityKind.Card, Measure.Count, ThirtyDays, 150)], [Plain.With(EntityKind.Card, Measure.Count, ThirtyDays, 149)]),
        new("daily_amount", "30,000.00 MXN in the last 24 hours", [Plain.With(Email, Sum, OneDay, 2_985_000)], [Plain.With(Email, Sum, OneDay, 2_984_999), Plain.With(Known.Amount, 3_000_000).With(Email, Sum, OneDay, 0)]),
        new("monthly_amount", "150,000.00 MXN in the last 30 days", [Plain.With(Customer, Sum, ThirtyDays, 14_985_000)], [Plain.With(Customer, Sum, ThirtyDays, 14_984_999)]),
        new("repeated_declines", "3 declined in the last hour", [Plain.With(Device, Declines, OneHour, 3)], [Plain.With(Device, Declines, OneHour, 2)]),
        new("daily_declines", "8 declined in the last 24 hours", [Plain.With(Email, Declines, OneDay, 8)], [Plain.With(Email, Declines, OneDay, 7)]),

        // Card testing.
        new("many_cards_per_device", "4 cards on one device in 24 hours", [Plain.With(Device, Cards, OneDay, 4)], [Plain.With(Device, Cards, OneDay, 3)]),
        new("many_cards_per_email", "4 cards with one e-mail address in 24 hours", [Plain.With(Email, Cards, OneDay, 4)], [Plain.With(Email, Cards, OneDay, 3)]),
        new("many_cards_per_ip", "6 cards from one IP address in the last hour", [Plain.With(Ip, Cards, OneHour, 6)], [Plain.With(Ip, Cards, OneHour, 5)]),
        new("many_cards_per_customer", "4 cards of one customer in 24 hours", [Plain.With(Customer, Cards, OneDay, 4)], [Plain.With(Customer, Cards, OneDay, 3)]),
        new("many_emails_per_card", "3 e-mail addresses with one card in 24 hours", [Plain.With(EntityKind.Card, Emails, OneDay, 3)], [Plain.With(EntityKind.Card, Emails, OneDay, 2)]),
        new("many_cards_per_network", "21 cards from one network in the last hour", [Plain.With(IpNetwork, Cards, OneHour, 21)], [Plain.With(IpNetwork, Cards, OneHour, 20)]),
        new("many_cards_per_bin", "16 cards of one card range in the last 10 minutes", [Plain.With(CardBin, Cards, TenMinutes, 16)], [Plain.With(CardBin, Cards, TenMinutes, 15)]),
        new("sequential_cards", "3 cards with neighbouring numbers in the last hour", [Plain.With(Known.SequentialCards, 3)], [Plain.With(Known.SequentialCards, 2)]),
        new("many_small_amounts", "5 card amounts of 12.00 MXN on average in the last hour",
            [Card.With(Known.Amount, 2_000).With(Device, Measure.Count, OneHour, 4).With(Device, Sum, OneHour, 4_000)],
            [
                Card.With(Known.Amount, 2_001).With(Device, Measure.Count, OneHour, 4).With(Device, Sum, OneHour, 4_000),
                Card.With(Known.Amount, 2_000).With(Device, Measure.Count, OneHour, 3).With(Device, Sum, OneHour, 4_000),
                Card.With(Known.Amount, 2_000).With(Device, Measure.Count, OneHour, 4).With(Device, Sum, OneHour, 8_001),
                Plain.With(Known.Amount, 2_000).With(Device, Measure.Count, OneHour, 4).With(Device, Sum, OneHour, 4_000),
                Card.With(Known.Currency, "XAF").With(Known.Amount, 1).With(Device, Measure.Count, OneHour, 4).With(Device, Sum, OneHour, 4),
            ]),
        new("many_declined_cards", "4 declined with 3 cards in the last 10 minutes",
            [Plain.With(Ip, Declines, TenMinutes, 4).With(Ip, Cards, TenMinutes, 3)],
            [Plain.With(Ip, Declines, TenMinutes, 3).With(Ip, Cards, TenMinutes, 3), Plain.With(Ip, Declines, TenMinutes, 4).With(Ip, Cards, TenMinutes, 2), Plain.With(Ip, Declines, TenMinutes, 4).With(Device, Cards, TenMinutes, 3)]),

        new("card_brand_mismatch", "The card's first digits are not those of visa", [Plain.With(Known.CardBrand, "visa").With(Known.CardScheme, "mastercard")], [Plain.With(Known.CardBrand, "visa").With(Known.CardScheme, "visa"), Plain.With(Known.CardBrand, "visa")]),

        // Payer.
        new("invalid_phone", "The phone number cannot exist", [Plain.With(Known.PhoneValid, false)], [Plain.With(Known.PhoneValid, true), Plain]),
        new("payer_prior_fraud", "Earlier transactions of the same customer, e-mail, card or phone reported as fraud: 1", [Plain.With(Email, Reported, 1), Plain.With(EntityKind.Card, Reported, 1), Plain.With(Phone, Reported, 1)], [Plain.With(Email, Reported, 0), Plain.With(Ip, Reported, 1)]),
        new("payer_prior_chargeback", "Earlier transactions of the same customer, e-mail, card or phone that were disputed: 1", [Plain.With(Customer, Disputed, 1)], [Plain.With(Customer, Disputed, 0)]),
        new("new_payer", "First transaction of this payer", [Plain.With(Email, HistoryPart.Count, 0), Plain.With(Customer, HistoryPart.Count, 0).With(Email, HistoryPart.Count, 0)], [Plain, Plain.With(Customer, HistoryPart.Count, 0).With(Email, HistoryPart.Count, 1)]),
        new("new_payer_large_amount", "First transaction of this payer, and at once 10,000.00 MXN", [Large.With(Email, HistoryPart.Count, 0)],
            [Large.With(Email, HistoryPart.Count, 0).With(Known.Amount, 999_999), Large.With(Email, HistoryPart.Count, 1), Large, Large.With(Known.Currency, "XAF").With(Email, HistoryPart.Count, 0)]),
        new("new_card_known_customer", "First time with this card after 3 transactions of the customer", [Plain.With(EntityKind.Card, HistoryPart.Count, 0).With(Customer, HistoryPart.Count, 3)],
            [Plain.With(EntityKind.Card, HistoryPart.Count, 0).With(Customer, HistoryPart.Count, 2), Plain.With(EntityKind.Card, HistoryPart.Count, 1).With(Customer, HistoryPart.Count, 3), Plain.With(Customer, HistoryPart.Count, 3)]),
        new("known_card_new_payer", "New payer with a card that others used 2 times", [Plain.With(Email, HistoryPart.Count, 0).With(EntityKind.Card, HistoryPart.Count, 2)],
            [Plain.With(Email, HistoryPart.Count, 0).With(EntityKind.Card, HistoryPart.Count, 1), Plain.With(Email, HistoryPart.Count, 1).With(EntityKind.Card, HistoryPart.Count, 2)]),
        new("known_device_new_payer", "New payer on a device that others used 3 times", [Plain.With(Email, HistoryPart.Count, 0).With(Device, HistoryPart.Count, 3)],
            [Plain.With(Email, HistoryPart.Count, 0).With(Device, HistoryPart.Count, 2), Plain.With(Email, HistoryPart.Count, 1).With(Device, HistoryPart.Count, 3)]),
        new("loyal_payer", "5 approved transactions in 90 days without a complaint", [Plain.With(Customer, Approved, 5).With(Customer, Age, 90 * Days)],
            [
                Plain.With(Customer, Approved, 4).With(Customer, Age, 90 * Days),
                Plain.With(Customer, Approved, 5).With(Customer, Age, (90 * Days) - 1),
                Plain.With(Customer, Approved, 5).With(Customer, Age, 90 * Days).With(Email, Disputed, 1),
                Plain.With(Customer, Approved, 5).With(Customer, Age, 90 * Days).With(EntityKind.Card, Reported, 1),
                Plain.With(Customer, Approved, 5).With(Email, Age, 90 * Days),
                Plain.With(Customer, Approved, 5).With(Customer, Age, 90 * Days).With(Device, HistoryPart.Count, 0),
            ]),
        new("familiar_card_and_device", "Card and device known for 30 days", [Plain.With(EntityKind.Card, Age, 30 * Days).With(Device, Age, 40 * Days)],
            [Plain.With(EntityKind.Card, Age, (30 * Days) - 1).With(Device, Age, 40 * Days), Plain.With(EntityKind.Card, Age, 30 * Days), Plain.With(EntityKind.Card, Age, 30 * Days).With(Device, Age, 40 * Days).With(Device, Reported, 1)]),
        new("dormant_payer", "10,000.00 MXN after a pause of 180 days", [Large.With(Customer, SinceLast, 180 * Days).With(Email, SinceLast, 200 * Days), Large.With(Email, SinceLast, 180 * Days)],
            [Large.With(Customer, SinceLast, 200 * Days).With(Email, SinceLast, (180 * Days) - 1), Plain.With(Email, SinceLast, 180 * Days), Large]),
        new("mostly_declined_payer", "3 of 5 earlier transactions of this payer were declined", [Plain.With(Customer, HistoryPart.Count, 5).With(Customer, Declined, 3)],
            [Plain.With(Customer, HistoryPart.Count, 5).With(Customer, Declined, 2), Plain.With(Customer, HistoryPart.Count, 3).With(Customer, Declined, 3)]),
        new("young_payer_activity", "7 transactions within 24 h of the first", [Plain.With(Email, HistoryPart.Count, 6).With(Email, Age, Days)],
            [Plain.With(Email, HistoryPart.Count, 5).With(Email, Age, Days), Plain.With(Email, HistoryPart.Count, 6).With(Email, Age, 2 * Days), Plain.With(Customer, HistoryPart.Count, 6).With(Email, Age, Days)]),

        // Amount.
        new("amount_above_max", "200,000.01 MXN is above the maximum of 200,000.00 MXN", [Plain.With(Known.Amount, 20_000_001)], [Plain.With(Known.Amount, 20_000_000), Plain.With(Known.Currency, "XAF").With(Known.Amount, 1e12)]),
        new("amount_below_min", "0.99 MXN is below the minimum of 1.00 MXN", [Plain.With(Known.Amount, 99)], [Plain.With(Known.Amount, 100), Plain.With(Known.Currency, "XAF").With(Known.Amount, 0)]),
        new("amount_outlier", "1.5 times the average amount of 100.00 MXN",
            [
                Usual(Customer, 10, 10_000, 1_000),
                Usual(Beneficiary, 10, 10_000, 1_000),
                Plain.With(Known.OrganizationCount, 10).With(Known.OrganizationMean, 10_000).With(Known.OrganizationDeviation, 1_000),
                Usual(Customer, 10, 10_000, 0),
                Usual(Customer, 9, 15_000, 1).With(Email, AmountCount, 10).With(Email, AmountMean, 10_000).With(Email, AmountDeviation, 1_000),
            ],
            [
                Usual(Customer, 9, 10_000, 1_000),
                Usual(Customer, 10, 12_000, 1_000),
                Usual(Customer, 10, 14_000, 100),
                Usual(Customer, 10, 15_000, 1_000).With(Known.OrganizationCount, 10).With(Known.OrganizationMean, 10_000).With(Known.OrganizationDeviation, 1_000),
                Usual(Customer, 10, 0, 0),
                Usual(Customer, 10, 1e9, 1_000),
            ]),
        new("large_amount_at_night", "10,000.00 MXN at 4 o'clock", [Large.With(Known.Hour, 4)], [Large.With(Known.Hour, 5), Large, Plain.With(Known.Hour, 4), Large.With(Known.Hour, 23)]),
        new("round_amount_probing", "4 different round amounts tried in the last hour",
            [Plain.With(Device, Measure.Count, OneHour, 3).With(Device, Sum, OneHour, 60_000)],
            [
                Plain.With(Device, Measure.Count, OneHour, 2).With(Device, Sum, OneHour, 60_000),
                Plain.With(Device, Measure.Count, OneHour, 3).With(Device, Sum, OneHour, 60_001),
                Plain.With(Device, Measure.Count, OneHour, 3).With(Device, Sum, OneHour, 45_000),
                Plain.With(Known.Amount, 15_001).With(Device, Measure.Count, OneHour, 3).With(Device, Sum, OneHour, 60_000),
            ]),
        new("tiny_amount", "Only 20.00 MXN on a card", [Card.With(Known.Amount, 2_000)], [Card.With(Known.Amount, 2_001), Plain.With(Known.Amount, 2_000)]),

        // E-mail.
        new("disposable_email", "Disposable email detected", [Plain.With(Known.EmailDisposable, true)], [Plain.With(Known.EmailDisposable, false), Plain]),
        new("suspicious_tld", "The e-mail address ends in .xyz", [Plain.With(Known.EmailTld, "xyz").With(Known.EmailSuspiciousTld, true)], [Plain.With(Known.EmailTld, "com").With(Known.EmailSuspiciousTld, false), Plain]),
        new("free_email", "The e-mail address is from a free provider", [Plain.With(Known.EmailFree, true)], [Plain.With(Known.EmailFree, false)]),
        new("gibberish_email", "The name in the e-mail address looks random: 75 of 100", [Plain.With(Known.EmailGibberish, 75)], [Plain.With(Known.EmailGibberish, 74)]),
        new("digits_heavy_email", "Digits make up 60 % of the name in the e-mail address", [Plain.With(Known.EmailDigits, 60)], [Plain.With(Known.EmailDigits, 59)]),
        new("role_email", "The e-mail address names a function, not a person", [Plain.With(Known.EmailRole, true)], [Plain.With(Known.EmailRole, false)]),
        new("tagged_email", "The e-mail address carries a tag its provider ignores", [Plain.With(Known.EmailTagged, true)], [Plain.With(Known.EmailTagged, false)]),

        // Behaviour.
        new("short_session", "The session lasted only 2.9 s", [Plain.With(Known.SessionDuration, 2_999)], [Plain.With(Known.SessionDuration, 3_000), Plain]),
        new("no_mouse_movement", "No mouse movement and no touch in the session",
            [Plain.With(Known.MouseMovements, 0), Plain.With(Known.MouseMovements, 0).With(Known.DeviceClass, "desktop"), Plain.With(Known.MouseMovements, 0).With(Known.TouchEvents, 0).With(Known.DeviceClass, "mobile")],
            [Plain, Plain.With(Known.MouseMovements, 1), Plain.With(Known.MouseMovements, 0).With(Known.TouchEvents, 1), Plain.With(Known.MouseMovements, 0).With(Known.DeviceClass, "mobile")]),
        new("copy_paste_detected", "Fields filled by pasting: 1", [Plain.With(Known.CopyPaste, 1)], [Plain.With(Known.CopyPaste, 0), Plain]),
        new("bot_pattern", "301 events in 2 s: faster than a person",
            [Plain.With(Known.SessionDuration, 2_000).With(Known.MouseMovements, 200).With(Known.KeyboardEvents, 101)],
            [Plain.With(Known.SessionDuration, 2_000).With(Known.MouseMovements, 300), Plain.With(Known.SessionDuration, 0).With(Known.MouseMovements, 19), Plain.With(Known.MouseMovements, 9_999), Plain.With(Known.SessionDuration, 0)]),
        new("no_interaction", "Nothing was moved, typed or touched in 10 s", [Plain.With(Known.SessionDuration, 10_000).With(Known.MouseMovements, 0).With(Known.KeyboardEvents, 0)],
            [Plain.With(Known.SessionDuration, 9_999).With(Known.MouseMovements, 0).With(Known.KeyboardEvents, 0), Plain.With(Known.SessionDuration, 10_000).With(Known.MouseMovements, 0), Plain.With(Known.SessionDuration, 10_000).With(Known.MouseMovements, 0).With(Known.KeyboardEvents, 1)]),
        new("pasted_without_typing", "Fields filled by pasting: 2, and not one key pressed", [Plain.With(Known.CopyPaste, 2).With(Known.KeyboardEvents, 0)],
            [Plain.With(Known.CopyPaste, 1).With(Known.KeyboardEvents, 0), Plain.With(Known.CopyPaste, 2).With(Known.KeyboardEvents, 1), Plain.With(Known.CopyPaste, 2)]),

        // Device.
        new("bot_user_agent", "The user agent is a robot's or a tool's", [Plain.With(Known.Bot, true)], [Plain.With(Known.Bot, false), Plain.With(Known.Bot, true).With(Known.Headless, true)]),
        new("headless_browser", "The browser is run by a program", [Plain.With(Known.Headless, true)], [Plain.With(Known.Headless, false)]),
        new("missing_user_agent", "A device fingerprint was sent but no user agent", [Plain.With(Known.Fingerprint, "fp_1")], [Plain, Plain.With(Known.Fingerprint, "fp_1").With(Known.UserAgent, "Mozilla/5.0 (X11; Linux) Firefox/130.0")]),
        new("odd_user_agent", "The user agent is no known browser's",
            [Plain.With(Known.UserAgent, "1234567890123456789").With(Known.Browser, "chrome"), Plain.With(Known.UserAgent, "Something nobody has ever heard of"), Plain.With(Known.UserAgent, "Something nobody has ever heard of").With(Known.Browser, "other")],
            [Plain.With(Known.UserAgent, "12345678901234567890").With(Known.Browser, "chrome"), Plain.With(Known.UserAgent, "curl/8").With(Known.Bot, true), Plain]),
        new("outdated_browser", "chrome 89 is years old", [Plain.With(Known.Browser, "chrome").With(Known.BrowserVersion, 89).With(Known.BrowserOutdated, true)],
            [Plain.With(Known.Browser, "chrome").With(Known.BrowserVersion, 130).With(Known.BrowserOutdated, false), Plain.With(Known.BrowserOutdated, true).With(Known.Bot, true)]),
        new("new_device_known_customer", "First time on this device after 3 transactions of the customer", [Plain.With(Device, HistoryPart.Count, 0).With(Customer, HistoryPart.Count, 3)],
            [Plain.With(Device, HistoryPart.Count, 0).With(Customer, HistoryPart.Count, 2), Plain.With(Device, HistoryPart.Count, 1).With(Customer, HistoryPart.Count, 3)]),
        new("many_devices_per_customer", "4 devices of one customer in 24 hours", [Plain.With(Customer, Devices, OneDay, 4)], [Plain.With(Customer, Devices, OneDay, 3)]),
        new("many_devices_per_card", "3 devices with one card in 24 hours", [Plain.With(EntityKind.Card, Devices, OneDay, 3)], [Plain.With(EntityKind.Card, Devices, OneDay, 2)]),
        new("many_emails_per_device", "4 e-mail addresses on one device in 24 hours", [Plain.With(Device, Emails, OneDay, 4)], [Plain.With(Device, Emails, OneDay, 3)]),
        new("device_prior_fraud", "Reported frauds on this device: 1", [Plain.With(Device, Reported, 1)], [Plain.With(Device, Reported, 0)]),

        // Network.
        new("hosting_network", "The IP address belongs to a hosting network", [Plain.With(Known.IpHosting, true)], [Plain.With(Known.IpHosting, false)]),
        new("private_ip", "The IP address is private or reserved", [Plain.With(Known.IpPrivate, true)], [Plain.With(Known.IpPrivate, false)]),
        new("many_emails_per_ip", "6 e-mail addresses from one IP address in the last hour", [Plain.With(Ip, Emails, OneHour, 6)], [Plain.With(Ip, Emails, OneHour, 5), Plain.With(Ip, Emails, OneHour, 6).With(Known.IpPrivate, true)]),
        new("many_ips_per_payer", "6 IP addresses of one customer or e-mail in 24 hours", [Plain.With(Customer, Ips, OneDay, 6), Plain.With(Email, Ips, OneDay, 6)], [Plain.With(Customer, Ips, OneDay, 5)]),
        new("many_ips_per_card", "5 IP addresses with one card in 24 hours", [Plain.With(EntityKind.Card, Ips, OneDay, 5)], [Plain.With(EntityKind.Card, Ips, OneDay, 4)]),
        new("ip_prior_fraud", "Reported frauds from this IP address: 1", [Plain.With(Ip, Reported, 1)], [Plain.With(Ip, Reported, 0), Plain.With(Ip, Reported, 1).With(Known.IpPrivate, true)]),

        // Geography.
        new("country_mismatch", "Card from MX, IP address in US", [Plain.With(Known.CardCountry, "MX").With(Known.IpCountry, "US")], [Plain.With(Known.CardCountry, "MX").With(Known.IpCountry, "MX"), Plain.With(Known.CardCountry, "MX")]),
        new("ip_billing_mismatch", "Billing address in MX, IP address in US", [Plain.With(Known.BillingCountry, "MX").With(Known.IpCountry, "US")], [Plain.With(Known.BillingCountry, "US").With(Known.IpCountry, "US"), Plain.With(Known.IpCountry, "US")]),
        new("ip_timezone_mismatch", "Time zone of MX, IP address in US", [Plain.With(Known.TimezoneCountry, "MX").With(Known.IpCountry, "US")], [Plain.With(Known.TimezoneCountry, "US").With(Known.IpCountry, "US")]),
        new("ip_phone_mismatch", "Phone number of MX, IP address in US", [Plain.With(Known.PhoneCountry, "MX").With(Known.IpCountry, "US")], [Plain.With(Known.PhoneCountry, "US").With(Known.IpCountry, "US")]),
        new("billing_card_mismatch", "Card from BR, billing address in MX", [Plain.With(Known.CardCountry, "BR").With(Known.BillingCountry, "MX")], [Plain.With(Known.CardCountry, "MX").With(Known.BillingCountry, "MX")]),
        new("shipping_billing_mismatch", "Shipping to GT, billing address in MX", [Plain.With(Known.ShippingCountry, "GT").With(Known.BillingCountry, "MX")], [Plain.With(Known.ShippingCountry, "MX").With(Known.BillingCountry, "MX")]),
        new("high_risk_country", "High-risk country: KP", [Plain.With(Known.IpCountry, "KP"), Plain.With(Known.CardCountry, "KP"), Plain.With(Known.BillingCountry, "KP")], [Plain.With(Known.IpCountry, "MX"), Plain.With(Known.ShippingCountry, "KP")]),

        // Payouts.
        new("payout_first_beneficiary", "First payout to this beneficiary",
            [Given.APayout.With(Known.PayoutFirst, true), Given.APayout.With(Known.PayoutFirst, double.NaN).With(Beneficiary, HistoryPart.Count, 0)],
            [Given.APayout, Given.APayout.With(Beneficiary, HistoryPart.Count, 0), Given.APayout.With(Known.PayoutFirst, double.NaN), Plain.With(Known.PayoutFirst, true)]),
        new("payout_high_risk_country", "Beneficiary in a high-risk country: KP", [Given.APayout.With(Known.BeneficiaryCountry, "KP")], [Given.APayout.With(Known.BeneficiaryCountry, "MX"), Plain.With(Known.BeneficiaryCountry, "KP")]),
        new("payout_cross_border_high_amount", "Cross-border payout of 20,000.00 MXN", [LargePayout.With(Known.OriginCountry, "MX").With(Known.BeneficiaryCountry, "US")],
            [LargePayout.With(Known.OriginCountry, "MX").With(Known.BeneficiaryCountry, "MX"), LargePayout.With(Known.BeneficiaryCountry, "US"), LargePayout.With(Known.Amount, 1_999_999).With(Known.OriginCountry, "MX").With(Known.BeneficiaryCountry, "US")]),
        new("payout_unattributed_initiator", "The request names no person who ordered the payout",
            [Given.APayout.With(Known.PayoutInitiator, null), Given.APayout.With(Known.PayoutInitiator, " "), Given.APayout.With(Known.PayoutInitiator, "System")], [Given.APayout, Plain]),
        new("payout_invalid_clabe", "The CLABE's check digit is wrong", [Given.APayout.With(Known.BeneficiaryClabeValid, false)], [Given.APayout.With(Known.BeneficiaryClabeValid, true), Given.APayout]),
        new("payout_invalid_iban", "The IBAN's length or check digits are wrong", [Given.APayout.With(Known.BeneficiaryIbanValid, false)], [Given.APayout.With(Known.BeneficiaryIbanValid, true), Given.APayout]),
        new("payout_new_beneficiary_large_amount", "First payout to this beneficiary, and at once 20,000.00 MXN", [LargePayout.With(Known.PayoutFirst, true)], [LargePayout, LargePayout.With(Known.PayoutFirst, true).With(Known.Amount, 1_999_999)]),
        new("payout_burst", "4 payouts to this beneficiary in the last hour", [Given.APayout.With(Beneficiary, Measure.Count, OneHour, 3)], [Given.APayout.With(Beneficiary, Measure.Count, OneHour, 2)]),
        new("payout_daily_amount", "40,000.00 MXN to this beneficiary in the last 24 hours", [Given.APayout.With(Beneficiary, Sum, OneDay, 3_985_000)], [Given.APayout.With(Beneficiary, Sum, OneDay, 3_984_999)]),
        new("payout_many_payers", "This beneficiary was paid for 4 e-mail addresses in the last 7 days", [Given.APayout.With(Beneficiary, Emails, SevenDays, 4)], [Given.APayout.With(Beneficiary, Emails, SevenDays, 3)]),
        new("payout_account_country_mismatch", "Account in MX, beneficiary in US",
            [Given.APayout.With(Known.BeneficiaryClabe, "032180000118359719").With(Known.BeneficiaryCountry, "US"), Given.APayout.With(Known.BeneficiaryIbanCountry, "MX").With(Known.BeneficiaryCountry, "US"), Given.APayout.With(Known.BeneficiaryBicCountry, "MX").With(Known.BeneficiaryCountry, "US")],
            [Given.APayout.With(Known.BeneficiaryClabe, "032180000118359719").With(Known.BeneficiaryCountry, "MX"), Given.APayout.With(Known.BeneficiaryIbanCountry, "ES").With(Known.BeneficiaryBicCountry, "ES").With(Known.BeneficiaryCountry, "ES"), Given.APayout.With(Known.BeneficiaryClabe, "032180000118359719")]),
        new("payout_beneficiary_prior_fraud", "Earlier payouts to this beneficiary reported as fraud: 1", [Given.APayout.With(Beneficiary, Reported, 1)], [Given.APayout.With(Beneficiary, Reported, 0)]),
    ];

    public static TheoryData<string> Codes => [.. Edges.Select(edge => edge.Code)];

    [Theory, MemberData(nameof(Codes))]
    public void Fires_at_its_edge_and_says_so_with_its_numbers(string code)
    {
        var edge = Edges.Single(e => e.Code == code);
        foreach (var given in edge.Fires)
        {
            var answer = given.Judged(Everything);
            Assert.Contains(code, answer.Codes());
            Assert.Equal(edge.Sentence, answer.Sentence(code));
            Assert.Equal(SignalCatalog.ByCode[code].Weight, answer.Signals.ToArray().Single(h => SignalCatalog.Of(h).Code == code).Weight);
        }
    }

    [Theory, MemberData(nameof(Codes))]
    public void Is_silent_just_before_its_edge_and_where_the_facts_are_missing(string code)
    {
        var edge = Edges.Single(e => e.Code == code);
        Assert.NotEmpty(edge.Silent);
        foreach (var given in edge.Silent) Assert.DoesNotContain(code, given.Judged(Everything).Codes());
    }

    [Theory, MemberData(nameof(Codes))]
    public void Is_silent_when_the_policy_switches_it_off_and_weighs_what_the_policy_says(string code)
    {
        var definition = SignalCatalog.ByCode[code];
        if (definition.IsFixed) return;
        var given = Edges.Single(e => e.Code == code).Fires[0];
        Assert.DoesNotContain(code, given.Judged(Setting(code, 7, false)).Codes());
        Assert.Equal(7, given.Judged(Setting(code, 7, true)).Signals.ToArray().Single(h => SignalCatalog.Of(h).Code == code).Weight);
    }

    [Fact]
    public void Every_signal_stands_in_the_table() =>
        Assert.Equal(SignalCatalog.All.Where(d => d.Category != SignalCategory.Lists).Select(d => d.Code).Order(), Edges.Select(e => e.Code).Order());

    [Fact]
    public void Parameters_and_word_lists_of_the_policy_count()
    {
        var policy = Policy.Default with
        {
            Signals =
            [
                new("short_session", 8, true, new Dictionary<string, double> { ["below"] = 20_000 }, new Dictionary<string, IReadOnlyList<string>>()),
                new("suspicious_tld", 15, true, new Dictionary<string, double>(), new Dictionary<string, IReadOnlyList<string>> { ["also"] = ["ZIP"], ["except"] = ["xyz"] }),
                new("large_amount_at_night", 8, true, new Dictionary<string, double> { ["from_hour"] = 22, ["to_hour"] = 4 }, new Dictionary<string, IReadOnlyList<string>>()),
            ],
        };
        Assert.Equal(["short_session"], Given.TheDocumentedRequest.Judged(policy).Codes());
        Assert.Equal(["suspicious_tld"], Plain.With(Known.EmailTld, "zip").Judged(policy).Codes());
        Assert.Empty(Plain.With(Known.EmailTld, "xyz").With(Known.EmailSuspiciousTld, true).Judged(policy).Codes());
        Assert.Equal([true, true, false, false], new[] { 22, 3, 4, 21 }.Select(hour => Large.With(Known.Hour, hour).Judged(policy).SignalCount == 1));
    }

    /// <summary>The shipped policy with every signal switched on.</summary>
    private static Policy Everything { get; } = Policy.Default with { Signals = [.. Policy.Default.Signals.Select(s => s with { Enabled = true })] };

    private static Policy Setting(string code, int weight, bool enabled) =>
        Policy.Default with { Signals = [.. Policy.Default.Signals.Select(s => s.Code == code ? s with { Weight = weight, Enabled = enabled } : s)] };

    private static Given Usual(EntityKind kind, double samples, double mean, double deviation) => Plain.With(kind, AmountCount, samples).With(kind, AmountMean, mean).With(kind, AmountDeviation, deviation);

    private sealed record Edge(string Code, string Sentence, Given[] Fires, Given[] Silent);
}
