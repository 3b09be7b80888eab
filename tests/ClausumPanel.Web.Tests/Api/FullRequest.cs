namespace ClausumPanel.Web.Tests.Api;

/// <summary>A request with every documented field.</summary>
internal static class FullRequest
{
    public const string PayIn = """
        {"amount":150000,"amount_unit":"minor","currency":"MXN","transaction_type":"payment","session_id":"ps_1716998400000_a1b2c3d4e","email":"maria@example.mx","phone":"+5215512345678","customer_id":"c-1",
        "order_id":"ord-9912","payment_id":"pay-1","submerchant_id":"sub-1","payment_method":{"type":"card","card_bin":"411111","card_last4":"4242","card_country":"MX","card_brand":"visa","card_hash":"9a8b7c6d"},
        "device":{"ip":"201.141.1.2","fingerprint":"fp_9a8b7c6d","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36","timezone":"America/Mexico_City"},
        "behavior":{"session_duration_ms":18230,"mouse_movements":142,"keyboard_events":61,"touch_events":0,"copy_paste_events":0,"focus_changes":2,"autofilled_fields":3},"billing":{"country":"MX","city":"CDMX","postal_code":"06600"},"shipping":{"country":"MX"},
        "metadata":{"order_id":"ord-9912","channel":"web"}}
        """;

    public const string PayOut = """
        {"amount":2500.50,"amount_unit":"major","currency":"MXN","transaction_type":"payout","payment_id":"po-1","customer_id":"c-1","beneficiary":{"id":"ben_123","name":"José Pérez","country":"MX","clabe":"032180000118359719",
        "iban":"DE89 3704 0044 0532 0130 00","account_hash":"a1b2c3","swift_bic":"DEUTDEFF"},"origin":{"account_id":"acct_orig_01","country":"MX"},"payout":{"rail":"spei","channel":"api","first_to_beneficiary":true,"initiated_by":"tesoreria@example.mx"}}
        """;
}
