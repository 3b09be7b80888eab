using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;
using Microsoft.EntityFrameworkCore.Storage;

namespace ClausumPanel.Storage;

/// <summary>
/// Searches for a part of a text, whatever the case; in queries only. SQLite compares so by itself, at a third of what it costs to make every row's text lower case first; PostgreSQL has to be told.
/// </summary>
public static class PartOf
{
    private const char Escape = '\\';

    /// <summary>What <see cref="Has"/> looks for.</summary>
    public static string Pattern(string part)
    {
        var pattern = new System.Text.StringBuilder("%");
        foreach (var c in part)
        {
            if (c is '%' or '_' or Escape) pattern.Append(Escape);
            pattern.Append(c);
        }
        return pattern.Append('%').ToString();
    }

    public static bool Has(string? text, string pattern) => throw new NotSupportedException("This is for queries only.");

    /// <param name="builder">Of the model.</param>
    /// <param name="prepare">What is done to both sides before they are compared.</param>
    internal static void UsePartOf(this ModelBuilder builder, Func<SqlExpression, SqlExpression> prepare) => builder.HasDbFunction(typeof(PartOf).GetMethod(nameof(Has))!)
        .HasTranslation(both => new LikeExpression(prepare(both[0]), prepare(both[1]), new SqlConstantExpression(Escape.ToString(), both[1].TypeMapping), new BoolTypeMapping("boolean")));

    internal static SqlExpression Lower(SqlExpression text) => new SqlFunctionExpression("lower", [text], nullable: true, argumentsPropagateNullability: [true], typeof(string), text.TypeMapping);
}
