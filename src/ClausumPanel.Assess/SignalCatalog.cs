using System.Collections.Frozen;
using ClausumPanel.Assess.Signals;

namespace ClausumPanel.Assess;

/// <summary>Every signal the engine knows. Adding one is adding a row to its family's file in <c>Signals/</c>, with an id nobody had.</summary>
public static class SignalCatalog
{
    /// <summary>
    /// Raised with every change after which a signal fires otherwise on the same facts and the same parameters. Stored hits carry it: what another revision found is found anew before it is compared.
    /// </summary>
    public const int Revision = 1;

    static SignalCatalog()
    {
        var all = new List<SignalDefinition>();
        Add(SignalCategory.Lists, Listed.All);
        Add(SignalCategory.Velocity, Velocity.All);
        Add(SignalCategory.CardTesting, CardTesting.All);
        Add(SignalCategory.Payer, Payer.All);
        Add(SignalCategory.Amount, Amount.All);
        Add(SignalCategory.Email, Email.All);
        Add(SignalCategory.Behavior, Behavior.All);
        Add(SignalCategory.Device, Device.All);
        Add(SignalCategory.Network, Network.All);
        Add(SignalCategory.Geography, Geography.All);
        Add(SignalCategory.Payout, Payout.All);
        Add(SignalCategory.Lists, [Listed.Allowed]);
        All = [.. all];
        ByCode = All.ToFrozenDictionary(d => d.Code, StringComparer.Ordinal);
        ById = All.ToFrozenDictionary(d => d.Id);
        foreach (var definition in All)
            if (definition.Category == SignalCategory.Lists) OfLists |= UInt128.One << definition.Index;

        void Add(SignalCategory category, SignalDefinition[] family)
        {
            foreach (var definition in family)
            {
                definition.Category = category;
                definition.Index = (ushort)all.Count;
                all.Add(definition);
            }
        }
    }

    /// <summary>All signals, in the order in which an answer lists them; the place is <see cref="SignalHit.Signal"/>.</summary>
    public static IReadOnlyList<SignalDefinition> All { get; }

    /// <summary>One bit for each signal of the lists, at its place in the catalogue.</summary>
    internal static UInt128 OfLists { get; }

    /// <summary>By code: <c>short_session</c>.</summary>
    public static FrozenDictionary<string, SignalDefinition> ByCode { get; }

    /// <summary>By the number stored hits carry.</summary>
    public static FrozenDictionary<ushort, SignalDefinition> ById { get; }

    /// <summary>The number of signals.</summary>
    public static int Count => All.Count;

    /// <summary>True for the hit with which an allow list took all points back.</summary>
    public static bool IsAllowList(in SignalHit hit) => hit.Signal == Listed.Allowed.Index;

    /// <summary>True for the hit of a list that holds for review whatever the score is.</summary>
    public static bool IsReviewList(in SignalHit hit) => All[hit.Signal] is { Category: SignalCategory.Lists, IsFixed: false } && hit.A == (double)ListSeverity.Review;

    /// <summary>The definition of a hit.</summary>
    public static SignalDefinition Of(in SignalHit hit) => All[hit.Signal];
}
