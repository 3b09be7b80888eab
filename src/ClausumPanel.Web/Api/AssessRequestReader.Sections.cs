using System.Text.Json;
using ClausumPanel.Assess;

namespace ClausumPanel.Web.Api;

/// <content>Which member goes where, section by section.</content>
public ref partial struct AssessRequestReader
{
    private void ReadMember(Section section, string path, scoped ReadOnlySpan<char> name, bool secret)
    {
        if (secret)
        {
            Masked(Join(path, name));
            Skip(Join(path, name), true);
            return;
        }
        switch (section)
        {
            case Section.Root:
                ReadRoot(name);
                break;
            case Section.PaymentMethod:
                ReadPaymentMethod(name);
                break;
            case Section.Device:
                ReadDevice(name);
                break;
            case Section.Behavior:
                ReadBehavior(name);
                break;
            case Section.Billing:
                ReadBilling(name);
                break;
            case Section.Shipping:
                if (name is "country") _into.ShippingCountry = Country("shipping.country"); else Skip(Join(path, name), false);
                break;
            case Section.Metadata:
                ReadMetadata(name);
                break;
            case Section.Beneficiary:
                ReadBeneficiary(name);
                break;
            case Section.Origin:
                ReadOrigin(name);
                break;
            case Section.Payout:
                ReadPayout(name);
                break;
            default:
                Skip(Join(path, name), false);
                break;
        }
    }

    private void ReadRoot(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "amount": ReadAmount(); break;
            case "amount_unit": ReadUnit(); break;
            case "currency": ReadCurrency(); break;
            case "transaction_type": _into.TransactionType = Text("transaction_type", 40); break;
            case "session_id": _into.SessionId = Text("session_id", 128, visibleOnly: true); break;
            case "email": _into.Email = Email("email"); break;
            case "phone": _into.Phone = Phone("phone"); break;
            case "customer_id": _into.CustomerId = Text("customer_id", 128); break;
            case "order_id": _into.OrderId = Text("order_id", 128); break;
            case "payment_id": _into.PaymentId = Text("payment_id", 128); break;
            case "idempotency_key": _into.IdempotencyKey = Text("idempotency_key", 255, visibleOnly: true); break;
            case "submerchant_id": _into.SubmerchantId = Text("submerchant_id", 128); break;
            case "occurred_at": ReadOccurredAt(); break;
            case "payment_method": Enter(Section.PaymentMethod, "payment_method"); break;
            case "device": Enter(Section.Device, "device"); break;
            case "behavior": Enter(Section.Behavior, "behavior"); break;
            case "billing": Enter(Section.Billing, "billing"); break;
            case "shipping": Enter(Section.Shipping, "shipping"); break;
            case "metadata": Enter(Section.Metadata, "metadata"); break;
            case "beneficiary": Enter(Section.Beneficiary, "beneficiary"); break;
            case "origin": Enter(Section.Origin, "origin"); break;
            case "payout": Enter(Section.Payout, "payout"); break;
            default: Skip(name.ToString(), false); break;
        }
    }

    private void ReadPaymentMethod(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "type": _into.PaymentMethod = Text("payment_method.type", 40); break;
            case "card_bin": _into.CardBin = Digits("payment_method.card_bin", 6, 8); break;
            case "card_last4": _into.CardLast4 = Digits("payment_method.card_last4", 4, 4); break;
            case "card_country": _into.CardCountry = Country("payment_method.card_country"); break;
            case "card_brand": _into.CardBrand = Text("payment_method.card_brand", 40, cardField: true); break;
            case "card_hash": _into.CardHash = Text("payment_method.card_hash", 128, visibleOnly: true, cardField: true); break;
            default: Skip(Join("payment_method", name), false, cardField: name.StartsWith("card_")); break;
        }
    }

    private void ReadDevice(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "ip": _into.Ip = Ip("device.ip"); break;
            case "fingerprint": _into.Fingerprint = Text("device.fingerprint", 256); break;
            case "user_agent": _into.UserAgent = Text("device.user_agent", LongestText); break;
            case "timezone": _into.Timezone = TimeZone("device.timezone"); break;
            default: Skip(Join("device", name), false); break;
        }
    }

    private void ReadBehavior(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "session_duration_ms": _into.SessionDuration = Count("behavior.session_duration_ms", 30L * 86_400_000); break;
            case "mouse_movements": _into.MouseMovements = Count("behavior.mouse_movements", 10_000_000); break;
            case "keyboard_events": _into.KeyboardEvents = Count("behavior.keyboard_events", 10_000_000); break;
            case "touch_events": _into.TouchEvents = Count("behavior.touch_events", 10_000_000); break;
            case "copy_paste_events": _into.CopyPasteEvents = Count("behavior.copy_paste_events", 10_000_000); break;
            case "focus_changes": _into.FocusChanges = Count("behavior.focus_changes", 10_000_000); break;
            case "autofilled_fields": _into.AutofilledFields = Count("behavior.autofilled_fields", 10_000_000); break;
            default: Skip(Join("behavior", name), false); break;
        }
    }

    private void ReadBilling(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "country": _into.BillingCountry = Country("billing.country"); break;
            case "city": _into.BillingCity = Text("billing.city", 120); break;
            case "postal_code": _into.BillingPostalCode = Text("billing.postal_code", 20); break;
            default: Skip(Join("billing", name), false); break;
        }
    }

    private void ReadMetadata(scoped ReadOnlySpan<char> name)
    {
        // Free form: no text, or an empty one, is as good as none here.
        var isText = _json.TokenType == JsonTokenType.String && !_json.ValueSpan.Trim((byte)' ').IsEmpty;
        if (isText && name is "channel") _into.Channel = Text("metadata.channel", LongestText);
        else if (isText && name is "order_id") _metadataOrder = Text("metadata.order_id", 128);
        else Skip(Join("metadata", name), false);
    }

    private void ReadBeneficiary(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "id": _into.BeneficiaryId = Text("beneficiary.id", 128); break;
            case "name": _into.BeneficiaryName = Text("beneficiary.name", 200); break;
            case "country": _into.BeneficiaryCountry = Country("beneficiary.country"); break;
            case "clabe": _into.BeneficiaryClabe = Digits("beneficiary.clabe", 18, 18); break;
            case "iban": _into.BeneficiaryIban = Iban("beneficiary.iban"); break;
            case "account_hash": _into.BeneficiaryAccountHash = Text("beneficiary.account_hash", 128, visibleOnly: true); break;
            case "swift_bic": _into.BeneficiaryBic = Bic("beneficiary.swift_bic"); break;
            default: Skip(Join("beneficiary", name), false); break;
        }
    }

    private void ReadOrigin(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "account_id": _into.OriginAccount = Text("origin.account_id", 128); break;
            case "country": _into.OriginCountry = Country("origin.country"); break;
            default: Skip(Join("origin", name), false); break;
        }
    }

    private void ReadPayout(scoped ReadOnlySpan<char> name)
    {
        switch (name)
        {
            case "rail": _into.PayoutRail = Text("payout.rail", 40); break;
            case "channel": _into.PayoutChannel = Text("payout.channel", 40); break;
            case "initiated_by": _into.PayoutInitiator = Text("payout.initiated_by", 200); break;
            case "first_to_beneficiary":
                if (_json.TokenType is JsonTokenType.True or JsonTokenType.False) _into.PayoutFirst = _json.TokenType == JsonTokenType.True;
                else if (_json.TokenType != JsonTokenType.Null) WrongType("payout.first_to_beneficiary", "true or false");
                break;
            default: Skip(Join("payout", name), false); break;
        }
    }

    private void Enter(Section section, string name)
    {
        if (_json.TokenType == JsonTokenType.StartObject) ReadObject(section, name, false);
        else if (_json.TokenType != JsonTokenType.Null) WrongType(name, "an object");
    }
}
