using System.Diagnostics;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ClausumPanel.Web.Tests.Support;

/// <summary>Lets something happen, once, between what a flow looked up and the transaction in which it writes. Only what is called from here on by this test meets it.</summary>
public sealed class BeforeTransaction : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private static readonly AsyncLocal<BeforeTransaction?> Current = new();
    private readonly List<IDisposable> _heard = [];
    private Func<Task>? _what;

    public BeforeTransaction(Func<Task> what)
    {
        _what = what;
        Current.Value = this;
        _heard.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    public bool HasHappened => _what is null;

    public void Dispose()
    {
        Current.Value = null;
        lock (_heard) _heard.ForEach(h => h.Dispose());
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name != DbLoggerCategory) return;
        lock (_heard) _heard.Add(value.Subscribe(this));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key != RelationalEventId.TransactionStarting.Name || Current.Value != this || Interlocked.Exchange(ref _what, null) is not { } what) return;
        // In a flow of its own, so that its transactions are not met by this again.
        using (ExecutionContext.SuppressFlow()) Task.Run(what).GetAwaiter().GetResult();
    }

    public void OnCompleted() { }

    public void OnError(Exception error) { }

    private const string DbLoggerCategory = "Microsoft.EntityFrameworkCore";
}
