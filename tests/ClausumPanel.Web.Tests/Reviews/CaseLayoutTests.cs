using ClausumPanel.Web.Pages.Reviews;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>What is told whole of the reasons of a score where a window is low.</summary>
public sealed class CaseLayoutTests
{
    [Theory]
    [InlineData(400, 5, 5)]          // all of them fit: 5 × 50
    [InlineData(250, 5, 5)]
    [InlineData(249, 4, 5)]          // the last has a line
    [InlineData(150, 1, 5)]          // the first is told whole, whatever there is
    [InlineData(149, 1, 3)]          // and where even the lines do not fit, the last are one line together, of two at least
    [InlineData(100, 1, 2)]
    [InlineData(0, 1, 1)]
    public void The_heaviest_are_told_whole_and_each_of_the_rest_has_a_line_as_long_as_there_is_room(int room, int whole, int listed) =>
        Assert.Equal((whole, listed), CaseLayout.Fill([(50, 40), (50, 10), (50, 5), (50, 5), (50, 5)], room));

    [Fact]
    public void Nothing_takes_nothing() => Assert.Equal((0, 0), CaseLayout.Fill([], 100));

    [Theory]
    [InlineData(125, 1, 4)]
    [InlineData(100, 1, 2)]          // 20 + 0 in one line beside 30 + 25
    [InlineData(99, 0, 2)]           // 25 + 20 + 0 would be beside 30: the first has a line too
    public void What_weighs_more_than_what_is_shown_is_not_folded_as_long_as_there_is_room(int room, int whole, int listed) =>
        Assert.Equal((whole, listed), CaseLayout.Fill([(50, 30), (50, 25), (50, 20), (50, 0)], room));
}
