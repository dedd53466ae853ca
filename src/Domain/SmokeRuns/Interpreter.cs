namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>What runs a project's Python.</summary>
public enum Interpreter
{
    /// <summary>CPython by Pyodide; the tag is <c>py</c>.</summary>
    Pyodide,

    /// <summary>MicroPython; the tag is <c>mpy</c>.</summary>
    Micropython,
}

/// <summary>What people call the interpreters.</summary>
public static class Interpreters
{
    /// <summary>Both, in the order in which they are shown.</summary>
    public static readonly IReadOnlyList<Interpreter> All = [Interpreter.Pyodide, Interpreter.Micropython];

    /// <summary>The interpreter of a word in an address; null for any other text.</summary>
    public static Interpreter? Find(string? word) => word switch
    {
        "pyodide" => Interpreter.Pyodide,
        "micropython" => Interpreter.Micropython,
        _ => null,
    };

    /// <summary>The name as its makers write it.</summary>
    public static string NameOf(Interpreter interpreter) => interpreter is Interpreter.Micropython ? "MicroPython" : "Pyodide";

    /// <summary>The word for it in addresses, <c>?interpreter=</c>.</summary>
    public static string WordOf(Interpreter interpreter) => interpreter is Interpreter.Micropython ? "micropython" : "pyodide";
}
