using ClausumPanel.Assess;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Enrichment;

/// <summary>Turns a request into facts: what it says, in one way of writing it, and what the reference data knows about that. No network, hardly any allocation.</summary>
public sealed class Enricher(ReferenceData data)
{
    /// <summary>Sets every fact of the catalogue that comes from the request or from reference data. What the request leaves out stays missing.</summary>
    /// <param name="facts">Cleared by the caller.</param>
    public void Fill(AssessRequest request, Facts facts, DateTimeOffset now)
    {
        FillPayment(request, facts);
        FillBehavior(request, facts);
        FillEmail(request.Email, facts);
        FillCard(request, facts);
        FillIp(request.Ip, facts);
        FillDevice(request, facts, now);
        FillPlaces(request, facts);
        FillPhone(request, facts);
        if (request.Flow == Flow.PayOut) FillPayout(request, facts);
    }

    private static void FillPayment(AssessRequest request, Facts facts)
    {
        facts.Set(Known.Amount, request.Amount);
        facts.Set(Known.Currency, request.Currency);
        facts.Set(Known.Flow, request.Flow == Flow.PayOut ? "payout" : "payin");
        facts.Set(Known.TransactionType, request.TransactionType?.ToLowerInvariant());
        facts.Set(Known.Channel, request.Channel);
        facts.Set(Known.SubmerchantId, request.SubmerchantId);
        facts.Set(Known.CustomerId, request.CustomerId);
        facts.Set(Known.PaymentMethod, request.PaymentMethod?.ToLowerInvariant());
    }

    private static void FillBehavior(AssessRequest request, Facts facts)
    {
        facts.Set(Known.SessionDuration, request.SessionDuration);
        facts.Set(Known.MouseMovements, request.MouseMovements);
        facts.Set(Known.KeyboardEvents, request.KeyboardEvents);
        facts.Set(Known.TouchEvents, request.TouchEvents);
        facts.Set(Known.CopyPaste, request.CopyPasteEvents);
        facts.Set(Known.FocusChanges, request.FocusChanges);
        facts.Set(Known.AutofilledFields, request.AutofilledFields);
    }

    private void FillEmail(string? text, Facts facts)
    {
        if (text is null) return;
        if (!data.Emails.TryLook(text, out var email))
        {
            facts.Set(Known.Email, text.Trim().ToLowerInvariant());
            return;
        }
        facts.Set(Known.Email, email.Address);
        facts.Set(Known.EmailNormalized, email.Normalized);
        facts.Set(Known.EmailDomain, email.Domain.Name);
        facts.Set(Known.EmailTld, email.Domain.Tld);
        facts.Set(Known.EmailDisposable, email.Domain.IsDisposable);
        facts.Set(Known.EmailFree, email.Domain.IsFree);
        facts.Set(Known.EmailSuspiciousTld, email.Domain.HasSuspiciousTld);
        facts.Set(Known.EmailGibberish, email.Gibberish);
        facts.Set(Known.EmailDigits, email.DigitShare);
        facts.Set(Known.EmailRole, email.IsRole);
        facts.Set(Known.EmailTagged, email.HasTag);
    }

    private static void FillCard(AssessRequest request, Facts facts)
    {
        facts.Set(Known.CardLast4, request.CardLast4);
        facts.Set(Known.CardHash, request.CardHash);
        facts.Set(Known.CardCountry, Country(request.CardCountry));
        if (request.CardBrand is { } brand) facts.Set(Known.CardBrand, CardRanges.Brand(brand));
        if (request.CardBin is not { } bin) return;
        facts.Set(Known.CardBin, bin);
        facts.Set(Known.CardScheme, CardRanges.Scheme(bin));
    }

    private void FillIp(string? text, Facts facts)
    {
        if (text is null) return;
        if (!data.Ips.TryLook(text, out var ip))
        {
            facts.Set(Known.Ip, text);
            return;
        }
        facts.Set(Known.Ip, ip.Address);
        facts.Set(Known.IpNetwork, ip.Network);
        facts.Set(Known.IpCountry, ip.Country);
        facts.Set(Known.IpHosting, ip.Provider is not null);
        facts.Set(Known.IpProvider, ip.Provider);
        facts.Set(Known.IpPrivate, ip.IsPrivate);
        facts.Set(Known.IpVersion, ip.IsIpV6 ? 6 : 4);
    }

    private void FillDevice(AssessRequest request, Facts facts, DateTimeOffset now)
    {
        facts.Set(Known.Fingerprint, request.Fingerprint);
        if (request.UserAgent is { Length: > 0 } text)
        {
            var agent = data.UserAgents.Look(text);
            facts.Set(Known.UserAgent, text);
            facts.Set(Known.DeviceClass, agent.DeviceClass);
            facts.Set(Known.Bot, agent.IsBot);
            facts.Set(Known.Headless, agent.IsHeadless);
            if (agent.OperatingSystem != UserAgentFacts.Other) facts.Set(Known.OperatingSystem, agent.OperatingSystem);
            if (agent.Browser != UserAgentFacts.Other)
            {
                facts.Set(Known.Browser, agent.Browser);
                facts.Set(Known.BrowserOutdated, agent.IsOutdated(now));
            }
            if (agent.Version > 0) facts.Set(Known.BrowserVersion, agent.Version);
        }
        if (request.Timezone is not { } name) return;
        var zone = data.TimeZones.Look(name);
        facts.Set(Known.Timezone, zone?.Name ?? name);
        if (zone is null) return;
        facts.Set(Known.TimezoneCountry, zone.Country);
        facts.Set(Known.TimezoneOffset, zone.OffsetMinutes(now));
    }

    private static void FillPlaces(AssessRequest request, Facts facts)
    {
        facts.Set(Known.BillingCountry, Country(request.BillingCountry));
        facts.Set(Known.BillingCity, request.BillingCity);
        facts.Set(Known.BillingPostalCode, request.BillingPostalCode);
        facts.Set(Known.ShippingCountry, Country(request.ShippingCountry));
    }

    private static void FillPhone(AssessRequest request, Facts facts)
    {
        if (request.Phone is not { } text) return;
        // A number without a country code is one of where the payer says to live.
        var phone = PhoneNumbers.Read(text, Country(request.BillingCountry));
        facts.Set(Known.Phone, phone.Number ?? text);
        facts.Set(Known.PhoneCountry, phone.Country);
        facts.Set(Known.PhoneValid, phone.IsPlausible);
    }

    private void FillPayout(AssessRequest request, Facts facts)
    {
        facts.Set(Known.BeneficiaryId, request.BeneficiaryId);
        facts.Set(Known.BeneficiaryName, request.BeneficiaryName);
        facts.Set(Known.BeneficiaryCountry, Country(request.BeneficiaryCountry));
        facts.Set(Known.BeneficiaryAccountHash, request.BeneficiaryAccountHash);
        facts.Set(Known.OriginAccount, request.OriginAccount);
        facts.Set(Known.OriginCountry, Country(request.OriginCountry));
        facts.Set(Known.PayoutChannel, request.PayoutChannel?.ToLowerInvariant());
        facts.Set(Known.PayoutInitiator, request.PayoutInitiator);
        if (request.PayoutFirst is { } first) facts.Set(Known.PayoutFirst, first);
        // Callers name the rail in either place.
        facts.Set(Known.PayoutRail, request.PayoutRail?.ToLowerInvariant() ?? Rail(facts.Text(Known.PayoutChannel)));

        if (request.BeneficiaryClabe is { } clabeText)
        {
            var clabe = BankAccounts.Written(clabeText);
            facts.Set(Known.BeneficiaryClabe, clabe);
            facts.Set(Known.BeneficiaryClabeValid, BankAccounts.IsClabe(clabe));
            facts.Set(Known.BeneficiaryBank, data.MexicanBanks.Name(clabe));
        }
        if (request.BeneficiaryIban is { } ibanText)
        {
            var iban = BankAccounts.Written(ibanText);
            facts.Set(Known.BeneficiaryIban, iban);
            facts.Set(Known.BeneficiaryIbanValid, BankAccounts.IsIban(iban, out var country));
            facts.Set(Known.BeneficiaryIbanCountry, country);
        }
        if (request.BeneficiaryBic is { } bicText)
        {
            var bic = BankAccounts.Written(bicText);
            facts.Set(Known.BeneficiaryBic, bic);
            facts.Set(Known.BeneficiaryBicValid, BankAccounts.IsBic(bic, out var country));
            facts.Set(Known.BeneficiaryBicCountry, country);
        }
    }

    private static string? Rail(string? channel) => channel is "spei" or "spid" or "codi" or "dimo" or "ach" or "rtp" or "fednow" or "wire" or "swift" or "sepa" or "pix" or "ted" or "pse" or "ccd" ? channel : null;

    private static string? Country(string? code) => code is null ? null : Countries.Find(code) ?? code.ToUpperInvariant();
}
