namespace PyScriptHub.Bundled;

/// <summary>Names that people know from MicroPython on other machines and from its older books; they are tried whatever the interpreter lists.</summary>
internal static class MicropythonNames
{
    public static IReadOnlyList<string> Known { get; } =
    [
        "aioble", "aiorepl", "bluetooth", "btree", "cryptolib", "dht", "ds18x20", "machine", "mip", "neopixel", "network", "ntptime", "onewire", "openamp",
        "requests", "sdcard", "ssd1306", "tls", "uasyncio", "ubinascii", "ubluetooth", "ucollections", "ucryptolib", "uerrno", "uhashlib", "uheapq", "uio",
        "ujson", "umachine", "umqtt", "uos", "uplatform", "urandom", "ure", "urequests", "uselect", "usocket", "ussl", "ustruct", "usys", "utime",
        "uwebsocket", "uzlib", "webrepl", "websocket",
    ];
}
