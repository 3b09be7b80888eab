namespace ClausumPanel.Storage.Velocity;

/// <summary>Number, mean and spread of the amounts of the last 90 days in one flow and currency, kept per day so that old days leave.</summary>
internal sealed class AmountProfile
{
    private const int Days = 90;
    private readonly (long Day, int Count, double Sum, double Squares)[] _days = new (long, int, double, double)[Days];
    private long _newest = long.MinValue;
    private int _count;
    private double _sum, _squares;

    public int Count => _count;

    public double Mean => _count == 0 ? double.NaN : _sum / _count;

    /// <summary>Of the sample; NaN under two amounts.</summary>
    public double Deviation => _count < 2 ? double.NaN : Math.Sqrt(Math.Max(0, (_squares - (_sum * _sum / _count)) / (_count - 1)));

    public void Add(long at, long amount) => Change(at, amount, 1);

    public void Remove(long at, long amount) => Change(at, amount, -1);

    private void Change(long at, long amount, int sign)
    {
        var day = at / 86_400_000;
        if (day > _newest) Advance(day);
        if (day <= _newest - Days) return;
        ref var slot = ref _days[(int)(day % Days)];
        slot.Day = day;
        slot.Count += sign;
        slot.Sum += sign * (double)amount;
        slot.Squares += sign * ((double)amount * amount);
        _count += sign;
        _sum += sign * (double)amount;
        _squares += sign * ((double)amount * amount);
    }

    private void Advance(long day)
    {
        _newest = day;
        (_count, _sum, _squares) = (0, 0, 0);
        for (var i = 0; i < Days; i++)
        {
            if (_days[i].Day <= day - Days) _days[i] = default;
            _count += _days[i].Count;
            _sum += _days[i].Sum;
            _squares += _days[i].Squares;
        }
    }
}
