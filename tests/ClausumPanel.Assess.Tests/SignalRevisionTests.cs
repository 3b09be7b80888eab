using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Assess.Previews;

namespace ClausumPanel.Assess.Tests;

/// <summary>Stored hits are believed only where the revision that found them is today's: so what fires on which facts may not change without it.</summary>
public sealed class SignalRevisionTests
{
    private const int Payments = 1_500;

    private static readonly string[] Words = ["MX", "US", "KP", "chrome", "other", "mobile", "desktop", "xyz", "system", "ana@example.com", "example.com", "", "ñandú", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"];

    [Fact]
    public void A_signal_that_fires_on_other_facts_than_before_raises_the_revision()
    {
        var path = SourceTree.PathOf("tests", "ClausumPanel.Assess.Tests", "SignalRevision.txt");
        var (found, often) = Fired();
        var stored = File.Exists(path) ? File.ReadAllText(path) : "";
        if (found != stored)
        {
            Assert.False(stored.StartsWith($"revision {SignalCatalog.Revision}\n", StringComparison.Ordinal), "A signal is new or fires on other facts than before: raise SignalCatalog.Revision, and write SignalRevision.txt with UPDATE_GOLDEN=1.");
            SourceTree.FileSays(path, found);
        }
        // Nearly all fire on some of these facts and not on others, or the file would hold nothing fast.
        Assert.InRange(often.Count(o => o is > 0 and < 2 * Payments), SignalCatalog.All.Count(s => s.Category != SignalCategory.Lists) * 9 / 10, SignalCatalog.All.Count);
    }

    private static (string Lines, List<int> Often) Fired()
    {
        var (fired, facts) = (new FiredSignals(Policy.Default), new Facts());
        var hashes = SignalCatalog.All.Select(_ => IncrementalHash.CreateHash(HashAlgorithmName.SHA256)).ToList();
        var often = SignalCatalog.All.Select(_ => 0).ToList();
        for (var payment = 0; payment < Payments; payment++)
        {
            facts.Clear();
            foreach (var definition in FactCatalog.All) Set(facts, definition, payment);
            facts.Set(Known.Currency, "MXN");
            foreach (var flow in (string[])["payin", "payout"])
            {
                facts.Set(Known.Flow, flow);
                var bits = fired.Of(facts);
                foreach (var signal in SignalCatalog.All)
                {
                    var isFired = (bits >> signal.Index & 1) == 1;
                    hashes[signal.Index].AppendData([isFired ? (byte)1 : (byte)0]);
                    if (isFired) often[signal.Index]++;
                }
            }
        }
        var lines = new StringBuilder($"revision {SignalCatalog.Revision}\n");
        foreach (var signal in SignalCatalog.All.Where(s => s.Category != SignalCategory.Lists)) lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{signal.Id} {signal.Code} {Convert.ToHexStringLower(hashes[signal.Index].GetCurrentHash().AsSpan(0, 8))}\n");
        return (lines.ToString(), often);
    }

    // By its own name and the payment alone, so that another fact in the catalogue changes nothing for the others.
    private static void Set(Facts facts, FactDefinition definition, int payment)
    {
        var random = new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{definition.Name} {payment}"))));
        if (random.Next(10) < payment % 10) return;
        if (definition.IsText) facts.Set(definition.Fact, Words[random.Next(Words.Length)]);
        else facts.Set(definition.Fact, definition.Type == FactType.Flag ? random.Next(2) : random.Next(6) switch { 0 => 0, 1 => random.Next(1, 6), 2 => random.Next(0, 100), 3 => random.Next(0, 100_000), 4 => random.NextInt64(0, 100_000_000), _ => random.NextInt64(0, 100_000_000_000) });
    }
}
