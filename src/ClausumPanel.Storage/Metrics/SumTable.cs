using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace ClausumPanel.Storage.Metrics;

/// <summary>A table of sums: what its rows are named by, and what is added up in them.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Keys">The columns of the key, in its order.</param>
/// <param name="Sums">Columns that are added to. Without any, and without another column, a row is there or not.</param>
internal sealed record SumShape(string Table, string[] Keys, string[] Sums)
{
    /// <summary>A column of which the larger value stays.</summary>
    public string? Latest { get; init; }

    /// <summary>A column that is written anew: whoever writes it has read it before.</summary>
    public string? Packed { get; init; }

    /// <summary>In the order in which a row names them.</summary>
    public IEnumerable<string> Columns => [.. Keys, .. Sums, .. Latest is null ? (string[])[] : [Latest], .. Packed is null ? (string[])[] : [Packed]];

    public string Insert(string rows)
    {
        string[] changes =
        [
            .. Sums.Select(c => $"{c} = {Table}.{c} + excluded.{c}"), .. Latest is null ? (string[])[] : [$"{Latest} = CASE WHEN excluded.{Latest} > {Table}.{Latest} THEN excluded.{Latest} ELSE {Table}.{Latest} END"],
            .. Packed is null ? (string[])[] : [$"{Packed} = excluded.{Packed}"],
        ];
        return $"INSERT INTO {Table} ({string.Join(", ", Columns)}) {rows} ON CONFLICT ({string.Join(", ", Keys)}) DO {(changes.Length == 0 ? "NOTHING" : "UPDATE SET " + string.Join(", ", changes))}";
    }
}

/// <summary>
/// Adds to a table of sums inside whoever's transaction it is, in the order of the keys: two that add at the same time wait for each other, and never each for what the other holds.
/// Numbers, texts, flags, ids and bytes only; a column always the same of them.
/// </summary>
internal abstract class SumTable(SumShape shape) : IDisposable
{
    private readonly List<object[]> _rows = [];

    protected SumShape Shape => shape;

    public static SumTable Of(SumShape shape, DbConnection connection, DbTransaction? transaction) =>
        connection is SqliteConnection sqlite ? new SqliteSums(shape, sqlite) : new PostgresSums(shape, (NpgsqlConnection)connection, (NpgsqlTransaction?)transaction);

    /// <summary>Nothing may come between this and <see cref="Write"/> that can fail.</summary>
    public void Add(params object[] row) => _rows.Add(row);

    public void Write()
    {
        if (_rows.Count == 0) return;
        try
        {
            _rows.Sort(InOrder);
            Send(_rows);
        }
        finally
        {
            _rows.Clear();          // what failed is added anew by whoever tries again
        }
    }

    /// <summary>What stands in a column beside each of these keys; null where nothing does.</summary>
    public abstract object?[] Find(string column, IReadOnlyList<object[]> keys);

    public abstract void Dispose();

    protected abstract void Send(List<object[]> rows);

    private int InOrder(object[] a, object[] b)
    {
        for (var i = 0; i < shape.Keys.Length; i++)
        {
            var order = a[i] switch
            {
                string text => string.CompareOrdinal(text, (string)b[i]),
                byte[] bytes => bytes.AsSpan().SequenceCompareTo((byte[])b[i]),
                var value => ((IComparable)value).CompareTo(b[i]),
            };
            if (order != 0) return order;
        }
        return 0;
    }
}

/// <summary>Row by row through prepared statements on the engine's own interface: it runs in this process, and a command object would cost more than the row.</summary>
internal sealed class SqliteSums(SumShape shape, SqliteConnection connection) : SumTable(shape)
{
    private readonly sqlite3 _db = connection.Handle!;
    private readonly Dictionary<string, sqlite3_stmt> _find = [];
    private sqlite3_stmt? _insert;

    public override object?[] Find(string column, IReadOnlyList<object[]> keys)
    {
        if (!_find.TryGetValue(column, out var find)) _find[column] = find = Prepare($"SELECT {column} FROM {Shape.Table} WHERE {string.Join(" AND ", Shape.Keys.Select(k => k + " = ?"))}");
        var found = new object?[keys.Count];
        for (var i = 0; i < found.Length; i++)
        {
            Bind(find, keys[i]);
            if (raw.sqlite3_step(find) == raw.SQLITE_ROW)
                found[i] = raw.sqlite3_column_type(find, 0) == raw.SQLITE_INTEGER ? raw.sqlite3_column_int64(find, 0) : raw.sqlite3_column_blob(find, 0).ToArray();
            Check(raw.sqlite3_reset(find));
        }
        return found;
    }

    public override void Dispose()
    {
        _insert?.Dispose();
        foreach (var find in _find.Values) find.Dispose();
    }

    protected override void Send(List<object[]> rows)
    {
        _insert ??= Prepare(Shape.Insert($"VALUES ({string.Join(", ", Shape.Columns.Select(_ => "?"))})"));
        foreach (var row in rows)
        {
            Bind(_insert, row);
            raw.sqlite3_step(_insert);
            Check(raw.sqlite3_reset(_insert));          // says what the step said
        }
    }

    private void Bind(sqlite3_stmt statement, object[] values)
    {
        for (var i = 0; i < values.Length; i++)
            Check(values[i] switch
            {
                string text => raw.sqlite3_bind_text(statement, i + 1, text),
                byte[] bytes => raw.sqlite3_bind_blob(statement, i + 1, bytes),
                bool flag => raw.sqlite3_bind_int(statement, i + 1, flag ? 1 : 0),
                int number => raw.sqlite3_bind_int(statement, i + 1, number),
                _ => raw.sqlite3_bind_int64(statement, i + 1, (long)values[i]),
            });
    }

    private sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return statement;
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK) throw new SqliteException(raw.sqlite3_errmsg(_db).utf8_to_string(), result, raw.sqlite3_extended_errcode(_db));
    }
}

/// <summary>All rows in one statement, an array for each column: one round trip, however many.</summary>
internal sealed class PostgresSums(SumShape shape, NpgsqlConnection connection, NpgsqlTransaction? transaction) : SumTable(shape)
{
    public override object?[] Find(string column, IReadOnlyList<object[]> keys)
    {
        var found = new object?[keys.Count];
        if (found.Length == 0) return found;
        using var command = Command($"SELECT k.place, t.{column} FROM {Rows(Shape.Keys.Length)} WITH ORDINALITY AS k({string.Join(", ", Shape.Keys)}, place) JOIN {Shape.Table} t ON {string.Join(" AND ", Shape.Keys.Select(k => $"t.{k} = k.{k}"))}", keys, Shape.Keys.Length);
        using var reader = command.ExecuteReader();
        while (reader.Read()) found[reader.GetInt64(0) - 1] = reader.GetValue(1);
        return found;
    }

    public override void Dispose()
    {
    }

    protected override void Send(List<object[]> rows)
    {
        var columns = Shape.Columns.Count();
        using var command = Command(Shape.Insert($"SELECT * FROM {Rows(columns)}"), rows, columns);
        command.ExecuteNonQuery();
    }

    private static string Rows(int columns) => $"unnest({string.Join(", ", Enumerable.Range(0, columns).Select(i => $"@c{i}"))})";

    private NpgsqlCommand Command(string sql, IReadOnlyList<object[]> rows, int columns)
    {
#pragma warning disable CA2100 // names of our own tables and columns
        var command = new NpgsqlCommand(sql, connection, transaction);
#pragma warning restore CA2100
        for (var i = 0; i < columns; i++) command.Parameters.AddWithValue($"c{i}", Column(rows, i));
        return command;
    }

    private static Array Column(IReadOnlyList<object[]> rows, int column)
    {
        var array = Array.CreateInstance(rows[0][column].GetType(), rows.Count);
        for (var i = 0; i < rows.Count; i++) array.SetValue(rows[i][column], i);
        return array;
    }
}
