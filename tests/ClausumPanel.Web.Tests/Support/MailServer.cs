using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ClausumPanel.Web.Tests.Support;

/// <summary>Takes one mail as a mail server does, and keeps it.</summary>
public sealed class MailServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public MailServer() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <returns>What came between DATA and the lone dot.</returns>
    public async Task<string> TakeAsync()
    {
        using var caller = await _listener.AcceptTcpClientAsync();
        await using var stream = caller.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        await using var writer = new StreamWriter(stream, Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 mail.example");
        var mail = new StringBuilder();
        var inData = false;
        while (await reader.ReadLineAsync() is { } line)
        {
            if (inData)
            {
                inData = line != ".";
                if (inData) mail.AppendLine(line);
                else await writer.WriteLineAsync("250 taken");
                continue;
            }
            inData = line == "DATA";
            await writer.WriteLineAsync(inData ? "354 go on" : line == "QUIT" ? "221 bye" : "250 ok");
            if (line == "QUIT") break;
        }
        return mail.ToString();
    }

    public void Dispose() => _listener.Dispose();
}
