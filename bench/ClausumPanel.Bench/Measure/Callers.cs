using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace ClausumPanel.Bench.Measure;

/// <summary>Looks at one whole answer: its head and its body.</summary>
internal delegate void AnswerReader(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body);

/// <summary>What one round of calling came to.</summary>
internal sealed record CallerRound(Histogram Latency, TimeSpan Elapsed, long AnswerBytes, SortedDictionary<int, long> NotOk, string? FirstNotOk, bool Died)
{
    public double Rate => Latency.Count / Elapsed.TotalSeconds;

    /// <summary>A figure with refusals in it is no figure.</summary>
    public CallerRound MustBeOk(string who)
    {
        if (Died) throw new BenchFailed($"{who} closed a connection in the middle of a round");
        if (NotOk.Count > 0) throw new BenchFailed($"{who} gave answers that are not 200: {string.Join(", ", NotOk.Select(pair => $"{pair.Value:N0} × {pair.Key}"))}\n{FirstNotOk}");
        return this;
    }
}

/// <summary>
/// N callers in a closed loop, each on its own kept-alive connection, all served by the calling thread: epoll, one send and one receive a request, no object made.
/// The client shares its cores with what it measures, so what it costs is what it takes away.
/// </summary>
internal sealed unsafe partial class Callers : IDisposable
{
    private const int BufferBytes = 16 * 1024, EventsAtOnce = 64;
    private const int EpollIn = 1, EpollAdd = 1, DontWait = 0x40, NoSignal = 0x4000;

    private readonly Connection[] _connections;
    private readonly int _epoll;
    // struct epoll_event is packed on x86-64 and on no other.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int EventData = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private sealed class Connection(Socket socket)
    {
        public readonly Socket Socket = socket;
        public readonly int Descriptor = (int)socket.Handle;
        public readonly byte[] Buffer = GC.AllocateArray<byte>(BufferBytes, pinned: true);
        public int Filled;
        public long SentAt;
        public bool Waiting;
    }

    public Callers(int port, int count)
    {
        _epoll = epoll_create1(0);
        if (_epoll < 0) throw new BenchFailed("epoll_create1 failed");
        _connections = new Connection[count];
        var added = stackalloc byte[16];
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(IPAddress.Loopback, port);
            _connections[i] = new Connection(socket);
            *(uint*)added = EpollIn;
            *(long*)(added + EventData) = i;
            if (epoll_ctl(_epoll, EpollAdd, _connections[i].Descriptor, added) != 0) throw new BenchFailed("epoll_ctl failed");
        }
    }

    /// <summary>Calls until the time is over or so many requests are answered; what is under way then is waited for.</summary>
    public CallerRound Call(Traffic traffic, TimeSpan atMost, long requests = long.MaxValue, AnswerReader? read = null)
    {
        var latency = new Histogram();
        var notOk = new SortedDictionary<int, long>();
        string? firstNotOk = null;
        long answerBytes = 0, sent = 0;
        int waiting = 0;
        var died = false;
        var begun = Stopwatch.GetTimestamp();
        var until = begun + (long)(Math.Min(atMost.TotalSeconds, 1e6) * Stopwatch.Frequency);
        foreach (var connection in _connections) Send(connection);

        var events = stackalloc byte[EventsAtOnce * 16];
        while (waiting > 0)
        {
            var ready = epoll_wait(_epoll, events, EventsAtOnce, 10_000);
            if (ready < 0) continue;                    // EINTR
            if (ready == 0) throw new BenchFailed($"no answer for ten seconds, {waiting} requests under way");
            for (var i = 0; i < ready; i++)
            {
                var connection = _connections[*(int*)(events + i * EventBytes + EventData)];
                if (Receive(connection) && !died) Send(connection);
            }
        }
        return new(latency, Stopwatch.GetElapsedTime(begun), latency.Count == 0 ? 0 : answerBytes / latency.Count, notOk, firstNotOk, died);

        void Send(Connection connection)
        {
            var now = Stopwatch.GetTimestamp();
            if (now >= until || sent >= requests) return;
            var request = traffic.Next();
            connection.SentAt = now;
            fixed (byte* bytes = request)
            {
                if (send(connection.Descriptor, bytes, request.Length, NoSignal) != request.Length) { died = true; return; }
            }
            sent++;
            connection.Waiting = true;
            waiting++;
        }

        bool Receive(Connection connection)
        {
            fixed (byte* buffer = connection.Buffer)
            {
                var received = recv(connection.Descriptor, buffer + connection.Filled, BufferBytes - connection.Filled, DontWait);
                if (received <= 0)
                {
                    if (received < 0 && Marshal.GetLastSystemError() is 11 or 4) return false;     // EAGAIN, EINTR
                    died = true;
                    if (connection.Waiting) waiting--;
                    connection.Waiting = false;
                    var gone = stackalloc byte[16];
                    _ = epoll_ctl(_epoll, 2, connection.Descriptor, gone);
                    return false;
                }
                connection.Filled += (int)received;
            }
            var answer = connection.Buffer.AsSpan(0, connection.Filled);
            if (!IsWhole(answer, out var head))
            {
                return connection.Filled < BufferBytes ? false : throw new BenchFailed("an answer is larger than 16 KiB");
            }
            latency.Add((long)((Stopwatch.GetTimestamp() - connection.SentAt) * (1e9 / Stopwatch.Frequency)));
            answerBytes += answer.Length;
            connection.Filled = 0;
            connection.Waiting = false;
            waiting--;
            if (!answer[9..12].SequenceEqual("200"u8))
            {
                var status = int.Parse(answer[9..12], System.Globalization.CultureInfo.InvariantCulture);
                notOk[status] = notOk.GetValueOrDefault(status) + 1;
                firstNotOk ??= Encoding.UTF8.GetString(answer);
            }
            else read?.Invoke(answer[..head], answer[head..]);
            return true;
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections) connection?.Socket.Dispose();
        _ = close(_epoll);
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer, out int head)
    {
        head = answer.IndexOf("\r\n\r\n"u8) + 4;
        if (head < 4) return false;
        var length = answer[..head].IndexOf("Content-Length: "u8);
        if (length < 0) return answer.EndsWith("\r\n0\r\n\r\n"u8);
        return System.Buffers.Text.Utf8Parser.TryParse(answer[(length + 16)..], out int bytes, out _) && answer.Length >= head + bytes;
    }

    [LibraryImport("libc")] private static partial int epoll_create1(int flags);
    [LibraryImport("libc")] private static partial int epoll_ctl(int epoll, int operation, int descriptor, byte* change);
    [LibraryImport("libc")] private static partial int epoll_wait(int epoll, byte* events, int atMost, int milliseconds);
    [LibraryImport("libc")] private static partial nint send(int descriptor, byte* bytes, nint length, int flags);
    [LibraryImport("libc")] private static partial nint recv(int descriptor, byte* bytes, nint length, int flags);
    [LibraryImport("libc")] private static partial int close(int descriptor);
}
