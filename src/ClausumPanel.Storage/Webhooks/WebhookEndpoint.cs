using ClausumPanel.Storage.Team;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Webhooks;

public enum EndpointState
{
    Active,

    /// <summary>Somebody paused it: what happens meanwhile is kept for it.</summary>
    Paused,

    /// <summary>It failed for too long: what happens meanwhile is kept for it, until somebody resumes it.</summary>
    Disabled,

    /// <summary>Taken away; its log stays.</summary>
    Removed,
}

/// <summary>Where the outside wants to be told, and of what.</summary>
public sealed class WebhookEndpoint
{
    private const int ShortestTold = 16;
    public const int LongestUrl = 2_000, LongestDescription = 200, LongestReason = 40;

    /// <summary>Endpoints that are not removed.</summary>
    public const int Most = 20;

    /// <summary>Failing for so long, and so often in a row, switches it off.</summary>
    public static readonly TimeSpan LongestFailing = TimeSpan.FromHours(24);
    public const int MostFailures = 10;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Url { get; set; }
    public string Description { get; set; } = "";

    /// <summary>The events it wants, by name, separated by spaces.</summary>
    public required string Events { get; set; }

    /// <summary>The signing secret, protected by a key that is not in the database.</summary>
    public required byte[] Secret { get; set; }

    /// <summary>The one before, which signs too until <see cref="PreviousUntil"/>.</summary>
    public byte[]? PreviousSecret { get; set; }
    public DateTimeOffset? PreviousUntil { get; set; }

    public EndpointState State { get; private set; } = EndpointState.Active;

    /// <summary>Why it is switched off: <c>failing</c>, <c>gone</c>.</summary>
    public string? StateReason { get; private set; }
    public DateTimeOffset StateSince { get; private set; }
    public DateTimeOffset CreatedAt { get; init; }
    public Guid? CreatedById { get; init; }

    /// <summary>The last event of the outbox that was looked at for it.</summary>
    public long Mark { get; set; }

    /// <summary>In a row.</summary>
    public int Failures { get; set; }

    /// <summary>Since the last success; null while it works.</summary>
    public DateTimeOffset? FailingSince { get; set; }
    public DateTimeOffset? LastSuccessAt { get; set; }

    /// <summary>Raised with every change a person makes, and with every change of state.</summary>
    public int Version { get; private set; }

    public bool Wants(string name) => Events.Split(' ').Contains(name);

    /// <summary>Its host, and of the path as little as tells two apart: whoever knows the whole address may be able to post there.</summary>
    public string Place => PlaceOf(Url);

    public static string PlaceOf(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var read)) return "…";
        var path = read.PathAndQuery;
        return $"{read.Scheme}://{read.Authority}{(path.Length <= 1 ? "/" : path.Length < ShortestTold ? "/…" : $"/…{path[^4..]}")}";
    }

    /// <summary>What the audit trail keeps of it: never a secret, and not the whole address.</summary>
    public object Summary => new { Url = Place, Description, Events, State, StateReason, PreviousSecretUntil = PreviousUntil };

    public void Change(string url, string description, string events)
    {
        (Url, Description, Events) = (url, description, events);
        Version++;
    }

    /// <summary>Another secret takes over; the one before goes on signing for the overlap.</summary>
    public void Rotate(byte[] secret, TimeSpan overlap, DateTimeOffset now)
    {
        PreviousSecret = overlap > TimeSpan.Zero ? Secret : null;
        PreviousUntil = overlap > TimeSpan.Zero ? now + overlap : null;
        Secret = secret;
        Version++;
    }

    /// <returns>False when it was not active.</returns>
    public bool Pause(DateTimeOffset now) => State == EndpointState.Active && Move(EndpointState.Paused, null, now);

    /// <returns>False when it is active, or removed.</returns>
    public bool Resume(DateTimeOffset now)
    {
        if (State is not (EndpointState.Paused or EndpointState.Disabled)) return false;
        Failures = 0;
        FailingSince = null;
        return Move(EndpointState.Active, null, now);
    }

    /// <returns>False when it is not active.</returns>
    public bool Disable(string reason, DateTimeOffset now) => State == EndpointState.Active && Move(EndpointState.Disabled, reason, now);

    /// <returns>False when it was removed before.</returns>
    public bool Remove(DateTimeOffset now) => State != EndpointState.Removed && Move(EndpointState.Removed, null, now);

    private bool Move(EndpointState to, string? reason, DateTimeOffset now)
    {
        (State, StateReason, StateSince) = (to, reason, now);
        Version++;
        return true;
    }
}

internal sealed class WebhookEndpointMap : IEntityTypeConfiguration<WebhookEndpoint>
{
    public void Configure(EntityTypeBuilder<WebhookEndpoint> builder)
    {
        builder.ToTable("webhook_endpoints");
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Url).HasMaxLength(WebhookEndpoint.LongestUrl);
        builder.Property(e => e.Description).HasMaxLength(WebhookEndpoint.LongestDescription);
        builder.Property(e => e.Events).HasMaxLength(1_000);
        builder.Property(e => e.StateReason).HasMaxLength(WebhookEndpoint.LongestReason);
        builder.Property(e => e.Version).IsConcurrencyToken();
        builder.Ignore(e => e.Summary);
        builder.Ignore(e => e.Place);
        builder.HasOne<User>().WithMany().HasForeignKey(e => e.CreatedById).OnDelete(DeleteBehavior.Restrict);
    }
}
