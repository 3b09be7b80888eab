using System.Globalization;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Flows.Evidence;

namespace ClausumPanel.Web.Localization;

/// <summary>What the words of disputes are called.</summary>
public static class DisputeSentences
{
    public static string Name(this Texts T, CardScheme scheme) => scheme switch
    {
        CardScheme.Visa => "Visa",
        CardScheme.Mastercard => "Mastercard",
        CardScheme.Amex => "American Express",
        CardScheme.Discover => "Discover",
        CardScheme.Other => T["Other scheme"],
    };

    public static string Name(this Texts T, DisputeStage stage) => stage switch
    {
        DisputeStage.Inquiry => T["Inquiry"],
        DisputeStage.Chargeback => T["Chargeback"],
        DisputeStage.PreArbitration => T["Pre-arbitration"],
        DisputeStage.Arbitration => T["Arbitration"],
    };

    public static string Name(this Texts T, DisputeState state) => state switch
    {
        DisputeState.Open => T["To be answered"],
        DisputeState.Answered => T["Answered"],
        DisputeState.Closed => T["Closed"],
    };

    public static string Name(this Texts T, DisputeOutcome outcome) => outcome switch
    {
        DisputeOutcome.Won => T["Won"],
        DisputeOutcome.Lost => T["Lost"],
        DisputeOutcome.Accepted => T["Accepted without a fight"],
    };

    public static string Name(this Texts T, ReasonCategory category) => category switch
    {
        ReasonCategory.Fraud => T["Fraud"],
        ReasonCategory.Authorization => T["Authorization"],
        ReasonCategory.Processing => T["Processing error"],
        ReasonCategory.Consumer => T["Goods or service"],
        ReasonCategory.Information => T["Request for information"],
    };

    public static string Name(this Texts T, FactKind kind) => kind switch
    {
        FactKind.Product => T["What was sold"],
        FactKind.Customer => T["Customer and addresses"],
        FactKind.Delivery => T["Delivery"],
        FactKind.Access => T["Access or use"],
        FactKind.Communication => T["Communication"],
        FactKind.Refund => T["Refund"],
        FactKind.ThreeDSecure => "3-D Secure",
        FactKind.Checks => T["AVS, CVV result and authorization"],
        FactKind.Policy => T["Policy accepted"],
        FactKind.Settlement => T["Settlement"],
        FactKind.Event => T["Other event"],
    };

    public static string Name(this Texts T, FileCategory category) => category switch
    {
        FileCategory.Receipt => T["Receipt"],
        FileCategory.CustomerCommunication => T["Communication with the customer"],
        FileCategory.ShippingDocumentation => T["Proof of delivery"],
        FileCategory.ServiceDocumentation => T["Proof of service"],
        FileCategory.RefundPolicy => T["Refund policy"],
        FileCategory.CancellationPolicy => T["Cancellation policy"],
        FileCategory.CustomerSignature => T["Customer's signature"],
        FileCategory.DuplicateChargeDocumentation => T["Proof of separate charges"],
        FileCategory.Other => T["Other document"],
    };

    /// <summary>The label of a field of <see cref="FactFields"/>.</summary>
    public static string Field(this Texts T, string field) => field switch
    {
        "product_description" => T["Description of goods or service"],
        "goods_type" => T["Goods or services"],
        "quantity" => T["Quantity"],
        "service_date" => T["Date of service"],
        "customer_name" => T["Customer's name"],
        "account_created" => T["Account created"],
        "email_verified" => T["E-mail verified"],
        "phone_verified" => T["Phone verified"],
        "shipping_address" => T["Shipping address"],
        "billing_address" => T["Billing address"],
        "device_id" => T["Device id"],
        "carrier" => T["Carrier"],
        "tracking_number" => T["Tracking number"],
        "shipped_at" => T["Shipped"],
        "delivered_at" => T["Delivered"],
        "signed_by" => T["Signed by"],
        "delivery_address" => T["Delivered to"],
        "delivery_note" => T["Delivery note"],
        "access_at" => T["Time of access"],
        "access_kind" => T["Kind of access"],
        "access_ip" => T["IP address of the access"],
        "access_device" => T["Device of the access"],
        "access_item" => T["What was accessed"],
        "access_amount" => T["Bytes or minutes"],
        "contact_at" => T["Time of contact"],
        "contact_channel" => T["Channel"],
        "contact_from" => T["Sender"],
        "contact_to" => T["Recipient"],
        "contact_subject" => T["Subject"],
        "contact_gist" => T["Gist"],
        "attachment_number" => T["Attachment no."],
        "refund_at" => T["Refunded at"],
        "refund_amount" => T["Amount refunded"],
        "refund_arn" => T["ARN of the refund"],
        "refund_id" => T["Refund id"],
        "refund_asked_at" => T["Refund asked for"],
        "refund_refused_because" => T["Why a refund was refused"],
        "threeds_version" => T["3-D Secure version"],
        "threeds_eci" => "ECI",
        "threeds_result" => T["3-D Secure result"],
        "threeds_flow" => T["3-D Secure flow"],
        "liability_shift" => T["Liability shifted to the issuer"],
        "avs_result" => T["AVS result"],
        "cvv_result" => T["CVV result"],
        "auth_code" => T["Authorization code"],
        "policy_name" => T["Policy name"],
        "policy_version" => T["Version of the policy"],
        "policy_text" => T["Text of the policy"],
        "policy_shown_where" => T["Where it was shown"],
        "policy_accepted_at" => T["Accepted at"],
        "policy_accepted_ip" => T["IP address of the acceptance"],
        "arn" => "ARN",
        "processed_at" => T["Processed at"],
        "captured_at" => T["Captured at"],
        "descriptor" => T["Descriptor on the statement"],
        "merchant_initiated" => T["Started by the merchant"],
        "initial_ip" => T["IP address of the first payment of the series"],
        "original_credit" => T["Original credit transaction"],
        "event_at" => T["Time of the event"],
        "event_name" => T["Name of the event"],
        "event_ip" => T["IP address of the event"],
        "event_device" => T["Device of the event"],
        "event_detail" => T["Detail"],
        _ => field,
    };

    /// <summary>The only values some fields have.</summary>
    public static string Choice(this Texts T, string value) => value switch
    {
        "merchandise" => T["Merchandise"],
        "services" => T["Services"],
        "login" => T["Sign-in"],
        "download" => T["Download"],
        "use" => T["Use"],
        "email" => T["E-mail"],
        "phone" => T["Phone"],
        "chat" => T["Chat"],
        "letter" => T["Letter"],
        "other" => T["Other channel"],
        "authenticated" => T["Authenticated"],
        "attempted" => T["Attempted"],
        "failed" => T["Failed"],
        "unavailable" => T["Unavailable"],
        "frictionless" => T["Frictionless"],
        "challenge" => T["With a challenge"],
        "match" => T["Matches"],
        "no_match" => T["Does not match"],
        "not_checked" => T["Not checked"],
        "not_supported" => T["Not supported"],
        "true" => T["Yes"],
        "false" => T["No"],
        _ => value,
    };

    public static string Name(this Texts T, EligibilityStanding standing) => standing switch
    {
        EligibilityStanding.Qualified => T["Qualified"],
        EligibilityStanding.RequiresAction => T["Requires action"],
        EligibilityStanding.NotQualified => T["Not qualified"],
    };

    public static string Name(this Texts T, EvidenceProgram program) => program switch
    {
        EvidenceProgram.CompellingEvidence3 => "Visa Compelling Evidence 3.0",
        EvidenceProgram.FirstPartyTrust => "Mastercard First-Party Trust",
    };

    public static string Name(this Texts T, RuleResult result) => result switch
    {
        RuleResult.Pass => T["Met"],
        RuleResult.Fail => T["Not met"],
        RuleResult.Unknown => T["Open question"],
    };

    public static string Name(this Texts T, MatchElement element) => element switch
    {
        MatchElement.User => T["Account"],
        MatchElement.Ip => T["IP address"],
        MatchElement.Address => T["Shipping address"],
        MatchElement.Device => T["Device"],
    };

    public static string Name(this Texts T, MatchState state) => state switch
    {
        MatchState.Same => T["Yes"],
        MatchState.Differs => T["No"],
        MatchState.Unknown => T["not recorded"],
    };

    public static string Name(this Texts T, PriorExclusion exclusion) => exclusion switch
    {
        PriorExclusion.None => T["May serve"],
        PriorExclusion.NotEarlier => T["Not earlier than the disputed payment"],
        PriorExclusion.TooYoung => T["Less than 120 days before"],
        PriorExclusion.TooOld => T["More than 365 days before"],
        PriorExclusion.Disputed => T["Was disputed itself"],
        PriorExclusion.Reported => T["Was reported as fraud"],
        PriorExclusion.Declined => T["Was declined here"],
        PriorExclusion.OtherCard => T["Another card, or none recorded"],
        PriorExclusion.OtherMerchant => T["Of another merchant"],
    };

    /// <summary>What a rule found, in the reader's words where there are any.</summary>
    public static string Found(this Texts T, string found) => string.Join(", ", found.Split(", ").Select(word => word switch
    {
        "user_id" => T.Name(MatchElement.User),
        "ip" => T.Name(MatchElement.Ip),
        "shipping_address" => T.Name(MatchElement.Address),
        "device" or "device_id" => T.Name(MatchElement.Device),
        "consumer" => T["from the consumer"],
        "merchant_initiated" => T["Started by the merchant"],
        "purchase" => T["a purchase"],
        "original_credit" => T["an original credit"],
        _ => T.Choice(word),
    }));

    /// <summary>As the payment providers write it.</summary>
    public static string Code(this MissingItem item) => item switch
    {
        MissingItem.CustomerIdentifiers => "missing_customer_identifiers",
        MissingItem.DisputedTransactionDescription => "missing_disputed_transaction_description",
        MissingItem.MerchandiseOrServices => "missing_merchandise_or_services",
        MissingItem.PriorUndisputedTransactionDescription => "missing_prior_undisputed_transaction_description",
        MissingItem.PriorUndisputedTransactions => "missing_prior_undisputed_transactions",
    };

    public static string Say(this Texts T, MissingItem item) => item switch
    {
        MissingItem.CustomerIdentifiers => T["Marks of the customer that are the same in all three payments"],
        MissingItem.DisputedTransactionDescription => T["What was sold in the disputed payment"],
        MissingItem.MerchandiseOrServices => T["Whether it was merchandise or services"],
        MissingItem.PriorUndisputedTransactionDescription => T["What was sold in the earlier payments"],
        MissingItem.PriorUndisputedTransactions => T["Earlier undisputed payments of the same card"],
    };

    public static string Requirement(this Texts T, string rule) => rule switch
    {
        "C1" => T["The reason is Visa 10.4: other fraud, card absent."],
        "C2" => T["Two earlier payments of the same card with the same merchant."],
        "C3" => T["The earlier payments were neither disputed nor reported as fraud. Counted are those left out: disputed / reported."],
        "C4" => T["They are 120 to 365 days older. Age in days up to the disputed payment / up to the dispute: sources differ on which counts."],
        "C5" => T["At least two of account, IP address, shipping address and device are the same in all three."],
        "C6" => T["One of the two is the IP address or the device."],
        "C7" => T["What was sold is described for each of the three."],
        "C8" => T["Form: fingerprint from 20 and device id from 15 characters, a full address, goods or services said."],
        "C9" => T["The descriptor is recognizable: the first six characters are the same."],
        "C10" => T["The marks were collected from the consumer at that payment."],
        "C11" => T["Exception: an original credit needs no age of 120 days."],
        "C12" => T["Outlook: earlier payments with other merchants of the same acquirer may count one day. They count for nothing here."],
        "M1" => T["The reason is one of those set up for first-party trust: 4837, no cardholder authorization."],
        "M2" => T["At least one earlier undisputed purchase with the same card."],
        "M3" => T["Three of device, IP address, account and shipping address are the same."],
        "M4" => T["The earlier purchases were neither disputed nor reported. Counted are those left out."],
        "M5" => T["What was sold is described."],
        _ => rule,
    };

    public static string Say(this Texts T, EligibilityAdvice advice) => advice switch
    {
        EligibilityAdvice.None => "",
        EligibilityAdvice.OtherReason => T["The programme is not for this reason: answer with the evidence that the reason asks for."],
        EligibilityAdvice.MatchPayment => T["Find the payment: give its order, payment or assessment id."],
        EligibilityAdvice.FindPriors => T["Look for earlier payments of this card that were not assessed here, and ask the provider for them."],
        EligibilityAdvice.AskWhichDateCounts => T["The two ways to count disagree about an earlier payment: ask the provider which end date counts, or enter the date it was processed."],
        EligibilityAdvice.AddIdentifiers => T["Enter what was collected at these payments: account, device id, shipping address."],
        EligibilityAdvice.AddDescriptions => T["Enter what was sold, for the disputed and for both earlier payments."],
        EligibilityAdvice.AddGoodsType => T["Say whether it was merchandise or services."],
        EligibilityAdvice.LongerDeviceId => T["Enter the device's whole id or fingerprint."],
        EligibilityAdvice.FullAddress => T["Enter the whole shipping address: street, number, city and postal code."],
        EligibilityAdvice.CheckDescriptor => T["Compare the descriptors on the statements."],
        EligibilityAdvice.EmailIsNotLogin => T["The e-mail address is the same, but it counts only where customers sign in with it: the setting says they do not."],
        EligibilityAdvice.AddInitialIp => T["The merchant started this payment: enter the IP address of the first payment of the series."],
        EligibilityAdvice.OutsideMerchants => T["Ask the acquirer whether payments with other merchants count already."],
    };

    /// <summary>What is wrong with a line or a form.</summary>
    public static string SayOfDispute(this Texts T, FieldError error) => error.Code switch
    {
        "required" => T["{0} is missing.", error.Field],
        "range" => T["{0} is out of range or lies in the future.", error.Field],
        "length" => T["{0} is empty or too long.", error.Field],
        "minor" => T["{0} is a whole number of minor units: 12990 for 129.90.", error.Field],
        "moment" => T["{0} is a day such as 2026-11-30, or a time such as 2026-11-30T18:00:00Z.", error.Field],
        "unknown" => T["{0} is none of the known words.", error.Field],
        "column" => T["There is no column {0}.", error.Field],
        "columns" => T["The line has more cells than there are names."],
        "quotes" => T["A quotation mark is missing or in the wrong place."],
        "twice" => T["{0} stands on an earlier line too.", error.Field],
        "other" => T["{0} is known with another scheme, amount or currency.", error.Field],
        _ => T["{0} is not written as it must be.", error.Field],
    };

    public static string Name(this Texts T, DisputeFate fate) => fate switch
    {
        DisputeFate.Wrong => T["Wrong"],
        DisputeFate.Opens => T["Opens a dispute"],
        DisputeFate.Closes => T["Writes an outcome"],
        DisputeFate.Known => T["There already"],
    };

    /// <summary>An item of evidence.</summary>
    public static string Name(this Texts T, EvidenceItem item) => item switch
    {
        EvidenceItem.ProductDescription => T.Field("product_description"),
        EvidenceItem.GoodsType => T.Field("goods_type"),
        EvidenceItem.CustomerName => T.Field("customer_name"),
        EvidenceItem.Email => T["E-mail"],
        EvidenceItem.Ip => T["IP address"],
        EvidenceItem.Device => T["Device id or fingerprint"],
        EvidenceItem.BillingAddress => T.Field("billing_address"),
        EvidenceItem.ShippingAddress => T.Field("shipping_address"),
        EvidenceItem.AvsResult => T.Field("avs_result"),
        EvidenceItem.CvvResult => T.Field("cvv_result"),
        EvidenceItem.ThreeDSecure => T.Field("threeds_result"),
        EvidenceItem.Carrier => T.Field("carrier"),
        EvidenceItem.TrackingNumber => T.Field("tracking_number"),
        EvidenceItem.ShippedAt => T["Day it was shipped"],
        EvidenceItem.DeliveredAt => T["Proof of delivery"],
        EvidenceItem.ServiceDate => T.Field("service_date"),
        EvidenceItem.Access => T["Proof of access or use"],
        EvidenceItem.Communication => T["Communication with the customer"],
        EvidenceItem.PolicyText => T.Field("policy_text"),
        EvidenceItem.PolicyAccepted => T["Acceptance of the policy"],
        EvidenceItem.Refund => T["Refund, or why it was refused"],
        EvidenceItem.AuthorizationCode => T.Field("auth_code"),
        EvidenceItem.CapturedAt => T["Time it was captured or processed"],
        EvidenceItem.Receipt => T["Receipt or invoice as a file"],
    };

    /// <summary>What the cardholder says, and so what an answer must show.</summary>
    public static string Say(this Texts T, EvidenceTopic topic) => topic switch
    {
        EvidenceTopic.Fraud => T["The cardholder says that it was not them: the answer shows who bought, from where, and who received it."],
        EvidenceTopic.Authorization => T["The bank says that it had not agreed: the answer shows the authorization and the checks."],
        EvidenceTopic.Processing => T["Amount, currency or account are said to be wrong: the answer shows what was agreed and what was charged."],
        EvidenceTopic.Duplicate => T["It is said to be charged twice or paid otherwise: the answer shows that these are two purchases."],
        EvidenceTopic.NotReceived => T["The cardholder says that it never came: the answer shows what was sold and that it arrived or was used."],
        EvidenceTopic.NotAsDescribed => T["The cardholder says that it is not what was promised: the answer shows what was promised, accepted and handed over."],
        EvidenceTopic.Cancelled => T["The cardholder says that they had cancelled: the answer shows the policy, its acceptance and what was used or refunded."],
        EvidenceTopic.CreditNotProcessed => T["The cardholder waits for a refund: the answer shows it, or the policy by which there is none."],
        EvidenceTopic.General => T["The reason asks for nothing in particular: the answer shows what was sold, to whom, and that it was handed over."],
    };

    public static string Badge(DisputeFate fate) => fate switch
    {
        DisputeFate.Wrong => "bg-red-lt",
        DisputeFate.Known => "bg-secondary-lt",
        DisputeFate.Opens or DisputeFate.Closes => "bg-green-lt",
    };

    /// <summary>How far an import is.</summary>
    public static string Name(this Texts T, DisputeUpload upload, DateTimeOffset now) => upload.State switch
    {
        BatchState.Waiting => T["Waits its turn"],
        BatchState.Running => upload.IsInterrupted(now) ? T["It was interrupted"] : T["It is being written"],
        BatchState.Done => T["Imported"],
        BatchState.Cancelled => T["It was stopped"],
        BatchState.Failed => T["It broke off"],
    };

    public static string Badge(DisputeUpload upload, DateTimeOffset now) => upload.State switch
    {
        BatchState.Waiting => "bg-blue-lt",
        BatchState.Running => upload.IsInterrupted(now) ? "bg-yellow-lt" : "bg-blue-lt",
        BatchState.Done => "bg-green-lt",
        BatchState.Cancelled => "bg-secondary-lt",
        BatchState.Failed => "bg-red-lt",
    };

    public static string Name(this Texts T, EvidenceSource source) => source switch
    {
        EvidenceSource.Request => T["Request as received"],
        EvidenceSource.Person => T["Typed in"],
        EvidenceSource.Panel => T["Panel's record"],
    };

    public static string Style(EligibilityStanding standing) => standing switch
    {
        EligibilityStanding.Qualified => "is-approve",
        EligibilityStanding.RequiresAction => "is-review",
        EligibilityStanding.NotQualified => "is-decline",
    };

    public static string Icon(EligibilityStanding standing) => standing switch
    {
        EligibilityStanding.Qualified => "circle-check",
        EligibilityStanding.RequiresAction => "alert-triangle",
        EligibilityStanding.NotQualified => "x",
    };

    public static string Style(DisputeOutcome outcome) => outcome == DisputeOutcome.Won ? "is-approve" : "is-decline";

    /// <summary>The reason in the reader's language; the code alone where the catalogue does not have it.</summary>
    public static string Reason(this Texts T, CardScheme scheme, string code) =>
        ReasonCodes.Find(scheme, code) is { } known ? $"{code} {known.In(CultureInfo.CurrentUICulture.TwoLetterISOLanguageName)}" : $"{code} ({T["not in the catalogue"]})";

    /// <summary>How an open dispute's date is marked: past, soon, in time.</summary>
    public static string Urgency(DateTimeOffset until, DateTimeOffset now) => until < now ? "bg-red-lt" : until < now.AddDays(DisputeQueries.SoonDays) ? "bg-yellow-lt" : "bg-secondary-lt";

    /// <summary>How the panel came to know of a dispute.</summary>
    public static string Origin(this Texts T, Dispute dispute)
    {
        var how = dispute.Origin switch
        {
            DisputeOrigin.Manual => T["Typed in"],
            DisputeOrigin.Import => T["From a file"],
            DisputeOrigin.Api => T["By API"],
            DisputeOrigin.Event => T["Told by an event"],
        };
        return dispute.Provider is { } provider ? $"{how} · {ProviderName(provider)}" : how;
    }

    private static string ProviderName(string provider) => provider == StripeEvents.Provider ? "Stripe" : provider;

    /// <summary>How long there is: in days, or since when there is not.</summary>
    public static string Left(this Texts T, DateTimeOffset until, DateTimeOffset now)
    {
        var days = (until - now).TotalDays;
        return days < 0 ? T.Count((long)Math.Ceiling(-days), "overdue by {0} day", "overdue by {0} days") : days < 1 ? T["due today"] : T.Count((long)days, "{0} day left", "{0} days left");
    }
}
