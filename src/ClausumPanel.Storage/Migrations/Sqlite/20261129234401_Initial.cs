using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

#pragma warning disable CA1814 // Prefer jagged arrays over multidimensional

namespace ClausumPanel.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "alerts",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    hour = table.Column<int>(type: "INTEGER", nullable: false),
                    kind = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    key = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false),
                    earlier = table.Column<long>(type: "INTEGER", nullable: false),
                    raised_at = table.Column<long>(type: "INTEGER", nullable: false),
                    acknowledged_at = table.Column<long>(type: "INTEGER", nullable: true),
                    acknowledged_by_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    acknowledged_by = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alerts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "assessment_releases",
                columns: table => new
                {
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_assessment_releases", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "assessment_rows",
                columns: table => new
                {
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    flow = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    decision = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    score = table.Column<int>(type: "INTEGER", nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", nullable: false),
                    country = table.Column<string>(type: "TEXT", nullable: false),
                    simulated = table.Column<bool>(type: "INTEGER", nullable: false),
                    channel = table.Column<string>(type: "TEXT", nullable: false),
                    submerchant = table.Column<string>(type: "TEXT", nullable: false),
                    scheme = table.Column<string>(type: "TEXT", nullable: false),
                    latency_microseconds = table.Column<int>(type: "INTEGER", nullable: false),
                    signals = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_assessment_rows", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "assessment_rules",
                columns: table => new
                {
                    rule = table.Column<long>(type: "INTEGER", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_assessment_rules", x => new { x.rule, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "assessment_signals",
                columns: table => new
                {
                    signal = table.Column<int>(type: "INTEGER", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_assessment_signals", x => new { x.signal, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "assessment_terms",
                columns: table => new
                {
                    segment = table.Column<long>(type: "INTEGER", nullable: false),
                    term = table.Column<string>(type: "TEXT", nullable: false),
                    kind = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_assessment_terms", x => new { x.segment, x.term, x.kind, x.seq });
                });

            migrationBuilder.CreateTable(
                name: "assessments",
                columns: table => new
                {
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    flow = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    decision = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    score = table.Column<int>(type: "INTEGER", nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", nullable: false),
                    policy_version = table.Column<int>(type: "INTEGER", nullable: false),
                    latency_microseconds = table.Column<int>(type: "INTEGER", nullable: false),
                    key_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    simulated = table.Column<bool>(type: "INTEGER", nullable: false),
                    session_id = table.Column<string>(type: "TEXT", nullable: false),
                    order_id = table.Column<string>(type: "TEXT", nullable: true),
                    payment_id = table.Column<string>(type: "TEXT", nullable: true),
                    idempotency_key = table.Column<string>(type: "TEXT", nullable: true),
                    blocked_by = table.Column<string>(type: "TEXT", nullable: true),
                    replaces = table.Column<long>(type: "INTEGER", nullable: true),
                    signals = table.Column<byte[]>(type: "BLOB", nullable: false),
                    facts = table.Column<byte[]>(type: "BLOB", nullable: false),
                    request = table.Column<byte[]>(type: "BLOB", nullable: false),
                    warnings = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_assessments", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "audit_anchors",
                columns: table => new
                {
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    last_at = table.Column<long>(type: "INTEGER", nullable: false),
                    cut_at = table.Column<long>(type: "INTEGER", nullable: false),
                    seal = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_anchors", x => x.sequence);
                });

            migrationBuilder.CreateTable(
                name: "audit_entries",
                columns: table => new
                {
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    actor_kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    actor_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    actor_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    address = table.Column<string>(type: "TEXT", maxLength: 45, nullable: true),
                    action = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    subject_kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    subject_id = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    before = table.Column<string>(type: "TEXT", nullable: true),
                    after = table.Column<string>(type: "TEXT", nullable: true),
                    previous_hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_entries", x => x.sequence);
                });

            migrationBuilder.CreateTable(
                name: "cases",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    reference_number = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    status = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    priority = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    origin = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    report_label = table.Column<long>(type: "INTEGER", nullable: true),
                    incident_type = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    jurisdiction = table.Column<string>(type: "TEXT", maxLength: 2, nullable: true),
                    amount = table.Column<long>(type: "INTEGER", nullable: true),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: true),
                    incident_date = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    victim_name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    victim_email = table.Column<string>(type: "TEXT", maxLength: 320, nullable: true),
                    description = table.Column<string>(type: "TEXT", maxLength: 10000, nullable: true),
                    opened_at = table.Column<long>(type: "INTEGER", nullable: false),
                    opened_by_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    opened_by_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    assigned_to_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    due_on = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                    submitted_at = table.Column<long>(type: "INTEGER", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_cases", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "change_marks",
                columns: table => new
                {
                    topic = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    version = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_change_marks", x => x.topic);
                });

            migrationBuilder.CreateTable(
                name: "control_days",
                columns: table => new
                {
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_control_days", x => new { x.day, x.currency });
                });

            migrationBuilder.CreateTable(
                name: "current_labels",
                columns: table => new
                {
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    outcome = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    source = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    number = table.Column<long>(type: "INTEGER", nullable: false),
                    is_conflicted = table.Column<bool>(type: "INTEGER", nullable: false),
                    is_reported = table.Column<bool>(type: "INTEGER", nullable: false),
                    is_disputed = table.Column<bool>(type: "INTEGER", nullable: false),
                    flow = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    decision = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    score = table.Column<int>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false),
                    policy_version = table.Column<int>(type: "INTEGER", nullable: false),
                    signals = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_current_labels", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "decision_days",
                columns: table => new
                {
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    flow = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    currency = table.Column<string>(type: "TEXT", nullable: false),
                    decision = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    bin = table.Column<int>(type: "INTEGER", nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_decision_days", x => new { x.day, x.flow, x.currency, x.decision, x.bin });
                });

            migrationBuilder.CreateTable(
                name: "disputes",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    scheme = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    reason_code = table.Column<string>(type: "TEXT", maxLength: 12, nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    arn = table.Column<string>(type: "TEXT", maxLength: 30, nullable: true),
                    external_id = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    origin = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    provider = table.Column<string>(type: "TEXT", maxLength: 60, nullable: true),
                    provider_mark = table.Column<long>(type: "INTEGER", nullable: true),
                    seq = table.Column<long>(type: "INTEGER", nullable: true),
                    order_id = table.Column<string>(type: "TEXT", maxLength: 128, nullable: true),
                    payment_id = table.Column<string>(type: "TEXT", maxLength: 128, nullable: true),
                    received_at = table.Column<long>(type: "INTEGER", nullable: false),
                    respond_by = table.Column<long>(type: "INTEGER", nullable: false),
                    stage = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    outcome = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    answered_at = table.Column<long>(type: "INTEGER", nullable: true),
                    closed_at = table.Column<long>(type: "INTEGER", nullable: true),
                    recovered = table.Column<long>(type: "INTEGER", nullable: true),
                    descriptor = table.Column<string>(type: "TEXT", maxLength: 60, nullable: true),
                    notes = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: true),
                    label_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    case_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    evidence_asked = table.Column<int>(type: "INTEGER", nullable: false),
                    evidence_found = table.Column<int>(type: "INTEGER", nullable: false),
                    changed_at = table.Column<long>(type: "INTEGER", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_disputes", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "event_rules",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    priority = table.Column<int>(type: "INTEGER", nullable: false),
                    is_on = table.Column<bool>(type: "INTEGER", nullable: false),
                    event_type = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    from_text = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    to_text = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: true),
                    action = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_rules", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "fraud_reports",
                columns: table => new
                {
                    number = table.Column<long>(type: "INTEGER", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    key_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    idempotency_key = table.Column<string>(type: "TEXT", maxLength: 255, nullable: true),
                    fingerprint = table.Column<byte[]>(type: "BLOB", maxLength: 16, nullable: false),
                    description = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true),
                    email = table.Column<string>(type: "TEXT", maxLength: 320, nullable: true),
                    ip_address = table.Column<string>(type: "TEXT", maxLength: 45, nullable: true),
                    card_bin = table.Column<string>(type: "TEXT", maxLength: 8, nullable: true),
                    evidence_urls = table.Column<string>(type: "TEXT", nullable: true),
                    notify = table.Column<string>(type: "TEXT", nullable: true),
                    entries = table.Column<string>(type: "TEXT", nullable: false),
                    entry_count = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_fraud_reports", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "held_facts",
                columns: table => new
                {
                    seq = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_held_facts", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "hour_counts",
                columns: table => new
                {
                    hour = table.Column<int>(type: "INTEGER", nullable: false),
                    kind = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    key = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_hour_counts", x => new { x.kind, x.hour, x.key });
                });

            migrationBuilder.CreateTable(
                name: "import_jobs",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    path = table.Column<string>(type: "TEXT", maxLength: 4096, nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    read = table.Column<int>(type: "INTEGER", nullable: false),
                    stored = table.Column<int>(type: "INTEGER", nullable: false),
                    known = table.Column<int>(type: "INTEGER", nullable: false),
                    refused = table.Column<int>(type: "INTEGER", nullable: false),
                    problems = table.Column<string>(type: "TEXT", nullable: false),
                    failure = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    finished_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_import_jobs", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "inbound_providers",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    secret = table.Column<byte[]>(type: "BLOB", nullable: true),
                    previous_secret = table.Column<byte[]>(type: "BLOB", nullable: true),
                    previous_until = table.Column<long>(type: "INTEGER", nullable: true),
                    changed_at = table.Column<long>(type: "INTEGER", nullable: true),
                    refused = table.Column<long>(type: "INTEGER", nullable: false),
                    refused_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_inbound_providers", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "label_counts",
                columns: table => new
                {
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    kind = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    policy_version = table.Column<int>(type: "INTEGER", nullable: false),
                    value = table.Column<int>(type: "INTEGER", nullable: false),
                    outcome = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_label_counts", x => new { x.day, x.kind, x.currency, x.policy_version, x.value, x.outcome });
                });

            migrationBuilder.CreateTable(
                name: "labels",
                columns: table => new
                {
                    number = table.Column<long>(type: "INTEGER", nullable: false),
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    outcome = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    source = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    channel = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    reason = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    note = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true),
                    amount = table.Column<long>(type: "INTEGER", nullable: true),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: true),
                    event_at = table.Column<long>(type: "INTEGER", nullable: false),
                    known_at = table.Column<long>(type: "INTEGER", nullable: false),
                    recorded_at = table.Column<long>(type: "INTEGER", nullable: false),
                    actor_kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    actor_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    actor_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    reference = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    reverses = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_labels", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "list_entries",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    type = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    value = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    severity = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    flow_scope = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    source = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    is_active = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: true),
                    owner_id = table.Column<byte[]>(type: "BLOB", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_list_entries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "log_marks",
                columns: table => new
                {
                    reader = table.Column<string>(type: "TEXT", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_log_marks", x => x.reader);
                });

            migrationBuilder.CreateTable(
                name: "memory_records",
                columns: table => new
                {
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    flow = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    decision = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false),
                    currency = table.Column<string>(type: "TEXT", nullable: false),
                    last4 = table.Column<int>(type: "INTEGER", nullable: false),
                    session = table.Column<long>(type: "INTEGER", nullable: false),
                    replaces = table.Column<long>(type: "INTEGER", nullable: true),
                    simulated = table.Column<bool>(type: "INTEGER", nullable: false),
                    keys = table.Column<byte[]>(type: "BLOB", nullable: false),
                    idempotency = table.Column<byte[]>(type: "BLOB", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_memory_records", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "named_lists",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    description = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    owner_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    added_edition = table.Column<long>(type: "INTEGER", nullable: false),
                    removed_edition = table.Column<long>(type: "INTEGER", nullable: false),
                    changed_edition = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_named_lists", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "outbox_events",
                columns: table => new
                {
                    number = table.Column<long>(type: "INTEGER", nullable: false),
                    type = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    label = table.Column<long>(type: "INTEGER", nullable: true),
                    review_version = table.Column<int>(type: "INTEGER", nullable: true),
                    case_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    case_version = table.Column<int>(type: "INTEGER", nullable: true),
                    dispute_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    before = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    after = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outbox_events", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "pair_days",
                columns: table => new
                {
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    policy_version = table.Column<int>(type: "INTEGER", nullable: false),
                    first = table.Column<int>(type: "INTEGER", nullable: false),
                    second = table.Column<int>(type: "INTEGER", nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pair_days", x => new { x.day, x.policy_version, x.first, x.second });
                });

            migrationBuilder.CreateTable(
                name: "received_events",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    source = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    sender = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    type = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    external_id = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    body = table.Column<string>(type: "TEXT", nullable: false),
                    received_at = table.Column<long>(type: "INTEGER", nullable: false),
                    key_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    state = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    action = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    rule = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    outcome = table.Column<string>(type: "TEXT", maxLength: 400, nullable: true),
                    is_alert = table.Column<bool>(type: "INTEGER", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: true),
                    case_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    dispute_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    tries = table.Column<int>(type: "INTEGER", nullable: false),
                    next_at = table.Column<long>(type: "INTEGER", nullable: false),
                    processed_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_received_events", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "registered_submerchants",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    external_id = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    country = table.Column<string>(type: "TEXT", maxLength: 2, nullable: true),
                    mcc = table.Column<string>(type: "TEXT", maxLength: 4, nullable: true),
                    is_active = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_registered_submerchants", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "retention_marks",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_retention_marks", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "retention_runs",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    beat_at = table.Column<long>(type: "INTEGER", nullable: false),
                    finished_at = table.Column<long>(type: "INTEGER", nullable: true),
                    claim = table.Column<byte[]>(type: "BLOB", nullable: false),
                    report = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_retention_runs", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "review_events",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    queue = table.Column<int>(type: "INTEGER", nullable: false),
                    actor_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    actor_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    outcome = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: true),
                    reason = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    note = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true),
                    label = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: true),
                    until = table.Column<long>(type: "INTEGER", nullable: true),
                    entries = table.Column<string>(type: "TEXT", nullable: true),
                    reading_milliseconds = table.Column<int>(type: "INTEGER", nullable: true),
                    waited_milliseconds = table.Column<long>(type: "INTEGER", nullable: true),
                    is_late = table.Column<bool>(type: "INTEGER", nullable: false),
                    shown_before = table.Column<long>(type: "INTEGER", nullable: true),
                    due_before = table.Column<long>(type: "INTEGER", nullable: true),
                    warn_before = table.Column<long>(type: "INTEGER", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_review_events", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "review_queues",
                columns: table => new
                {
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    position = table.Column<int>(type: "INTEGER", nullable: false),
                    is_active = table.Column<bool>(type: "INTEGER", nullable: false),
                    is_manual = table.Column<bool>(type: "INTEGER", nullable: false),
                    admins_only = table.Column<bool>(type: "INTEGER", nullable: false),
                    is_restricted = table.Column<bool>(type: "INTEGER", nullable: false),
                    filter = table.Column<string>(type: "TEXT", nullable: false),
                    delay_minutes = table.Column<int>(type: "INTEGER", nullable: false),
                    sla_minutes = table.Column<int>(type: "INTEGER", nullable: true),
                    hours = table.Column<string>(type: "TEXT", nullable: true),
                    warn_percent = table.Column<int>(type: "INTEGER", nullable: false),
                    timeout = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    undo_seconds = table.Column<int>(type: "INTEGER", nullable: false),
                    reasons = table.Column<string>(type: "TEXT", nullable: false),
                    decline_needs_note = table.Column<bool>(type: "INTEGER", nullable: false),
                    second_above = table.Column<string>(type: "TEXT", nullable: false),
                    note_above = table.Column<string>(type: "TEXT", nullable: false),
                    is_blind = table.Column<bool>(type: "INTEGER", nullable: false),
                    decline_seconds = table.Column<int>(type: "INTEGER", nullable: false),
                    weight_of_time = table.Column<int>(type: "INTEGER", nullable: false),
                    weight_of_stake = table.Column<int>(type: "INTEGER", nullable: false),
                    weight_of_loyalty = table.Column<int>(type: "INTEGER", nullable: false),
                    weight_of_expiry = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_review_queues", x => x.number);
                });

            migrationBuilder.CreateTable(
                name: "reviews",
                columns: table => new
                {
                    seq = table.Column<long>(type: "INTEGER", nullable: false),
                    queue = table.Column<int>(type: "INTEGER", nullable: false),
                    opened_at = table.Column<long>(type: "INTEGER", nullable: false),
                    decision = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    state = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    visible_at = table.Column<long>(type: "INTEGER", nullable: false),
                    due_at = table.Column<long>(type: "INTEGER", nullable: true),
                    warn_at = table.Column<long>(type: "INTEGER", nullable: true),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: true),
                    stake = table.Column<int>(type: "INTEGER", nullable: false),
                    is_loyal = table.Column<bool>(type: "INTEGER", nullable: false),
                    lease_owner = table.Column<byte[]>(type: "BLOB", nullable: true),
                    lease_token = table.Column<byte[]>(type: "BLOB", nullable: true),
                    lease_until = table.Column<long>(type: "INTEGER", nullable: true),
                    lease_is_ahead = table.Column<bool>(type: "INTEGER", nullable: false),
                    outcome = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: true),
                    reason = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    note = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true),
                    label = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: true),
                    decided_by_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    decided_at = table.Column<long>(type: "INTEGER", nullable: true),
                    settles_at = table.Column<long>(type: "INTEGER", nullable: true),
                    decided_with = table.Column<byte[]>(type: "BLOB", nullable: true),
                    is_timed_out = table.Column<bool>(type: "INTEGER", nullable: false),
                    first_by_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    first_outcome = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: true),
                    second_by_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    entries = table.Column<string>(type: "TEXT", nullable: true),
                    label_id = table.Column<byte[]>(type: "BLOB", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_reviews", x => x.seq);
                });

            migrationBuilder.CreateTable(
                name: "rollups",
                columns: table => new
                {
                    bucket = table.Column<long>(type: "INTEGER", nullable: false),
                    flow = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    decision = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    currency = table.Column<string>(type: "TEXT", nullable: false),
                    simulated = table.Column<bool>(type: "INTEGER", nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false),
                    blocked = table.Column<long>(type: "INTEGER", nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false),
                    score_sum = table.Column<long>(type: "INTEGER", nullable: false),
                    latency_microseconds = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rollups", x => new { x.bucket, x.flow, x.decision, x.currency, x.simulated });
                });

            migrationBuilder.CreateTable(
                name: "rule_days",
                columns: table => new
                {
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    policy_version = table.Column<int>(type: "INTEGER", nullable: false),
                    rule = table.Column<int>(type: "INTEGER", nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false),
                    decided = table.Column<long>(type: "INTEGER", nullable: false),
                    last_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rule_days", x => new { x.day, x.policy_version, x.rule });
                });

            migrationBuilder.CreateTable(
                name: "score_days",
                columns: table => new
                {
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    flow = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    currency = table.Column<string>(type: "TEXT", nullable: false),
                    score = table.Column<int>(type: "INTEGER", nullable: false),
                    kind = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_score_days", x => new { x.day, x.flow, x.currency, x.score, x.kind });
                });

            migrationBuilder.CreateTable(
                name: "settings",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    value = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false),
                    changed_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_settings", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "signal_days",
                columns: table => new
                {
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    flow = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    signal = table.Column<int>(type: "INTEGER", nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_signal_days", x => new { x.day, x.flow, x.signal });
                });

            migrationBuilder.CreateTable(
                name: "submerchants",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false),
                    removed = table.Column<long>(type: "INTEGER", nullable: false, defaultValue: 0L)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_submerchants", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "tallies",
                columns: table => new
                {
                    scope = table.Column<string>(type: "TEXT", nullable: false),
                    length = table.Column<int>(type: "INTEGER", nullable: false),
                    bucket = table.Column<long>(type: "INTEGER", nullable: false),
                    flow = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    currency = table.Column<string>(type: "TEXT", nullable: false),
                    simulated = table.Column<bool>(type: "INTEGER", nullable: false),
                    decision = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    final = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    label = table.Column<int>(type: "INTEGER", nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false),
                    amount = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tallies", x => new { x.scope, x.length, x.bucket, x.flow, x.currency, x.simulated, x.decision, x.final, x.label });
                });

            migrationBuilder.CreateTable(
                name: "tally_values",
                columns: table => new
                {
                    scope = table.Column<string>(type: "TEXT", nullable: false),
                    length = table.Column<int>(type: "INTEGER", nullable: false),
                    bucket = table.Column<long>(type: "INTEGER", nullable: false),
                    flow = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    currency = table.Column<string>(type: "TEXT", nullable: false),
                    simulated = table.Column<bool>(type: "INTEGER", nullable: false),
                    counts = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tally_values", x => new { x.scope, x.length, x.bucket, x.flow, x.currency, x.simulated });
                });

            migrationBuilder.CreateTable(
                name: "users",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    display_name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    role = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    culture = table.Column<string>(type: "TEXT", maxLength: 10, nullable: true),
                    time_zone = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    theme = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    is_active = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_sign_in_at = table.Column<long>(type: "INTEGER", nullable: true),
                    last_totp_step = table.Column<long>(type: "INTEGER", nullable: false),
                    protected_totp_secret = table.Column<byte[]>(type: "BLOB", maxLength: 500, nullable: true),
                    recovery_code_hashes = table.Column<byte[]>(type: "BLOB", maxLength: 320, nullable: false),
                    user_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    normalized_user_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    email = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    normalized_email = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    email_confirmed = table.Column<bool>(type: "INTEGER", nullable: false),
                    password_hash = table.Column<string>(type: "TEXT", nullable: true),
                    security_stamp = table.Column<string>(type: "TEXT", nullable: true),
                    concurrency_stamp = table.Column<string>(type: "TEXT", nullable: true),
                    phone_number = table.Column<string>(type: "TEXT", maxLength: 256, nullable: true),
                    phone_number_confirmed = table.Column<bool>(type: "INTEGER", nullable: false),
                    two_factor_enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    lockout_end = table.Column<long>(type: "INTEGER", nullable: true),
                    lockout_enabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    access_failed_count = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_users", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "case_events",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    case_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    kind = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    from = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: true),
                    to = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: true),
                    detail = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    actor_kind = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    actor_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    actor_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_case_events", x => x.id);
                    table.ForeignKey(
                        name: "fk_case_events_cases_case_id",
                        column: x => x.case_id,
                        principalTable: "cases",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "case_files",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    case_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 120, nullable: false),
                    content_type = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    size = table.Column<long>(type: "INTEGER", nullable: false),
                    sha256 = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    stored_as = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    actor_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    actor_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_case_files", x => x.id);
                    table.ForeignKey(
                        name: "fk_case_files_cases_case_id",
                        column: x => x.case_id,
                        principalTable: "cases",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "case_links",
                columns: table => new
                {
                    case_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    kind = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    target = table.Column<byte[]>(type: "BLOB", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    actor_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_case_links", x => new { x.case_id, x.kind, x.target });
                    table.ForeignKey(
                        name: "fk_case_links_cases_case_id",
                        column: x => x.case_id,
                        principalTable: "cases",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "case_notes",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    case_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    actor_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    actor_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    text = table.Column<string>(type: "TEXT", maxLength: 4000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_case_notes", x => x.id);
                    table.ForeignKey(
                        name: "fk_case_notes_cases_case_id",
                        column: x => x.case_id,
                        principalTable: "cases",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "case_packages",
                columns: table => new
                {
                    case_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    json = table.Column<byte[]>(type: "BLOB", nullable: false),
                    html = table.Column<byte[]>(type: "BLOB", nullable: false),
                    sha256 = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    sealed_at = table.Column<long>(type: "INTEGER", nullable: false),
                    actor_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    actor_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_case_packages", x => x.case_id);
                    table.ForeignKey(
                        name: "fk_case_packages_cases_case_id",
                        column: x => x.case_id,
                        principalTable: "cases",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "dispute_facts",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    dispute_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    kind = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    seq = table.Column<long>(type: "INTEGER", nullable: true),
                    at = table.Column<long>(type: "INTEGER", nullable: true),
                    values = table.Column<string>(type: "TEXT", nullable: false),
                    source = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    entered_by = table.Column<byte[]>(type: "BLOB", nullable: true),
                    entered_by_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    entered_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dispute_facts", x => x.id);
                    table.ForeignKey(
                        name: "fk_dispute_facts_disputes_dispute_id",
                        column: x => x.dispute_id,
                        principalTable: "disputes",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "dispute_files",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    dispute_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    content_type = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    size = table.Column<long>(type: "INTEGER", nullable: false),
                    sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    pages = table.Column<int>(type: "INTEGER", nullable: true),
                    category = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    entered_by = table.Column<byte[]>(type: "BLOB", nullable: true),
                    entered_by_name = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    entered_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dispute_files", x => x.id);
                    table.ForeignKey(
                        name: "fk_dispute_files_disputes_dispute_id",
                        column: x => x.dispute_id,
                        principalTable: "disputes",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "list_hits",
                columns: table => new
                {
                    entry_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    count = table.Column<long>(type: "INTEGER", nullable: false),
                    last_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_list_hits", x => x.entry_id);
                    table.ForeignKey(
                        name: "fk_list_hits_list_entries_entry_id",
                        column: x => x.entry_id,
                        principalTable: "list_entries",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "named_list_values",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    list_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    value = table.Column<string>(type: "TEXT", maxLength: 320, nullable: false),
                    reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    owner_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: true),
                    added_edition = table.Column<long>(type: "INTEGER", nullable: false),
                    removed_edition = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_named_list_values", x => x.id);
                    table.ForeignKey(
                        name: "fk_named_list_values_named_lists_list_id",
                        column: x => x.list_id,
                        principalTable: "named_lists",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "api_keys",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    type = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    prefix = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    last_four = table.Column<string>(type: "TEXT", maxLength: 4, nullable: false),
                    permissions = table.Column<string>(type: "TEXT", maxLength: 400, nullable: false),
                    per_minute = table.Column<int>(type: "INTEGER", nullable: false),
                    per_day = table.Column<int>(type: "INTEGER", nullable: true),
                    allowed_origins = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    created_by_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: true),
                    revoked_at = table.Column<long>(type: "INTEGER", nullable: true),
                    revoked_by_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    last_used_at = table.Column<long>(type: "INTEGER", nullable: true),
                    counted_on = table.Column<DateOnly>(type: "TEXT", nullable: true),
                    counted = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_api_keys", x => x.id);
                    table.ForeignKey(
                        name: "fk_api_keys_users_created_by_id",
                        column: x => x.created_by_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_api_keys_users_revoked_by_id",
                        column: x => x.revoked_by_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "dispute_batches",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    asked_by_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    asked_at = table.Column<long>(type: "INTEGER", nullable: false),
                    language = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    zone = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    turns = table.Column<int>(type: "INTEGER", nullable: false),
                    held_until = table.Column<long>(type: "INTEGER", nullable: true),
                    stored_as = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    total = table.Column<int>(type: "INTEGER", nullable: false),
                    made = table.Column<int>(type: "INTEGER", nullable: false),
                    left_out = table.Column<int>(type: "INTEGER", nullable: false),
                    size = table.Column<long>(type: "INTEGER", nullable: false),
                    sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    finished_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dispute_batches", x => x.id);
                    table.ForeignKey(
                        name: "fk_dispute_batches_users_asked_by_id",
                        column: x => x.asked_by_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "dispute_uploads",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    asked_by_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    asked_at = table.Column<long>(type: "INTEGER", nullable: false),
                    zone = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    turns = table.Column<int>(type: "INTEGER", nullable: false),
                    turn = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    held_until = table.Column<long>(type: "INTEGER", nullable: true),
                    stored_as = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    total = table.Column<int>(type: "INTEGER", nullable: false),
                    read = table.Column<int>(type: "INTEGER", nullable: false),
                    opened = table.Column<int>(type: "INTEGER", nullable: false),
                    closed = table.Column<int>(type: "INTEGER", nullable: false),
                    known = table.Column<int>(type: "INTEGER", nullable: false),
                    wrong = table.Column<int>(type: "INTEGER", nullable: false),
                    finished_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dispute_uploads", x => x.id);
                    table.ForeignKey(
                        name: "fk_dispute_uploads_users_asked_by_id",
                        column: x => x.asked_by_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "invitations",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    email = table.Column<string>(type: "TEXT", maxLength: 254, nullable: false),
                    role = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    secret_hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    created_by_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false),
                    accepted_at = table.Column<long>(type: "INTEGER", nullable: true),
                    revoked_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_invitations", x => x.id);
                    table.ForeignKey(
                        name: "fk_invitations_users_created_by_id",
                        column: x => x.created_by_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "policy_drafts",
                columns: table => new
                {
                    owner_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    document = table.Column<string>(type: "TEXT", nullable: false),
                    based_on = table.Column<int>(type: "INTEGER", nullable: false),
                    changed_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_policy_drafts", x => x.owner_id);
                    table.ForeignKey(
                        name: "fk_policy_drafts_users_owner_id",
                        column: x => x.owner_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "policy_versions",
                columns: table => new
                {
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    document = table.Column<string>(type: "TEXT", nullable: false),
                    reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    guard_reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    based_on = table.Column<int>(type: "INTEGER", nullable: true),
                    reverts = table.Column<int>(type: "INTEGER", nullable: true),
                    author_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    decided_by_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    decided_at = table.Column<long>(type: "INTEGER", nullable: true),
                    decision_reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true),
                    effective_at = table.Column<long>(type: "INTEGER", nullable: true),
                    activated_at = table.Column<long>(type: "INTEGER", nullable: true),
                    retired_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_policy_versions", x => x.version);
                    table.ForeignKey(
                        name: "fk_policy_versions_users_author_id",
                        column: x => x.author_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_policy_versions_users_decided_by_id",
                        column: x => x.decided_by_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "simulation_runs",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    author_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    document = table.Column<string>(type: "TEXT", nullable: false),
                    policy_hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    policy_version = table.Column<int>(type: "INTEGER", nullable: true),
                    active_version = table.Column<int>(type: "INTEGER", nullable: false),
                    lists_edition = table.Column<long>(type: "INTEGER", nullable: false),
                    from_at = table.Column<long>(type: "INTEGER", nullable: false),
                    to_at = table.Column<long>(type: "INTEGER", nullable: false),
                    flow = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: true),
                    first_seq = table.Column<long>(type: "INTEGER", nullable: false),
                    last_seq = table.Column<long>(type: "INTEGER", nullable: false),
                    labels_until = table.Column<long>(type: "INTEGER", nullable: false),
                    done_seq = table.Column<long>(type: "INTEGER", nullable: false),
                    judged = table.Column<long>(type: "INTEGER", nullable: false),
                    failure = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true),
                    finished_at = table.Column<long>(type: "INTEGER", nullable: true),
                    result = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_simulation_runs", x => x.id);
                    table.ForeignKey(
                        name: "fk_simulation_runs_users_author_id",
                        column: x => x.author_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "simulation_scenarios",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    flow = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    request = table.Column<string>(type: "TEXT", nullable: false),
                    times = table.Column<int>(type: "INTEGER", nullable: false),
                    varies = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    steps = table.Column<string>(type: "TEXT", nullable: true),
                    expected = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    author_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_simulation_scenarios", x => x.id);
                    table.ForeignKey(
                        name: "fk_simulation_scenarios_users_author_id",
                        column: x => x.author_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "user_claims",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    user_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    claim_type = table.Column<string>(type: "TEXT", nullable: true),
                    claim_value = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_claims", x => x.id);
                    table.ForeignKey(
                        name: "fk_user_claims_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "user_logins",
                columns: table => new
                {
                    login_provider = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    provider_key = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    provider_display_name = table.Column<string>(type: "TEXT", nullable: true),
                    user_id = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_logins", x => new { x.login_provider, x.provider_key });
                    table.ForeignKey(
                        name: "fk_user_logins_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "user_passkeys",
                columns: table => new
                {
                    credential_id = table.Column<byte[]>(type: "BLOB", maxLength: 1024, nullable: false),
                    user_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Data = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_passkeys", x => x.credential_id);
                    table.ForeignKey(
                        name: "fk_user_passkeys_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "user_sessions",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    is_program = table.Column<bool>(type: "INTEGER", nullable: false),
                    key_hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    user_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ticket = table.Column<byte[]>(type: "BLOB", nullable: false),
                    started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    seen_at = table.Column<long>(type: "INTEGER", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false),
                    address = table.Column<string>(type: "TEXT", maxLength: 45, nullable: true),
                    browser = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_sessions", x => x.id);
                    table.ForeignKey(
                        name: "fk_user_sessions_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "user_tokens",
                columns: table => new
                {
                    user_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    login_provider = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    value = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_user_tokens", x => new { x.user_id, x.login_provider, x.name });
                    table.ForeignKey(
                        name: "fk_user_tokens_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "webhook_endpoints",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    url = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: false),
                    description = table.Column<string>(type: "TEXT", maxLength: 200, nullable: false),
                    events = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: false),
                    secret = table.Column<byte[]>(type: "BLOB", nullable: false),
                    previous_secret = table.Column<byte[]>(type: "BLOB", nullable: true),
                    previous_until = table.Column<long>(type: "INTEGER", nullable: true),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    state_reason = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    state_since = table.Column<long>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    created_by_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    mark = table.Column<long>(type: "INTEGER", nullable: false),
                    failures = table.Column<int>(type: "INTEGER", nullable: false),
                    failing_since = table.Column<long>(type: "INTEGER", nullable: true),
                    last_success_at = table.Column<long>(type: "INTEGER", nullable: true),
                    version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_endpoints", x => x.id);
                    table.ForeignKey(
                        name: "fk_webhook_endpoints_users_created_by_id",
                        column: x => x.created_by_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "dispute_upload_lines",
                columns: table => new
                {
                    upload_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    fate = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    external_id = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    dispute_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    is_matched = table.Column<bool>(type: "INTEGER", nullable: false),
                    errors = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_dispute_upload_lines", x => new { x.upload_id, x.number });
                    table.ForeignKey(
                        name: "fk_dispute_upload_lines_dispute_uploads_upload_id",
                        column: x => x.upload_id,
                        principalTable: "dispute_uploads",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "simulation_checks",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    version = table.Column<int>(type: "INTEGER", nullable: false),
                    policy_hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    asked_by_id = table.Column<byte[]>(type: "BLOB", nullable: true),
                    asked_at = table.Column<long>(type: "INTEGER", nullable: false),
                    state = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    finished_at = table.Column<long>(type: "INTEGER", nullable: true),
                    active_version = table.Column<int>(type: "INTEGER", nullable: true),
                    scenarios = table.Column<int>(type: "INTEGER", nullable: false),
                    as_expected = table.Column<int>(type: "INTEGER", nullable: false),
                    lines = table.Column<string>(type: "TEXT", nullable: true),
                    failure = table.Column<string>(type: "TEXT", maxLength: 1000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_simulation_checks", x => x.id);
                    table.ForeignKey(
                        name: "fk_simulation_checks_policy_versions_version",
                        column: x => x.version,
                        principalTable: "policy_versions",
                        principalColumn: "version",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_simulation_checks_users_asked_by_id",
                        column: x => x.asked_by_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "simulation_parts",
                columns: table => new
                {
                    run_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    last_seq = table.Column<long>(type: "INTEGER", nullable: false),
                    sums = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_simulation_parts", x => new { x.run_id, x.number });
                    table.ForeignKey(
                        name: "fk_simulation_parts_simulation_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "simulation_runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "simulation_sets",
                columns: table => new
                {
                    run_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    name = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    part = table.Column<int>(type: "INTEGER", nullable: false),
                    count = table.Column<int>(type: "INTEGER", nullable: false),
                    places = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_simulation_sets", x => new { x.run_id, x.name, x.part });
                    table.ForeignKey(
                        name: "fk_simulation_sets_simulation_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "simulation_runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "webhook_deliveries",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    endpoint_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    @event = table.Column<long>(name: "event", type: "INTEGER", nullable: true),
                    name = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    subject = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    body = table.Column<string>(type: "TEXT", nullable: true),
                    state = table.Column<int>(type: "INTEGER", maxLength: 40, nullable: false),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    first_tried_at = table.Column<long>(type: "INTEGER", nullable: true),
                    next_at = table.Column<long>(type: "INTEGER", nullable: false),
                    claim = table.Column<byte[]>(type: "BLOB", nullable: true),
                    claimed_until = table.Column<long>(type: "INTEGER", nullable: true),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true),
                    replays = table.Column<int>(type: "INTEGER", nullable: false),
                    status = table.Column<int>(type: "INTEGER", nullable: true),
                    error = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_deliveries", x => x.id);
                    table.ForeignKey(
                        name: "fk_webhook_deliveries_webhook_endpoints_endpoint_id",
                        column: x => x.endpoint_id,
                        principalTable: "webhook_endpoints",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "webhook_attempts",
                columns: table => new
                {
                    id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    delivery_id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    milliseconds = table.Column<int>(type: "INTEGER", nullable: false),
                    status = table.Column<int>(type: "INTEGER", nullable: true),
                    error = table.Column<string>(type: "TEXT", maxLength: 40, nullable: true),
                    response = table.Column<string>(type: "TEXT", nullable: true),
                    is_cut = table.Column<bool>(type: "INTEGER", nullable: false),
                    signed_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_webhook_attempts", x => x.id);
                    table.ForeignKey(
                        name: "fk_webhook_attempts_webhook_deliveries_delivery_id",
                        column: x => x.delivery_id,
                        principalTable: "webhook_deliveries",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.InsertData(
                table: "change_marks",
                columns: new[] { "topic", "version" },
                values: new object[,]
                {
                    { "imports", 0L },
                    { "keys", 0L },
                    { "lists", 0L },
                    { "named-lists", 0L },
                    { "policy", 0L },
                    { "reviews", 0L },
                    { "settings", 0L },
                    { "submerchants", 0L },
                    { "team", 0L }
                });

            migrationBuilder.InsertData(
                table: "review_queues",
                columns: new[] { "number", "admins_only", "decline_needs_note", "decline_seconds", "delay_minutes", "filter", "hours", "is_active", "is_blind", "is_manual", "is_restricted", "name", "note_above", "position", "reasons", "second_above", "sla_minutes", "timeout", "undo_seconds", "warn_percent", "weight_of_expiry", "weight_of_loyalty", "weight_of_stake", "weight_of_time" },
                values: new object[,]
                {
                    { 1, false, false, 3, 0, "{\"Decision\":\"Review\",\"Countries\":[],\"Signals\":[],\"ListedOrRuled\":true}", null, true, false, false, false, "Flagged by a list or rule", "{}", 1, "{}", "{}", 60, "None", 8, 75, 60, 10, 30, 50 },
                    { 2, false, false, 3, 30, "{\"Decision\":\"Challenge\",\"Countries\":[],\"Signals\":[],\"ListedOrRuled\":false}", null, true, false, false, false, "Challenge not answered", "{}", 2, "{}", "{}", 240, "None", 8, 75, 60, 10, 30, 50 },
                    { 3, false, false, 3, 0, "{}", null, true, false, false, false, "Review", "{}", 3, "{}", "{}", 120, "None", 8, 75, 60, 10, 30, 50 },
                    { 4, true, false, 3, 0, "{}", null, true, false, true, false, "Escalated", "{}", 4, "{}", "{}", 240, "None", 8, 75, 60, 10, 30, 50 }
                });

            migrationBuilder.CreateIndex(
                name: "ix_alerts_acknowledged_at_hour",
                table: "alerts",
                columns: new[] { "acknowledged_at", "hour" });

            migrationBuilder.CreateIndex(
                name: "ix_alerts_hour_kind_key",
                table: "alerts",
                columns: new[] { "hour", "kind", "key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_created_by_id",
                table: "api_keys",
                column: "created_by_id");

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_hash",
                table: "api_keys",
                column: "hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_revoked_by_id",
                table: "api_keys",
                column: "revoked_by_id");

            migrationBuilder.CreateIndex(
                name: "ix_assessment_rows_at_seq",
                table: "assessment_rows",
                columns: new[] { "at", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_assessment_rows_country_at_seq",
                table: "assessment_rows",
                columns: new[] { "country", "at", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_assessment_rows_currency_amount_seq",
                table: "assessment_rows",
                columns: new[] { "currency", "amount", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_assessment_rows_decision_at_seq",
                table: "assessment_rows",
                columns: new[] { "decision", "at", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_assessment_rows_score_seq",
                table: "assessment_rows",
                columns: new[] { "score", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_assessment_rows_submerchant_at_seq",
                table: "assessment_rows",
                columns: new[] { "submerchant", "at", "seq" },
                filter: "submerchant <> ''");

            migrationBuilder.CreateIndex(
                name: "ix_audit_entries_at",
                table: "audit_entries",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_audit_entries_subject_kind_subject_id",
                table: "audit_entries",
                columns: new[] { "subject_kind", "subject_id" });

            migrationBuilder.CreateIndex(
                name: "ix_case_events_case_id_version_id",
                table: "case_events",
                columns: new[] { "case_id", "version", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_case_files_case_id_at",
                table: "case_files",
                columns: new[] { "case_id", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_case_files_stored_as",
                table: "case_files",
                column: "stored_as",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_case_links_kind_target",
                table: "case_links",
                columns: new[] { "kind", "target" });

            migrationBuilder.CreateIndex(
                name: "ix_case_notes_case_id_at",
                table: "case_notes",
                columns: new[] { "case_id", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_cases_assigned_to_id",
                table: "cases",
                column: "assigned_to_id");

            migrationBuilder.CreateIndex(
                name: "ix_cases_opened_at",
                table: "cases",
                column: "opened_at");

            migrationBuilder.CreateIndex(
                name: "ix_cases_reference_number",
                table: "cases",
                column: "reference_number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_cases_report_label",
                table: "cases",
                column: "report_label",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_cases_status_opened_at",
                table: "cases",
                columns: new[] { "status", "opened_at" });

            migrationBuilder.CreateIndex(
                name: "ix_current_labels_at_seq",
                table: "current_labels",
                columns: new[] { "at", "seq" });

            migrationBuilder.CreateIndex(
                name: "ix_dispute_batches_asked_at",
                table: "dispute_batches",
                column: "asked_at");

            migrationBuilder.CreateIndex(
                name: "ix_dispute_batches_state",
                table: "dispute_batches",
                column: "state");

            migrationBuilder.CreateIndex(
                name: "ix_dispute_batches_under_way",
                table: "dispute_batches",
                column: "asked_by_id",
                unique: true,
                filter: "state IN ('Waiting', 'Running')");

            migrationBuilder.CreateIndex(
                name: "ix_dispute_facts_dispute_id",
                table: "dispute_facts",
                column: "dispute_id");

            migrationBuilder.CreateIndex(
                name: "ix_dispute_facts_seq",
                table: "dispute_facts",
                column: "seq",
                filter: "seq IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_dispute_files_dispute_id_number",
                table: "dispute_files",
                columns: new[] { "dispute_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_dispute_uploads_asked_at",
                table: "dispute_uploads",
                column: "asked_at");

            migrationBuilder.CreateIndex(
                name: "ix_dispute_uploads_asked_by_id",
                table: "dispute_uploads",
                column: "asked_by_id");

            migrationBuilder.CreateIndex(
                name: "ix_dispute_uploads_state",
                table: "dispute_uploads",
                column: "state");

            migrationBuilder.CreateIndex(
                name: "ix_disputes_arn",
                table: "disputes",
                column: "arn");

            migrationBuilder.CreateIndex(
                name: "ix_disputes_case_id",
                table: "disputes",
                column: "case_id");

            migrationBuilder.CreateIndex(
                name: "ix_disputes_external_id",
                table: "disputes",
                column: "external_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_disputes_number",
                table: "disputes",
                column: "number",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_disputes_received_at",
                table: "disputes",
                column: "received_at");

            migrationBuilder.CreateIndex(
                name: "ix_disputes_seq",
                table: "disputes",
                column: "seq");

            migrationBuilder.CreateIndex(
                name: "ix_disputes_state_respond_by",
                table: "disputes",
                columns: new[] { "state", "respond_by" });

            migrationBuilder.CreateIndex(
                name: "ix_event_rules_priority_id",
                table: "event_rules",
                columns: new[] { "priority", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_fraud_reports_key_id_idempotency_key",
                table: "fraud_reports",
                columns: new[] { "key_id", "idempotency_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_fraud_reports_seq",
                table: "fraud_reports",
                column: "seq");

            migrationBuilder.CreateIndex(
                name: "ix_import_jobs_state",
                table: "import_jobs",
                column: "state");

            migrationBuilder.CreateIndex(
                name: "ix_invitations_created_by_id",
                table: "invitations",
                column: "created_by_id");

            migrationBuilder.CreateIndex(
                name: "ix_invitations_secret_hash",
                table: "invitations",
                column: "secret_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_labels_id",
                table: "labels",
                column: "id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_labels_outranking",
                table: "labels",
                columns: new[] { "recorded_at", "seq", "number" },
                filter: "source > 20");

            migrationBuilder.CreateIndex(
                name: "ix_labels_recorded_at",
                table: "labels",
                column: "recorded_at");

            migrationBuilder.CreateIndex(
                name: "ix_labels_reverses",
                table: "labels",
                column: "reverses",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_labels_seq_number",
                table: "labels",
                columns: new[] { "seq", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_labels_source_reference",
                table: "labels",
                columns: new[] { "source", "reference" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_labels_told",
                table: "labels",
                column: "known_at",
                filter: "source >= 30 AND outcome = 1");

            migrationBuilder.CreateIndex(
                name: "ix_list_entries_type_value",
                table: "list_entries",
                columns: new[] { "type", "value" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_named_list_values_list_id_removed_edition_value",
                table: "named_list_values",
                columns: new[] { "list_id", "removed_edition", "value" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_named_lists_name_removed_edition",
                table: "named_lists",
                columns: new[] { "name", "removed_edition" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_policy_versions_author_id",
                table: "policy_versions",
                column: "author_id");

            migrationBuilder.CreateIndex(
                name: "ix_policy_versions_decided_by_id",
                table: "policy_versions",
                column: "decided_by_id");

            migrationBuilder.CreateIndex(
                name: "ix_received_events_dispute_id",
                table: "received_events",
                column: "dispute_id");

            migrationBuilder.CreateIndex(
                name: "ix_received_events_is_alert",
                table: "received_events",
                column: "is_alert");

            migrationBuilder.CreateIndex(
                name: "ix_received_events_received_at",
                table: "received_events",
                column: "received_at");

            migrationBuilder.CreateIndex(
                name: "ix_received_events_sender_external_id_type",
                table: "received_events",
                columns: new[] { "sender", "external_id", "type" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_received_events_seq",
                table: "received_events",
                column: "seq");

            migrationBuilder.CreateIndex(
                name: "ix_received_events_state_next_at",
                table: "received_events",
                columns: new[] { "state", "next_at" });

            migrationBuilder.CreateIndex(
                name: "ix_registered_submerchants_external_id",
                table: "registered_submerchants",
                column: "external_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_registered_submerchants_name_id",
                table: "registered_submerchants",
                columns: new[] { "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_retention_runs_day",
                table: "retention_runs",
                column: "day",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_review_events_decided",
                table: "review_events",
                columns: new[] { "kind", "at", "seq", "version", "queue", "actor_id", "outcome", "reading_milliseconds", "waited_milliseconds", "is_late" },
                filter: "kind = 9");

            migrationBuilder.CreateIndex(
                name: "ix_review_events_kind_at",
                table: "review_events",
                columns: new[] { "kind", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_review_events_seq_at",
                table: "review_events",
                columns: new[] { "seq", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_reviews_decided",
                table: "reviews",
                columns: new[] { "decided_at", "seq" },
                filter: "decided_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_reviews_due",
                table: "reviews",
                column: "due_at",
                filter: "state = 0");

            migrationBuilder.CreateIndex(
                name: "ix_reviews_leased",
                table: "reviews",
                column: "lease_owner",
                filter: "lease_owner IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_reviews_settling",
                table: "reviews",
                column: "settles_at",
                filter: "state = 1");

            migrationBuilder.CreateIndex(
                name: "ix_reviews_unclosed",
                table: "reviews",
                column: "opened_at",
                filter: "state <> 2");

            migrationBuilder.CreateIndex(
                name: "ix_reviews_waiting",
                table: "reviews",
                columns: new[] { "queue", "visible_at", "due_at" },
                filter: "state = 0");

            migrationBuilder.CreateIndex(
                name: "ix_simulation_checks_asked_by_id",
                table: "simulation_checks",
                column: "asked_by_id");

            migrationBuilder.CreateIndex(
                name: "ix_simulation_checks_state",
                table: "simulation_checks",
                column: "state");

            migrationBuilder.CreateIndex(
                name: "ix_simulation_checks_version",
                table: "simulation_checks",
                column: "version");

            migrationBuilder.CreateIndex(
                name: "ix_simulation_runs_author_id",
                table: "simulation_runs",
                column: "author_id");

            migrationBuilder.CreateIndex(
                name: "ix_simulation_runs_policy_hash",
                table: "simulation_runs",
                column: "policy_hash");

            migrationBuilder.CreateIndex(
                name: "ix_simulation_runs_state",
                table: "simulation_runs",
                column: "state");

            migrationBuilder.CreateIndex(
                name: "ix_simulation_scenarios_author_id",
                table: "simulation_scenarios",
                column: "author_id");

            migrationBuilder.CreateIndex(
                name: "ix_simulation_scenarios_name",
                table: "simulation_scenarios",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_submerchants_count",
                table: "submerchants",
                column: "count");

            migrationBuilder.CreateIndex(
                name: "ix_user_claims_user_id",
                table: "user_claims",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_user_logins_user_id",
                table: "user_logins",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_user_passkeys_user_id",
                table: "user_passkeys",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "ix_user_sessions_expires_at",
                table: "user_sessions",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_user_sessions_key_hash",
                table: "user_sessions",
                column: "key_hash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_user_sessions_user_id",
                table: "user_sessions",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "email_index",
                table: "users",
                column: "normalized_email");

            migrationBuilder.CreateIndex(
                name: "user_name_index",
                table: "users",
                column: "normalized_user_name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_webhook_attempts_at",
                table: "webhook_attempts",
                column: "at",
                filter: "response IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_attempts_delivery_id_at",
                table: "webhook_attempts",
                columns: new[] { "delivery_id", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_ended_at",
                table: "webhook_deliveries",
                column: "ended_at");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_endpoint_id_event",
                table: "webhook_deliveries",
                columns: new[] { "endpoint_id", "event" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_endpoint_id_id",
                table: "webhook_deliveries",
                columns: new[] { "endpoint_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_endpoint_id_state_next_at",
                table: "webhook_deliveries",
                columns: new[] { "endpoint_id", "state", "next_at" });

            migrationBuilder.CreateIndex(
                name: "ix_webhook_deliveries_endpoint_id_subject_event",
                table: "webhook_deliveries",
                columns: new[] { "endpoint_id", "subject", "event" });

            migrationBuilder.CreateIndex(
                name: "webhook_deliveries_with_body",
                table: "webhook_deliveries",
                column: "ended_at",
                filter: "body IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_webhook_endpoints_created_by_id",
                table: "webhook_endpoints",
                column: "created_by_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "alerts");

            migrationBuilder.DropTable(
                name: "api_keys");

            migrationBuilder.DropTable(
                name: "assessment_releases");

            migrationBuilder.DropTable(
                name: "assessment_rows");

            migrationBuilder.DropTable(
                name: "assessment_rules");

            migrationBuilder.DropTable(
                name: "assessment_signals");

            migrationBuilder.DropTable(
                name: "assessment_terms");

            migrationBuilder.DropTable(
                name: "assessments");

            migrationBuilder.DropTable(
                name: "audit_anchors");

            migrationBuilder.DropTable(
                name: "audit_entries");

            migrationBuilder.DropTable(
                name: "case_events");

            migrationBuilder.DropTable(
                name: "case_files");

            migrationBuilder.DropTable(
                name: "case_links");

            migrationBuilder.DropTable(
                name: "case_notes");

            migrationBuilder.DropTable(
                name: "case_packages");

            migrationBuilder.DropTable(
                name: "change_marks");

            migrationBuilder.DropTable(
                name: "control_days");

            migrationBuilder.DropTable(
                name: "current_labels");

            migrationBuilder.DropTable(
                name: "decision_days");

            migrationBuilder.DropTable(
                name: "dispute_batches");

            migrationBuilder.DropTable(
                name: "dispute_facts");

            migrationBuilder.DropTable(
                name: "dispute_files");

            migrationBuilder.DropTable(
                name: "dispute_upload_lines");

            migrationBuilder.DropTable(
                name: "event_rules");

            migrationBuilder.DropTable(
                name: "fraud_reports");

            migrationBuilder.DropTable(
                name: "held_facts");

            migrationBuilder.DropTable(
                name: "hour_counts");

            migrationBuilder.DropTable(
                name: "import_jobs");

            migrationBuilder.DropTable(
                name: "inbound_providers");

            migrationBuilder.DropTable(
                name: "invitations");

            migrationBuilder.DropTable(
                name: "label_counts");

            migrationBuilder.DropTable(
                name: "labels");

            migrationBuilder.DropTable(
                name: "list_hits");

            migrationBuilder.DropTable(
                name: "log_marks");

            migrationBuilder.DropTable(
                name: "memory_records");

            migrationBuilder.DropTable(
                name: "named_list_values");

            migrationBuilder.DropTable(
                name: "outbox_events");

            migrationBuilder.DropTable(
                name: "pair_days");

            migrationBuilder.DropTable(
                name: "policy_drafts");

            migrationBuilder.DropTable(
                name: "received_events");

            migrationBuilder.DropTable(
                name: "registered_submerchants");

            migrationBuilder.DropTable(
                name: "retention_marks");

            migrationBuilder.DropTable(
                name: "retention_runs");

            migrationBuilder.DropTable(
                name: "review_events");

            migrationBuilder.DropTable(
                name: "review_queues");

            migrationBuilder.DropTable(
                name: "reviews");

            migrationBuilder.DropTable(
                name: "rollups");

            migrationBuilder.DropTable(
                name: "rule_days");

            migrationBuilder.DropTable(
                name: "score_days");

            migrationBuilder.DropTable(
                name: "settings");

            migrationBuilder.DropTable(
                name: "signal_days");

            migrationBuilder.DropTable(
                name: "simulation_checks");

            migrationBuilder.DropTable(
                name: "simulation_parts");

            migrationBuilder.DropTable(
                name: "simulation_scenarios");

            migrationBuilder.DropTable(
                name: "simulation_sets");

            migrationBuilder.DropTable(
                name: "submerchants");

            migrationBuilder.DropTable(
                name: "tallies");

            migrationBuilder.DropTable(
                name: "tally_values");

            migrationBuilder.DropTable(
                name: "user_claims");

            migrationBuilder.DropTable(
                name: "user_logins");

            migrationBuilder.DropTable(
                name: "user_passkeys");

            migrationBuilder.DropTable(
                name: "user_sessions");

            migrationBuilder.DropTable(
                name: "user_tokens");

            migrationBuilder.DropTable(
                name: "webhook_attempts");

            migrationBuilder.DropTable(
                name: "cases");

            migrationBuilder.DropTable(
                name: "disputes");

            migrationBuilder.DropTable(
                name: "dispute_uploads");

            migrationBuilder.DropTable(
                name: "list_entries");

            migrationBuilder.DropTable(
                name: "named_lists");

            migrationBuilder.DropTable(
                name: "policy_versions");

            migrationBuilder.DropTable(
                name: "simulation_runs");

            migrationBuilder.DropTable(
                name: "webhook_deliveries");

            migrationBuilder.DropTable(
                name: "webhook_endpoints");

            migrationBuilder.DropTable(
                name: "users");
        }
    }
}
