namespace ClausumPanel.Storage.Disputes;

/// <summary>One thing that an answer to a dispute should show.</summary>
public enum EvidenceItem
{
    ProductDescription, GoodsType, CustomerName, Email, Ip, Device, BillingAddress, ShippingAddress, AvsResult, CvvResult, ThreeDSecure, Carrier, TrackingNumber, ShippedAt, DeliveredAt, ServiceDate, Access, Communication, PolicyText,
    PolicyAccepted, Refund, AuthorizationCode, CapturedAt, Receipt,
}

/// <summary>What a reason asks of an answer, sorted by what the cardholder says.</summary>
public enum EvidenceTopic
{
    /// <summary>"That was not me."</summary>
    Fraud,

    /// <summary>"The bank had not agreed."</summary>
    Authorization,

    /// <summary>"It is the wrong amount, currency or account."</summary>
    Processing,

    /// <summary>"I was charged twice, or had paid otherwise."</summary>
    Duplicate,

    /// <summary>"It never came."</summary>
    NotReceived,

    /// <summary>"It is not what was promised."</summary>
    NotAsDescribed,

    /// <summary>"I had cancelled."</summary>
    Cancelled,

    /// <summary>"My money was to come back."</summary>
    CreditNotProcessed,

    /// <summary>The bank asks what the payment was for, or nobody knows the reason.</summary>
    General,
}

/// <summary>How much of what a reason asks for is there.</summary>
/// <param name="Items">All that is asked for, each with whether it is there.</param>
public sealed record EvidenceCompleteness(EvidenceTopic Topic, IReadOnlyList<(EvidenceItem Item, bool IsThere)> Items)
{
    public int Found => Items.Count(i => i.IsThere);
    public IEnumerable<EvidenceItem> Missing => Items.Where(i => !i.IsThere).Select(i => i.Item);
    public bool IsComplete => Found == Items.Count;
}

/// <summary>
/// What each reason asks for. The fields are those of Stripe's evidence object and the categories of Braintree and Checkout.com; which of them a reason calls for follows what these providers advise for each kind of dispute.
/// Earlier payments of the same card are not among them: whether they serve changes with time, and eligibility says it.
/// </summary>
public static class EvidenceWanted
{
    private static readonly EvidenceItem[] Delivered = [EvidenceItem.ShippingAddress, EvidenceItem.Carrier, EvidenceItem.TrackingNumber, EvidenceItem.ShippedAt, EvidenceItem.DeliveredAt], Served = [EvidenceItem.ServiceDate, EvidenceItem.Access];

    public static EvidenceTopic Topic(CardScheme scheme, string reasonCode)
    {
        if (ReasonCodes.Find(scheme, reasonCode) is not { } reason) return EvidenceTopic.General;
        return (reason.Scheme, reason.Code) switch
        {
            (CardScheme.Visa, "12.6.1" or "12.6.2") or (CardScheme.Amex, "C14" or "P08") or (CardScheme.Discover, "DP" or "PM") => EvidenceTopic.Duplicate,
            (CardScheme.Visa, "13.1" or "13.9") or (CardScheme.Mastercard, "4855") or (CardScheme.Amex, "C08") or (CardScheme.Discover, "RG" or "NF") => EvidenceTopic.NotReceived,
            (CardScheme.Visa, "13.2" or "13.7") or (CardScheme.Mastercard, "4841" or "4859") or (CardScheme.Amex, "C05" or "C18" or "C28") or (CardScheme.Discover, "AP" or "CR") => EvidenceTopic.Cancelled,
            (CardScheme.Visa, "13.6" or "13.8") or (CardScheme.Mastercard, "4860") or (CardScheme.Amex, "C02" or "C04") or (CardScheme.Discover, "RN2") => EvidenceTopic.CreditNotProcessed,
            _ => reason.Category switch
            {
                ReasonCategory.Fraud => EvidenceTopic.Fraud,
                ReasonCategory.Authorization => EvidenceTopic.Authorization,
                ReasonCategory.Processing => EvidenceTopic.Processing,
                ReasonCategory.Consumer => EvidenceTopic.NotAsDescribed,
                ReasonCategory.Information => EvidenceTopic.General,
            },
        };
    }

    /// <param name="topic">What the reason is about.</param>
    /// <param name="goods"><c>merchandise</c> or <c>services</c>; null while nobody has said: then that is asked first, and with it what either would need.</param>
    public static IReadOnlyList<EvidenceItem> Of(EvidenceTopic topic, string? goods)
    {
        EvidenceItem[] handedOver = goods switch
        {
            "merchandise" => Delivered,
            "services" => Served,
            _ => [EvidenceItem.GoodsType, EvidenceItem.DeliveredAt],
        };
        return topic switch
        {
            EvidenceTopic.Fraud =>
            [
                EvidenceItem.ProductDescription, EvidenceItem.CustomerName, EvidenceItem.Email, EvidenceItem.Ip, EvidenceItem.Device, EvidenceItem.BillingAddress, EvidenceItem.AvsResult, EvidenceItem.CvvResult, EvidenceItem.ThreeDSecure, .. handedOver,
            ],
            EvidenceTopic.Authorization => [EvidenceItem.AuthorizationCode, EvidenceItem.CapturedAt, EvidenceItem.AvsResult, EvidenceItem.CvvResult, EvidenceItem.Receipt],
            EvidenceTopic.Processing => [EvidenceItem.ProductDescription, EvidenceItem.AuthorizationCode, EvidenceItem.CapturedAt, EvidenceItem.Receipt],
            EvidenceTopic.Duplicate => [EvidenceItem.ProductDescription, EvidenceItem.CapturedAt, EvidenceItem.Receipt, EvidenceItem.Communication],
            EvidenceTopic.NotReceived => [EvidenceItem.ProductDescription, EvidenceItem.CustomerName, EvidenceItem.Email, .. handedOver, EvidenceItem.Communication],
            EvidenceTopic.NotAsDescribed => [EvidenceItem.ProductDescription, EvidenceItem.PolicyText, EvidenceItem.PolicyAccepted, .. handedOver, EvidenceItem.Communication],
            EvidenceTopic.Cancelled => [EvidenceItem.ProductDescription, EvidenceItem.PolicyText, EvidenceItem.PolicyAccepted, EvidenceItem.Refund, .. handedOver, EvidenceItem.Communication],
            EvidenceTopic.CreditNotProcessed => [EvidenceItem.ProductDescription, EvidenceItem.PolicyText, EvidenceItem.PolicyAccepted, EvidenceItem.Refund, EvidenceItem.Communication],
            EvidenceTopic.General => [EvidenceItem.ProductDescription, EvidenceItem.CustomerName, EvidenceItem.Email, EvidenceItem.Receipt, .. handedOver],
        };
    }

    /// <param name="has">Whether it is there.</param>
    public static EvidenceCompleteness Weigh(CardScheme scheme, string reasonCode, string? goods, Func<EvidenceItem, bool> has)
    {
        ArgumentNullException.ThrowIfNull(has);
        var topic = Topic(scheme, reasonCode);
        return new(topic, [.. Of(topic, goods).Select(i => (i, has(i)))]);
    }
}
