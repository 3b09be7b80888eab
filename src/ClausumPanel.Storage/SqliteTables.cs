using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace ClausumPanel.Storage;

/// <summary>Tables whose rows are their key, kept as one tree instead of a table and an index beside it: half the pages to write.</summary>
internal sealed class SqliteTables(MigrationsSqlGeneratorDependencies dependencies, IRelationalAnnotationProvider annotations) : SqliteMigrationsSqlGenerator(dependencies, annotations)
{
    private static readonly HashSet<string> KeyOnly = ["assessment_terms", "assessment_signals", "rollups", "score_days", "signal_days", "rule_days", "list_hits", "tallies", "tally_values", "decision_days", "pair_days", "hour_counts", "assessment_rules", "submerchants", "label_counts"];

    protected override void Generate(CreateTableOperation operation, IModel? model, MigrationCommandListBuilder builder, bool terminate = true)
    {
        if (!KeyOnly.Contains(operation.Name))
        {
            base.Generate(operation, model, builder, terminate);
            return;
        }
        base.Generate(operation, model, builder, terminate: false);
        builder.Append(" WITHOUT ROWID").AppendLine(Dependencies.SqlGenerationHelper.StatementTerminator);
        if (terminate) EndStatement(builder);
    }
}
