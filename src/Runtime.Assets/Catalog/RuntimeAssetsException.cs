namespace PyScriptHub.Runtime.Assets.Catalog;

/// <summary>The runtime's files cannot be packed, fetched or read; the message is for the person who runs the hub.</summary>
public sealed class RuntimeAssetsException : Exception
{
    public RuntimeAssetsException(string message) : base(message)
    {
    }

    public RuntimeAssetsException(string message, Exception inner) : base(message, inner)
    {
    }

    public RuntimeAssetsException()
    {
    }
}
