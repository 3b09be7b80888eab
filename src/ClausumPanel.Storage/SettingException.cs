namespace ClausumPanel.Storage;

/// <summary>The panel cannot start as it is set up. The message is one sentence for the operator, and names what to change.</summary>
public sealed class SettingException(string message) : Exception(message);
