using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>Nobody decides what they paid themselves.</summary>
public sealed class OwnPaymentTests
{
    [Theory]
    // As the mailbox is another way of writing it, and by a phone with or without its country.
    [InlineData("m.aria.lopez+compras@gmail.com", null, "marialopez@googlemail.com", null)]
    [InlineData("ana@gmail.com", "+52 55 1234 5678", "maria@tienda.example", "55 1234 5678")]
    [InlineData("ana@gmail.com", "+525512345678", "maria@tienda.example", "0052 55-1234-5678")]
    public async Task Ones_own_payment_is_known_however_its_mailbox_or_phone_is_written(string payer, string? phone, string email, string? own)
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.App.InDbAsync(async db =>
        {
            await db.Users.Where(u => u.Email == World.Maria.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.Email, email).SetProperty(x => x.PhoneNumber, own));
            db.Add(new ListEntry { Type = ListType.CustomerId, Value = "c-1", Severity = ListSeverity.Review, CreatedAt = world.App.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
            await world.App.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        });
        var said = phone is null ? "" : $",\"phone\":\"{phone}\"";
        (await world.Shop.AssessAsync($$"""{"amount":20000,"currency":"MXN","customer_id":"c-1","email":"{{payer}}"{{said}}}""")).MustBeGood();
        await world.FoldedAsync();
        var user = await world.App.InDbAsync(db => db.Users.SingleAsync(u => u.Email == email));
        var (maria, tomas) = (new Reviewer(new(ActorKind.Person, user.Id, user.DisplayName), false), await world.PersonAsync(World.Tomas));
        var lease = (await world.NextAsync(maria))!.Value;
        Assert.Equal(DecideReviews.OwnPayment, (await world.DecideAsync(maria, lease, new ReviewVerdict(ReviewOutcome.Approve, "known_customer"))).Refusal);
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(maria, lease.Seq, lease.Token, default); return true; });
        Assert.True((await world.DecideAsync(tomas, (await world.NextAsync(tomas))!.Value, new ReviewVerdict(ReviewOutcome.Approve, "known_customer"))).IsDone);
    }
}
