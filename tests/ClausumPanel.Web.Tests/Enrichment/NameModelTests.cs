using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Tests.Enrichment;

public sealed class NameModelTests
{
    private static readonly NameModel Names = new([.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "name-vocabulary.txt")).Where(l => l is not ['#', ..]).SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))]);

    // As people in Mexico spell their mailboxes.
    public static TheoryData<string> People =>
    [
        "jlopezhdz", "ma.guadalupe.rdz", "xochitl85", "juan.perez", "maria_fernanda_gzz", "lupita.mtz", "chema77", "arq.sandoval", "jmgarcia", "rgzlez", "el_tigre_1990", "fco.villa",
        "jcrdzmtz", "anasofia.vzq", "citlalli.xicotencatl", "itzelmx", "dr.hgomez", "memo_ochoa13", "karlitahdz98", "zyanyaortiz", "yaretzitlapa", "nahuiollin", "nezahualcoyotl", "cuauhtemoc.b10",
        "contabilidad", "tacos_el_pastor", "5512345678", "luis.e.dlt", "mgpe1962", "jsmith", "schwarzmann", "christopher.wright", "strngth", "nguyenvt", "hrdzg", "p.ruiz", "pp", "jj", "mx.a", "josé.peña",
        "vrgs.alma", "gpe_chvz", "ing.mtz.flrs", "abcgarcia", "rockstar2000", "zamoraleonel", "ricardo.mx.2024", "beto_1", "sanchezrmzluis", "quetzalcoatl",
    ];

    public static TheoryData<string> Machines =>
    [
        "xk7qz9vbt2", "qwkjhgzx", "zxqvbnkj", "a8f3k2j9x7", "hgfkdjsl", "bvxzqwrt", "9x8z7q6w5", "fjdkslqpwo", "t4r7y2u8i1", "wqzxcvbn", "kjhqwexz", "xjq3v8kd0z", "mnbqzxwl", "asdfghjkl", "qwertyuiop", "zzzzzz", "vhqpzjtx", "b7x2k9m4q1",
        "pqzmxnwk", "dfkjghsdkfj", "xcvkjhwer", "gkqjxzvf", "u2k8d7s9f3", "ljzxqpvh", "rtqzwxkv",
    ];

    [Theory]
    [MemberData(nameof(People))]
    public void A_person_does_not_look_made_up(string name) => Assert.InRange(Names.Gibberish(name), 0, 45);

    [Theory]
    [MemberData(nameof(Machines))]
    public void What_a_program_made_up_looks_so(string name) => Assert.InRange(Names.Gibberish(name), 60, 100);

    [Fact]
    public void Random_letters_are_caught_far_more_often_than_names_made_of_known_ones()
    {
        var random = new Random(7);
        string[] names = ["jose", "maria", "lopez", "hernandez", "luis", "garcia", "ana", "torres", "juan", "ruiz", "sofia", "xochitl", "mendoza"];
        int caught = 0, hurt = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var made = string.Create(random.Next(9, 13), random, (text, r) =>
            {
                foreach (ref var c in text) c = "abcdefghijklmnopqrstuvwxyz0123456789"[r.Next(36)];
            });
            if (Names.Gibberish(made) >= 75) caught++;
            var person = names[random.Next(names.Length)] + (random.Next(3) == 0 ? "." : "") + (random.Next(2) == 0 ? names[random.Next(names.Length)] : ((char)('a' + random.Next(26))).ToString()) + (random.Next(2) == 0 ? random.Next(10_000).ToString(System.Globalization.CultureInfo.InvariantCulture) : "");
            if (Names.Gibberish(person) >= 75) hurt++;
        }
        Assert.True(caught >= 1_400, $"caught {caught} of 2000");
        Assert.True(hurt == 0, $"{hurt} of 2000 people hurt");
    }

    [Theory]
    [InlineData("")]
    [InlineData("....")]
    [InlineData("мария.иванова")]
    [InlineData("山田太郎")]
    [InlineData("🙂🙂🙂🙂")]
    public void What_is_not_written_in_Latin_letters_is_not_judged(string name) => Assert.InRange(Names.Gibberish(name), 0, 10);

    [Fact]
    public void A_very_long_name_is_judged_by_its_beginning() => Assert.InRange(Names.Gibberish(new string('q', 5_000)), 25, 100);
}
