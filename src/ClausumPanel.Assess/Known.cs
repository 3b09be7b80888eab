using static ClausumPanel.Assess.FactTable;
using static ClausumPanel.Assess.FactSource;
using static ClausumPanel.Assess.FactType;

namespace ClausumPanel.Assess;

/// <summary>The facts that have a name of their own, so that code reads <c>facts.Number(Known.Amount)</c>.</summary>
public static class Known
{
    public static readonly Fact Amount = Add("amount", FactType.Money, Request, null, "Amount of the payment", path: "amount");
    public static readonly Fact Currency = Add("currency", Text, Request, "ISO 4217", "Currency of the payment", path: "currency");
    public static readonly Fact Flow = Add("flow", Text, Request, null, "payin or payout");
    public static readonly Fact TransactionType = Add("transaction_type", Text, Request, null, "Kind of transaction the caller states", path: "transaction_type");
    public static readonly Fact Channel = Add("channel", Text, Request, null, "Channel the caller states in metadata", path: "metadata.channel");
    public static readonly Fact SubmerchantId = Add("submerchant_id", Text, Request, null, "Sub-merchant the caller states", path: "submerchant_id");
    public static readonly Fact CustomerId = Add("customer.id", Text, Request, null, "The caller's own customer id", path: "customer_id");

    public static readonly Fact Email = Add("email", Text, Request, null, "E-mail address, lower case", path: "email");
    public static readonly Fact EmailNormalized = Add("email.normalized", Text, Reference, null, "E-mail address without tags and dots the provider ignores");
    public static readonly Fact EmailDomain = Add("email.domain", Text, Reference, null, "Domain of the e-mail address");
    public static readonly Fact EmailTld = Add("email.tld", Text, Reference, null, "Last label of the e-mail domain");
    public static readonly Fact EmailDisposable = Add("email.disposable", Flag, Reference, null, "The domain gives out throw-away addresses");
    public static readonly Fact EmailFree = Add("email.free", Flag, Reference, null, "The domain is a free mail provider");
    public static readonly Fact EmailSuspiciousTld = Add("email.suspicious_tld", Flag, Reference, null, "The top-level domain is one that abuse prefers");
    public static readonly Fact EmailGibberish = Add("email.gibberish", Number, Reference, "0-100", "How random the name part looks");
    public static readonly Fact EmailDigits = Add("email.digits", Number, Reference, "0-100", "Share of digits in the name part");
    public static readonly Fact EmailRole = Add("email.role_account", Flag, Reference, null, "The name part is a function such as info or admin");
    public static readonly Fact EmailTagged = Add("email.tagged", Flag, Reference, null, "The address carries a tag that its provider ignores (name+tag@)");

    public static readonly Fact Phone = Add("phone", Text, Request, "E.164", "Phone number", path: "phone");
    public static readonly Fact PhoneCountry = Add("phone.country", Text, Reference, "ISO 3166", "Country of the phone prefix");
    public static readonly Fact PhoneValid = Add("phone.valid", Flag, Reference, null, "The number has a length its country uses");

    public static readonly Fact PaymentMethod = Add("payment_method.type", Text, Request, null, "Payment method", path: "payment_method.type");
    public static readonly Fact CardBin = Add("card.bin", Text, Request, null, "First six to eight digits of the card", path: "payment_method.card_bin");
    public static readonly Fact CardLast4 = Add("card.last4", Text, Request, null, "Last four digits of the card", path: "payment_method.card_last4");
    public static readonly Fact CardHash = Add("card.hash", Text, Request, null, "The caller's hash of the card number", path: "payment_method.card_hash");
    public static readonly Fact CardCountry = Add("card.country", Text, Request, "ISO 3166", "Country of the card issuer", path: "payment_method.card_country");
    public static readonly Fact CardBrand = Add("card.brand", Text, Request, null, "Card brand the caller states", path: "payment_method.card_brand");
    public static readonly Fact CardScheme = Add("card.scheme", Text, Reference, null, "Card scheme the first digits belong to");

    public static readonly Fact Ip = Add("ip", Text, Request, null, "IP address it was ordered from", path: "device.ip");
    public static readonly Fact IpNetwork = Add("ip.network", Text, Reference, null, "The /24 (IPv4) or /48 (IPv6) network of the address");
    public static readonly Fact IpCountry = Add("ip.country", Text, Reference, "ISO 3166", "Country of the IP address");
    public static readonly Fact IpHosting = Add("ip.hosting", Flag, Reference, null, "The address belongs to a hosting or cloud network");
    public static readonly Fact IpProvider = Add("ip.provider", Text, Reference, null, "Hosting provider the address belongs to");
    public static readonly Fact IpPrivate = Add("ip.private", Flag, Reference, null, "The address is private, shared or reserved");
    public static readonly Fact IpVersion = Add("ip.version", Number, Reference, "4 or 6", "Version of the internet protocol the address is of");
    public static readonly Fact Fingerprint = Add("device.fingerprint", Text, Request, null, "Device fingerprint", path: "device.fingerprint");
    public static readonly Fact UserAgent = Add("device.user_agent", Text, Request, null, "Browser's user agent", path: "device.user_agent");
    public static readonly Fact Browser = Add("device.browser", Text, Reference, null, "Browser family");
    public static readonly Fact BrowserVersion = Add("device.browser_version", Number, Reference, null, "Major version of the browser");
    public static readonly Fact BrowserOutdated = Add("device.outdated_browser", Flag, Reference, null, "The browser's version came out more than two years ago");
    public static readonly Fact OperatingSystem = Add("device.os", Text, Reference, null, "Operating system");
    public static readonly Fact DeviceClass = Add("device.class", Text, Reference, null, "desktop, mobile, tablet or bot");
    public static readonly Fact Bot = Add("device.bot", Flag, Reference, null, "The user agent is a robot's or a tool's");
    public static readonly Fact Headless = Add("device.headless", Flag, Reference, null, "The user agent is an automated browser's");
    public static readonly Fact Timezone = Add("device.timezone", Text, Request, "IANA", "Time zone of the device", path: "device.timezone");
    public static readonly Fact TimezoneCountry = Add("device.timezone_country", Text, Reference, "ISO 3166", "Country of the device's time zone");
    public static readonly Fact TimezoneOffset = Add("device.timezone_offset", Number, Reference, "minutes", "How far the device's time zone was ahead of UTC at the time");

    public static readonly Fact SessionDuration = Add("behavior.session_duration", Duration, Request, "ms", "Time on the page before paying", path: "behavior.session_duration_ms");
    public static readonly Fact MouseMovements = Add("behavior.mouse_movements", Number, Request, "events", "Mouse movements in the session", path: "behavior.mouse_movements");
    public static readonly Fact KeyboardEvents = Add("behavior.keyboard_events", Number, Request, "events", "Key presses in the session", path: "behavior.keyboard_events");
    public static readonly Fact TouchEvents = Add("behavior.touch_events", Number, Request, "events", "Touches in the session", path: "behavior.touch_events");
    public static readonly Fact CopyPaste = Add("behavior.copy_paste_events", Number, Request, "events", "Fields filled by pasting", path: "behavior.copy_paste_events");
    public static readonly Fact FocusChanges = Add("behavior.focus_changes", Number, Request, "events", "Times a field was entered in the session", path: "behavior.focus_changes");
    public static readonly Fact AutofilledFields = Add("behavior.autofilled_fields", Number, Request, "fields", "Fields that the browser filled in by itself", path: "behavior.autofilled_fields");

    public static readonly Fact BillingCountry = Add("billing.country", Text, Request, "ISO 3166", "Country of the billing address", path: "billing.country");
    public static readonly Fact BillingCity = Add("billing.city", Text, Request, null, "City of the billing address", path: "billing.city");
    public static readonly Fact BillingPostalCode = Add("billing.postal_code", Text, Request, null, "Postal code of the billing address", path: "billing.postal_code");
    public static readonly Fact ShippingCountry = Add("shipping.country", Text, Request, "ISO 3166", "Country of the shipping address", path: "shipping.country");

    public static readonly Fact BeneficiaryId = Add("beneficiary.id", Text, Request, null, "The caller's id of the beneficiary", path: "beneficiary.id");
    public static readonly Fact BeneficiaryName = Add("beneficiary.name", Text, Request, null, "Name of the beneficiary", path: "beneficiary.name");
    public static readonly Fact BeneficiaryCountry = Add("beneficiary.country", Text, Request, "ISO 3166", "Country of the beneficiary's account", path: "beneficiary.country");
    public static readonly Fact BeneficiaryClabe = Add("beneficiary.clabe", Text, Request, null, "CLABE of the beneficiary's account", path: "beneficiary.clabe");
    public static readonly Fact BeneficiaryClabeValid = Add("beneficiary.clabe_valid", Flag, Reference, null, "The CLABE's check digit is right");
    public static readonly Fact BeneficiaryBank = Add("beneficiary.bank", Text, Reference, null, "Bank the CLABE belongs to");
    public static readonly Fact BeneficiaryIban = Add("beneficiary.iban", Text, Request, null, "IBAN of the beneficiary's account", path: "beneficiary.iban");
    public static readonly Fact BeneficiaryIbanValid = Add("beneficiary.iban_valid", Flag, Reference, null, "The IBAN's length and check digits are right");
    public static readonly Fact BeneficiaryIbanCountry = Add("beneficiary.iban_country", Text, Reference, "ISO 3166", "Country the IBAN begins with");
    public static readonly Fact BeneficiaryAccountHash = Add("beneficiary.account_hash", Text, Request, null, "The caller's hash of the beneficiary's account", path: "beneficiary.account_hash");
    public static readonly Fact BeneficiaryBic = Add("beneficiary.swift_bic", Text, Request, null, "BIC of the beneficiary's bank", path: "beneficiary.swift_bic");
    public static readonly Fact BeneficiaryBicValid = Add("beneficiary.swift_bic_valid", Flag, Reference, null, "The BIC has the right shape");
    public static readonly Fact BeneficiaryBicCountry = Add("beneficiary.swift_bic_country", Text, Reference, "ISO 3166", "Country inside the BIC");
    public static readonly Fact OriginAccount = Add("origin.account_id", Text, Request, null, "Account the money leaves", path: "origin.account_id");
    public static readonly Fact OriginCountry = Add("origin.country", Text, Request, "ISO 3166", "Country of the account the money leaves", path: "origin.country");
    public static readonly Fact PayoutRail = Add("payout.rail", Text, Request, null, "Payment rail of the payout", path: "payout.rail");
    public static readonly Fact PayoutChannel = Add("payout.channel", Text, Request, null, "Channel the payout was ordered through", path: "payout.channel");
    public static readonly Fact PayoutFirst = Add("payout.first_to_beneficiary", Flag, Request, null, "The caller says this is the first payout to the beneficiary", path: "payout.first_to_beneficiary");
    public static readonly Fact PayoutInitiator = Add("payout.initiated_by", Text, Request, null, "Who ordered the payout", path: "payout.initiated_by");

    public static readonly Fact ControlDraw = Add("control.draw", Number, Service, null, "Number drawn by chance for the control sample, 0 to 9,999, and 10,000 more where the day had no room for it; missing where the policy lets none through, or whether there was room was not known");
    public static readonly Fact ListsEdition = Add("lists.edition", Number, Lists, null, "Change number of the named lists that the rules asked");
    public static readonly Fact KeyType = Add("request.key_type", Text, Service, null, "server, checkout or ingest key");
    public static readonly Fact Hour = Add("time.hour", Number, Service, "0-23", "Hour of the day in the organization's time zone", path: "occurred_at");
    public static readonly Fact Weekday = Add("time.weekday", Number, Service, "1-7", "Day of the week, Monday is 1, in the organization's time zone", path: "occurred_at");
    public static readonly Fact SequentialCards = Add("velocity.sequential_cards_1h", Number, FactSource.Velocity, "cards", "Cards with the same first digits and neighbouring last digits from the same device, address or range of cards in the last hour");
    public static readonly Fact OrganizationCount = Add("history.organization.amount_count", Number, FactSource.History, "assessments", "Amounts in this flow and currency over the last 90 days");
    public static readonly Fact OrganizationMean = Add("history.organization.amount_mean", FactType.Money, FactSource.History, null, "Mean amount in this flow and currency over the last 90 days");
    public static readonly Fact OrganizationDeviation = Add("history.organization.amount_deviation", FactType.Money, FactSource.History, null, "Standard deviation of the amounts in this flow and currency over the last 90 days");

    /// <summary>How many facts have a name of their own; the generated ones follow.</summary>
    internal static readonly int Count = OrganizationDeviation.Index + 1;
}
