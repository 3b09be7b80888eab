using ClausumPanel.Storage.Team;

namespace ClausumPanel.Web.Tests.Support;

/// <summary>The people everybody's tests are about.</summary>
public static class World
{
    public const string Password = "caballo grapa pila azul";

    public static readonly Person Ines = new("Inés Administra", "ines@tienda.example", Role.Admin);
    public static readonly Person Maria = new("María Analiza", "maria@tienda.example", Role.Analyst);
    public static readonly Person Tomas = new("Tomás Analiza", "tomas@tienda.example", Role.Analyst);
    public static readonly Person Clara = new("Clara Cumple", "clara@tienda.example", Role.Compliance);
    public static readonly Person Victor = new("Víctor Mira", "victor@tienda.example", Role.Viewer);

    public static readonly IReadOnlyList<Person> Everybody = [Ines, Maria, Tomas, Clara, Victor];
}

public sealed record Person(string Name, string Email, Role Role)
{
    public override string ToString() => Name;
}
