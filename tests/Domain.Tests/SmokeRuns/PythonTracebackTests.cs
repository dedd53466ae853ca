using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Domain.Tests.SmokeRuns;

public sealed class PythonTracebackTests
{
    [Fact]
    public void An_error_of_Pyodide_is_read_without_the_frames_that_run_the_code_and_without_the_stack_of_JavaScript()
    {
        var read = PythonTraceback.Read("""
            PythonError: Traceback (most recent call last):
              File "/lib/python314.zip/_pyodide/_base.py", line 597, in eval_code_async
                await CodeRunner(
                ...<9 lines>...
                .run_async(globals, locals)
              File "/lib/python314.zip/_pyodide/_base.py", line 411, in run_async
                coroutine = eval(self.code, globals, locals)
              File "<exec>", line 4, in <module>
              File "/home/pyodide/shapes.py", line 2, in area
            ZeroDivisionError: division by zero

                at new_error (http://runtime.localhost:5791/pyodide/314.0.2/pyodide.asm.mjs:10:1)
            """)!;
        read.Type.ShouldBe("ZeroDivisionError");
        read.Message.ShouldBe("division by zero");
        read.Text.ShouldBe("""
            Traceback (most recent call last):
              File "<exec>", line 4, in <module>
              File "/home/pyodide/shapes.py", line 2, in area
            ZeroDivisionError: division by zero
            """);
        read.Frames.ShouldBe([new TracebackFrame("<exec>", 4, "<module>"), new TracebackFrame("/home/pyodide/shapes.py", 2, "area")]);
    }

    [Theory]
    [InlineData("Traceback (most recent call last):\n  File \"<stdin>\", line 2, in <module>\nNameError: name 'y' isn't defined\n", "NameError", "name 'y' isn't defined", 2)]
    [InlineData("Traceback (most recent call last):\n  File \"<exec>\", line 3\n    def f(:\n          ^\nSyntaxError: invalid syntax", "SyntaxError", "invalid syntax", 3)]
    [InlineData("Traceback (most recent call last):\n  File \"<exec>\", line 1, in <module>\nKeyboardInterrupt", "KeyboardInterrupt", "", 1)]
    [InlineData("Traceback (most recent call last):\n  File \"<exec>\", line 1, in <module>\npyodide.ffi.JsException: TypeError: Failed to fetch", "JsException", "TypeError: Failed to fetch", 1)]
    [InlineData("Traceback (most recent call last):\r\n  File \"<exec>\", line 7, in f\r\nValueError: a\r\nb", "ValueError", "a", 7)]
    [InlineData("Traceback (most recent call last):\n  File \"<exec>\", line 1, in <module>\nKeyError: 'a'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"<exec>\", line 5, in <module>\nValueError: b", "ValueError", "b", 5)]
    public void An_error_says_what_it_is_and_where(string text, string type, string message, int line)
    {
        var read = PythonTraceback.Read(text)!;
        (read.Type, read.Message, read.Frames[^1].Line).ShouldBe((type, message, line));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ValueError: printed by hand")]
    [InlineData("Traceback")]
    public void What_is_no_traceback_is_not_read(string text) => PythonTraceback.Read(text).ShouldBeNull();

    [Theory]
    [InlineData("Traceback (most recent call last):")]
    [InlineData("Traceback (most recent call last):\n  File \"<exec>\", line 99999999999999999999, in x\n  cut")]
    public void A_traceback_that_is_cut_off_is_an_exception(string text) => PythonTraceback.Read(text)!.Type.ShouldBe("Exception");

    [Fact]
    public void A_text_that_is_made_to_be_slow_is_read_in_no_time() =>
        PythonTraceback.Read("Traceback (most recent call last):\n" + string.Concat(Enumerable.Repeat("  File \"/_pyodide/", 50_000))).ShouldNotBeNull();
}
