using System.Runtime.InteropServices;
using System.Text;

namespace PyScriptHub.Infrastructure.Persistence.Embedded;

/// <summary>What .NET has no call for.</summary>
internal static partial class UnixCalls
{
    /// <summary>Gives a file to a user and a group.</summary>
    public static void ChangeOwner(string path, uint uid, uint gid)
    {
        if (ChangeOwnerNative(path, uid, gid) != 0)
            throw new IOException($"The owner of {path} cannot be changed to {uid}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Sends a signal; false where there is no such process, or it is not ours.</summary>
    public static bool Signal(int pid, Signal signal) => pid > 1 && SignalNative(pid, (int)signal) == 0;

    /// <summary>The path without symbolic links, as the kernel shows it in <c>/proc/pid/cwd</c>.</summary>
    public static string RealPath(string path)
    {
        var buffer = new byte[4097];
        if (RealPathNative(path, buffer) == 0)
            throw new IOException($"{path} cannot be resolved: {Marshal.GetLastPInvokeErrorMessage()}.");
        return Encoding.UTF8.GetString(buffer, 0, Array.IndexOf(buffer, (byte)0));
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwnerNative(string path, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SignalNative(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPathNative(string path, [Out] byte[] resolved);
}

/// <summary>The signals that PostgreSQL's postmaster understands; the numbers are the same on Linux and macOS.</summary>
internal enum Signal
{
    /// <summary>Sends nothing, asks whether the process is there.</summary>
    None = 0,

    /// <summary>Fast stop: sessions are ended, all is written.</summary>
    Interrupt = 2,

    /// <summary>Immediate stop: recovery at the next start.</summary>
    Quit = 3,

    /// <summary>The kernel's end.</summary>
    Kill = 9,
}
