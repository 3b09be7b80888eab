using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Cases;

/// <summary>What a case allows, step by step.</summary>
public sealed class CaseTests
{
    private static readonly DateTimeOffset Now = TestClock.Start;

    private static readonly HashSet<(CaseStatus, CaseStatus)> Steps =
    [
        (CaseStatus.Draft, CaseStatus.InReview), (CaseStatus.InReview, CaseStatus.Draft), (CaseStatus.InReview, CaseStatus.Archived), (CaseStatus.Submitted, CaseStatus.Resolved), (CaseStatus.Submitted, CaseStatus.Archived),
        (CaseStatus.Resolved, CaseStatus.Archived),
    ];

    public static TheoryData<CaseStatus, CaseStatus> Pairs
    {
        get
        {
            var pairs = new TheoryData<CaseStatus, CaseStatus>();
            foreach (var from in CaseWords.Statuses)
                foreach (var to in CaseWords.Statuses) pairs.Add(from, to);
            return pairs;
        }
    }

    private static Case In(CaseStatus status)
    {
        var its = new Case("CLM-TEST01", new CaseFacts(IncidentType.Phishing), CasePriority.Medium, CaseOrigin.Manual, Actor.System, Now);
        if (status == CaseStatus.Draft) return its;
        Assert.True(its.Move(CaseStatus.InReview, Now));
        if (status is CaseStatus.Submitted or CaseStatus.Resolved) Assert.True(its.Submit(Now));
        if (status is CaseStatus.Resolved or CaseStatus.Archived) Assert.True(its.Move(status, Now));
        Assert.Equal(status, its.Status);
        return its;
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Every_pair_of_states_is_a_step_or_changes_nothing(CaseStatus from, CaseStatus to)
    {
        var its = In(from);
        var version = its.Version;
        Assert.Equal(Steps.Contains((from, to)), its.Move(to, Now));
        Assert.Equal(Steps.Contains((from, to)) ? (to, version + 1) : (from, version), (its.Status, its.Version));
    }

    [Theory]
    [InlineData(CaseStatus.Draft, false), InlineData(CaseStatus.InReview, true), InlineData(CaseStatus.Submitted, false), InlineData(CaseStatus.Resolved, false), InlineData(CaseStatus.Archived, false)]
    public void Only_what_is_in_review_is_submitted_and_only_once(CaseStatus from, bool may)
    {
        var its = In(from);
        Assert.Equal(may, its.Submit(Now));
        Assert.False(its.Submit(Now));
        Assert.Equal(may ? CaseStatus.Submitted : from, its.Status);
    }

    [Fact]
    public void What_was_sealed_keeps_its_facts_and_what_is_archived_keeps_everything()
    {
        var other = new CaseFacts(IncidentType.Other) { Amount = 5, Currency = "MXN" };
        var its = In(CaseStatus.Submitted);
        Assert.False(its.Edit(other, Now));
        Assert.True(its.Plan(CasePriority.Urgent, null, null, Now));
        Assert.True(its.Extend(Now));
        Assert.Equal(IncidentType.Phishing, its.IncidentType);
        Assert.True(its.Move(CaseStatus.Archived, Now));
        Assert.False(its.Plan(CasePriority.Low, null, null, Now));
        Assert.False(its.Extend(Now));
        Assert.Equal(CasePriority.Urgent, its.Priority);
        Assert.False(In(CaseStatus.Archived).Edit(other, Now));
        Assert.True(In(CaseStatus.InReview).Edit(other, Now));
        Assert.Throws<ArgumentException>(() => In(CaseStatus.Draft).Edit(new CaseFacts(IncidentType.Other) { Amount = 5 }, Now));
    }

    [Theory]
    [InlineData("informe.pdf", "informe.pdf"), InlineData("../../../etc/passwd.txt", "passwd.txt"), InlineData(@"..\..\windows\system.txt", "system.txt"), InlineData("C:\\fotos\\a.png", "a.png"), InlineData("..", null), InlineData("", null)]
    [InlineData(".htaccess", null), InlineData("sin-extension", null), InlineData("a\u202Efdp.txt", "afdp.txt"), InlineData("uno\r\ndos.txt", "unodos.txt"), InlineData("a<b>\".txt", "ab.txt"), InlineData("/", null), InlineData("a.txt.", "a.txt")]
    public void A_name_is_only_ever_a_name(string sent, string? kept) => Assert.Equal(kept, FileTypes.CleanName(sent));

    [Fact]
    public void A_very_long_name_keeps_its_ending() => Assert.Equal(FileTypes.LongestName, FileTypes.CleanName(new string('x', 500) + ".pdf")!.Length);

    [Theory]
    [InlineData("a.pdf", "255044462D312E37", "application/pdf"), InlineData("a.PNG", "89504E470D0A1A0A00", "image/png"), InlineData("a.jpg", "FFD8FFE000", "image/jpeg"), InlineData("a.webp", "524946460000000057454250", "image/webp"), InlineData("a.txt", "686F6C61", "text/plain")]
    [InlineData("a.png", "255044462D312E37", null), InlineData("a.pdf", "4D5A900003", null), InlineData("a.exe", "4D5A900003", null), InlineData("a.txt", "686F00", null), InlineData("a.txt", "FFFE", null), InlineData("a.html", "3C68746D6C3E", null)]
    [InlineData("a.svg", "3C7376673E", null), InlineData("a.txt", "", null), InlineData("a.txt", "255044462D", null)]
    public void A_file_is_what_its_bytes_say_and_its_name_must_say_the_same(string name, string hex, string? type) =>
        Assert.Equal(type, new FileSettings().Cases.Check(name, Convert.FromHexString(hex), out var kind) == FileProblem.None ? kind.ContentType() : null);
}
