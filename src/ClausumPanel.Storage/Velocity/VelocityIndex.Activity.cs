using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Velocity;

/// <summary>What memory holds of one entity.</summary>
/// <param name="Count">Assessments ever.</param>
/// <param name="Reported">Of those, reported as fraud.</param>
/// <param name="Disputed">Of those, disputed.</param>
/// <param name="Recent">Assessments of the last 30 days that were looked at.</param>
/// <param name="Others">Different others that those name.</param>
/// <param name="Selves">Different other ids of the same one: they have its e-mail address.</param>
/// <param name="IsMore">There are more than were looked at; <see cref="Others"/> is then the least there can be.</param>
public readonly record struct EntityActivity(int Count, int Approved, int Declined, int Reported, int Disputed, int Recent, int Others, int Selves, bool IsMore);

public sealed partial class VelocityIndex
{
    /// <summary>Events of one entity that are looked at: a busy one must not hold up those who judge.</summary>
    public const int MostLooked = 500;

    /// <summary>How common a value is: its lifetime, and with how many different others it was seen in the last 30 days. Null when it never was.</summary>
    /// <param name="kind">The value's kind.</param>
    /// <param name="key">The value's key.</param>
    /// <param name="among">Which others: of each assessment, the first of these kinds that it names.</param>
    /// <param name="own">The key of the one that is not another.</param>
    /// <param name="email">The key of the address by which another id is the same one, in payments, not in payouts; zero: an id is all that tells.</param>
    /// <param name="now">Unix milliseconds.</param>
    public EntityActivity? Activity(EntityKind kind, ulong key, ReadOnlySpan<EntityKind> among, ulong own, ulong email, long now)
    {
        if (key == 0) return null;
        HashSet<int> others = [], selves = [];
        lock (_gate)
        {
            var id = _entities.Find(key);
            if (id < 0) return null;
            var (ownId, emailId) = (own == 0 ? -1 : _entities.Find(own), email == 0 ? -1 : _entities.Find(email));
            ref var entity = ref _entities[id];
            var recent = 0;
            var i = entity.Head;
            for (; i >= _first && recent < MostLooked; i = At(i).Before[(int)kind])
            {
                ref var e = ref At(i);
                if (now - e.At >= WindowLength[^1]) break;
                if (e.Decision == Event.Voided) continue;
                recent++;
                foreach (var other in among)
                {
                    if (e.Entity[(int)other] < 0) continue;
                    if (e.Entity[(int)other] == ownId) break;
                    if (emailId < 0 || e.Flow != (byte)Flow.PayIn || e.Entity[(int)EntityKind.Email] != emailId) others.Add(e.Entity[(int)other]);
                    // Who names the address alone goes by no other id.
                    else if (other == among[0]) selves.Add(e.Entity[(int)other]);
                    break;
                }
            }
            others.ExceptWith(selves);
            var isMore = recent == MostLooked && i >= _first && now - At(i).At < WindowLength[^1];
            return new EntityActivity(entity.Count, entity.Approved, entity.Declined, entity.Reported, entity.Disputed, recent, others.Count, selves.Count, isMore);
        }
    }
}
