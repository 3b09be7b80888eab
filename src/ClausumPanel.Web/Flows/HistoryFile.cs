using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Flows;

/// <summary>A file of history: one request per line, as the API takes them, with <c>occurred_at</c> and, for payouts, <c>"flow":"payout"</c>.</summary>
internal static class HistoryFile
{
    private const byte NewLine = (byte)'\n';

    public static async Task SendAsync(Stream file, HistoryPump pump, ImportTally tally, CancellationToken stop)
    {
        var reader = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 1 << 16));
        var (line, tooLong) = (0, false);
        while (true)
        {
            var read = await reader.ReadAsync(stop);
            var rest = read.Buffer;
            while (rest.PositionOf(NewLine) is { } end)
            {
                await LineAsync(rest.Slice(0, end));
                rest = rest.Slice(rest.GetPosition(1, end));
            }
            if (read.IsCompleted)
            {
                if (!rest.IsEmpty || tooLong) await LineAsync(rest);
                break;
            }
            if (rest.Length > RequestBody.Most)
            {
                // Nobody keeps a line that is refused anyway.
                tooLong = true;
                rest = rest.Slice(rest.End);
            }
            reader.AdvanceTo(rest.Start, rest.End);
        }
        await reader.CompleteAsync();
        await pump.FinishAsync();

        async Task LineAsync(ReadOnlySequence<byte> bytes)
        {
            line++;
            if (tooLong || bytes.Length > RequestBody.Most)
            {
                tooLong = false;
                RefuseUnread(new FieldError("body", "length", $"A line may have {RequestBody.Most / 1024} KiB."));
                return;
            }
            var body = bytes.ToArray().AsMemory();
            if (line == 1 && body.Span.StartsWith("\uFEFF"u8)) body = body[3..];
            if (!body.Span.ContainsAnyExcept(" \t\r"u8)) return;
            if (TryFlow(body.Span, out var flow)) await pump.SendAsync(body, flow, line, stop);
            else RefuseUnread(new FieldError("flow", "format", "flow must be \"payin\" or \"payout\"."));
        }

        void RefuseUnread(in FieldError error)
        {
            tally.Read++;
            tally.Refused++;
            pump.Refuse(line, error);
        }
    }

    /// <summary>What is no JSON is a payment here, and refused with its reason where payments are read.</summary>
    private static bool TryFlow(ReadOnlySpan<byte> body, out Flow flow)
    {
        flow = Flow.PayIn;
        var json = new Utf8JsonReader(body);
        try
        {
            while (json.Read())
            {
                if (json.CurrentDepth != 1 || json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals("flow"u8)) continue;
                json.Read();
                if (json.TokenType != JsonTokenType.String) return false;
                if (json.ValueTextEquals("payout"u8)) flow = Flow.PayOut;
                else if (!json.ValueTextEquals("payin"u8)) return false;
                return true;
            }
        }
        catch (JsonException)
        {
            // See above.
        }
        return true;
    }
}
