using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ClausumPanel.Storage;

/// <summary>What holds for every table: enums as text, keys made by us, names in snake_case so that SQL by hand needs no quotes on either engine.</summary>
internal static class Conventions
{
    public static void UsePanelConventions(this ModelConfigurationBuilder model)
    {
        model.Properties<Enum>().HaveConversion<string>().HaveMaxLength(40);
    }

    /// <summary>Called when every map has been applied.</summary>
    public static void FinishPanelModel(this ModelBuilder model)
    {
        foreach (var entity in model.Model.GetEntityTypes())
        {
            foreach (var key in entity.GetKeys().SelectMany(k => k.Properties).Where(p => p.ClrType == typeof(Guid)))
                key.ValueGenerated = ValueGenerated.Never;
            if (entity.IsMappedToJson()) continue;
            if (!entity.IsOwned() && entity.GetTableName() is { } table) entity.SetTableName(SnakeCase(table));
            foreach (var property in entity.GetProperties()) property.SetColumnName(SnakeCase(property.GetColumnName()));
            foreach (var complex in entity.GetComplexProperties()) NameColumns(complex);
            foreach (var key in entity.GetKeys()) key.SetName(SnakeCase(key.GetName()));
            foreach (var foreign in entity.GetForeignKeys()) foreign.SetConstraintName(SnakeCase(foreign.GetConstraintName()));
            foreach (var index in entity.GetIndexes()) index.SetDatabaseName(SnakeCase(index.GetDatabaseName()));
        }
    }

    private static void NameColumns(IMutableComplexProperty complex)
    {
        foreach (var property in complex.ComplexType.GetProperties()) property.SetColumnName(SnakeCase(property.GetColumnName()));
        foreach (var inner in complex.ComplexType.GetComplexProperties()) NameColumns(inner);
    }

    private static string SnakeCase(string? name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name?.Length; i++)
        {
            var c = name[i];
            var startsWord = char.IsUpper(c) && i > 0 && name[i - 1] != '_' && (char.IsLower(name[i - 1]) || char.IsDigit(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}

internal sealed class UnixMillisecondsConverter() : ValueConverter<DateTimeOffset, long>(t => t.ToUnixTimeMilliseconds(), ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));

internal sealed class UtcMillisecondsConverter() : ValueConverter<DateTimeOffset, DateTime>(
    t => DateTimeOffset.FromUnixTimeMilliseconds(t.ToUnixTimeMilliseconds()).UtcDateTime, t => new DateTimeOffset(DateTime.SpecifyKind(t, DateTimeKind.Utc)));

internal sealed class BigEndianGuidConverter() : ValueConverter<Guid, byte[]>(g => g.ToByteArray(true), b => new Guid(b, true));
