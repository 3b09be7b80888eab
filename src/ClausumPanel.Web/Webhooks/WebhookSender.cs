using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Api;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Webhooks;

/// <summary>What is sent.</summary>
/// <param name="Secrets">That it is signed with.</param>
public sealed record WebhookCall(Guid Delivery, string Url, string Name, string Body, IReadOnlyList<string> Secrets, DateTimeOffset At);

/// <summary>How it went.</summary>
/// <param name="Status">Null when no answer came.</param>
/// <param name="Error">Null for a success.</param>
/// <param name="Response">The beginning of the answer.</param>
public sealed record WebhookResult(int? Status, string? Error, string? Response, bool IsCut, int Milliseconds)
{
    public bool IsGood => Error is null;
}

/// <summary>
/// Calls a receiver once: never an address that is not public (judged on the one that is connected to, at every connection), never where a redirect or a proxy points, never for longer than the time
/// it has, and without reading more of the answer than is kept.
/// </summary>
public sealed class WebhookSender : IDisposable
{
    public const string
        Timeout = "timeout", RefusedAddress = "refused_address", NoName = "dns", Tls = "tls", Connection = "connection", Redirect = "redirect", Status = "status", Answer = "answer", NoSecret = "no_secret", BadAddress = "address";

    private const int MostRead = 16 * 1024;

    private readonly WebhookOptions _options;
    private readonly NameLookup _names;
    private readonly HttpClient _client;

    public WebhookSender(IOptions<WebhookOptions> options, NameLookup names)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _names) = (options.Value, names);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None, PreAuthenticate = false, ActivityHeadersPropagator = null,
            ConnectTimeout = _options.Timeout, MaxResponseHeadersLength = 16, MaxResponseDrainSize = 0, ResponseDrainTimeout = TimeSpan.Zero,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2), PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30), ConnectCallback = ConnectAsync,
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version11, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("ClausumPanel-Webhooks/1.0");
    }

    public async Task<WebhookResult> SendAsync(WebhookCall call, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(call);
        // The setting may have changed since it was saved.
        if (WebhookUrl.Read(call.Url, _options, out var url) != UrlProblem.None) return new(null, BadAddress, null, false, 0);
        if (call.Secrets.Count == 0) return new(null, NoSecret, null, false, 0);
        var (body, at, began) = (Encoding.UTF8.GetBytes(call.Body), call.At.ToUnixTimeSeconds(), Stopwatch.GetTimestamp());
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.Add("X-Clausum-Signature", WebhookSecrets.Sign(call.Secrets, at, body));
        request.Headers.Add("X-Clausum-Event", call.Name);
        request.Headers.Add("X-Clausum-Timestamp", DateTimeOffset.FromUnixTimeSeconds(at).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        request.Headers.Add("X-Clausum-Delivery", call.Delivery.ToString());
        // Real time on purpose: the network knows no other.
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        enough.CancelAfter(_options.Timeout);
        int? status = null;
        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, enough.Token);
            status = (int)answer.StatusCode;
            var (text, isCut) = await ReadAsync(answer, call.Secrets, enough.Token);
            var error = status is >= 200 and < 300 ? null : status is >= 300 and < 400 ? Redirect : Status;
            return new(status, error, text, isCut, Elapsed());
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(status, Timeout, null, false, Elapsed());
        }
        catch (HttpRequestException failed)
        {
            return new(status, ErrorOf(failed), null, false, Elapsed());
        }

        int Elapsed() => (int)Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    public void Dispose() => _client.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var number) ? [number] : await _names.AddressesAsync(host, stop);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        // One that is not public among them is a trick, or a mistake that would go wrong every other time.
        if (!_options.Allows(host, port) && !Array.TrueForAll(addresses, PublicAddresses.IsPublic)) throw new RefusedAddressException(host);
        SocketException? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), stop);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException failed)
            {
                socket.Dispose();
                last = failed;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw last!;
    }

    /// <summary>The status decides; of the body, which is only for the log, no more is read than that, and what comes too late is left.</summary>
    private static async Task<(string? Text, bool IsCut)> ReadAsync(HttpResponseMessage answer, IReadOnlyList<string> secrets, CancellationToken stop)
    {
        var (buffer, length, isCut) = (new byte[MostRead], 0, false);
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(stop);
            while (length < buffer.Length)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), stop);
                if (read == 0) break;
                length += read;
            }
            isCut = length == buffer.Length;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or HttpRequestException)
        {
            isCut = true;
        }
        CardData.Mask(buffer.AsSpan(0, length));
        var text = Encoding.UTF8.GetString(buffer, 0, length).Replace('\0', '\uFFFD');
        foreach (var secret in secrets) text = text.Replace(secret, "***", StringComparison.Ordinal);
        if (text.Length > WebhookAttempt.MostResponse) (text, isCut) = (text[..WebhookAttempt.MostResponse], true);
        return (text.Length == 0 ? null : text, isCut);
    }

    private static string ErrorOf(HttpRequestException failed)
    {
        for (Exception? e = failed; e is not null; e = e.InnerException)
        {
            if (e is RefusedAddressException) return RefusedAddress;
            if (e is AuthenticationException) return Tls;
            if (e is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }) return NoName;
            if (e is TimeoutException or OperationCanceledException) return Timeout;
        }
        return failed.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded ? Answer : Connection;
    }
}
