using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Tests.Simulation;

public sealed class QueueForecastTests
{
    [Fact]
    public void Who_keeps_up_makes_nobody_wait_longer()
    {
        var forecast = new QueueForecast(Arrivals: 90, Capacity: 160, Waiting: 40);
        Assert.Equal((false, 6.0, 0.0), (forecast.Grows, forecast.HoursWaiting(0), forecast.HoursWaiting(7)));
        Assert.Null(forecast.DaysUntilLate(TimeSpan.FromHours(8)));
        Assert.Equal(0, forecast.DaysUntilLate(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Where_more_come_in_than_are_decided_the_wait_grows_until_it_is_too_long()
    {
        var forecast = new QueueForecast(Arrivals: 220, Capacity: 160, Waiting: 20);
        Assert.Equal((true, 60.0), (forecast.Grows, forecast.GrowthPerDay));
        // 20 + 7 × 60 = 440 before the last one, 160 of them a day.
        Assert.Equal(440 / 160.0 * 24, forecast.HoursWaiting(7), 9);
        var late = forecast.DaysUntilLate(TimeSpan.FromHours(12))!.Value;
        Assert.Equal(1, late, 9);
        Assert.Equal(12, forecast.HoursWaiting(late), 9);
    }

    [Fact]
    public void Nobody_there_is_a_wait_without_end()
    {
        Assert.Equal(double.PositiveInfinity, new QueueForecast(1, 0, 0).HoursWaiting(1));
        Assert.Equal(0, new QueueForecast(0, 0, 0).HoursWaiting(7));
        Assert.Equal(0, new QueueForecast(5, double.PositiveInfinity, 3).HoursWaiting(7));
    }
}
