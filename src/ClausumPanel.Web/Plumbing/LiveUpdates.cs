using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using ClausumPanel.Storage.Assessments;

namespace ClausumPanel.Web.Plumbing;

/// <summary>
/// Tells open pages that something came in (server-sent events), so that they ask for their figures anew. It carries no figures itself: what a page may show, the page asks for. A stream ends by itself after a
/// while, and the browser opens it again, signed in as it is by then.
/// </summary>
internal static class LiveUpdates
{
    public const string Address = "/dashboard/events", Event = "assessed", StillHere = "still-here";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1), Silence = TimeSpan.FromSeconds(15), Longest = TimeSpan.FromMinutes(5);

    public static void MapLiveUpdates(this IEndpointRouteBuilder routes) => routes.MapGet(Address, (HttpContext context, IServiceScopeFactory scopes, TimeProvider clock, IHostApplicationLifetime life) =>
        TypedResults.ServerSentEvents(FollowAsync(scopes, clock, life.ApplicationStopping, context.RequestAborted))).RequireAuthorization(Permissions.ViewPanel).ExcludeFromDescription();

    internal static async IAsyncEnumerable<SseItem<long>> FollowAsync(IServiceScopeFactory scopes, TimeProvider clock, CancellationToken ending, [EnumeratorCancellation] CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ending, stop);
        var (opened, said, seen) = (clock.GetTimestamp(), clock.GetTimestamp(), -1L);
        while (clock.GetElapsedTime(opened) < Longest)
        {
            if (await NewestAsync(scopes, either.Token) is not { } newest) yield break;
            if (newest != seen)
            {
                yield return new SseItem<long>(seen = newest, Event);
                said = clock.GetTimestamp();
            }
            else if (clock.GetElapsedTime(said) >= Silence)
            {
                // So that whoever stands between knows that it is not over.
                yield return new SseItem<long>(newest, StillHere);
                said = clock.GetTimestamp();
            }
            if (!await WaitAsync(clock, either.Token)) yield break;
        }
    }

    private static async Task<long?> NewestAsync(IServiceScopeFactory scopes, CancellationToken stop)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<AssessmentReader>().NewestAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<bool> WaitAsync(TimeProvider clock, CancellationToken stop)
    {
        try
        {
            await Task.Delay(LookEvery, clock, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
