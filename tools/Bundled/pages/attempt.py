"""What the page lets the command do, in both interpreters: import a module, use it, list what there is."""
import sys

import js

try:
    from pyodide.ffi import create_proxy
except ImportError:

    def create_proxy(function):
        return function


MICROPYTHON = sys.implementation.name == "micropython"

# The scope of the module that was imported last, for its uses.
_scope = {}


def _text(error):
    text = str(error).strip()
    name = type(error).__name__
    return name + ": " + text if text else name


def attempt_import(name):
    """Imports; an empty text, or what was raised."""
    _scope.clear()
    _scope["js"] = js
    try:
        exec("import " + name, _scope)
    except BaseException as error:
        return _text(error)
    return ""


def attempt_use(source):
    """Runs code that uses the module; where it defines main(), a task of that tells by `attempted` when it has ended."""
    scope = dict(_scope)
    try:
        exec(source, scope)
        if "main" not in scope:
            return ""
        import asyncio

        # A task without a reference may be collected before its end.
        _scope["task"] = asyncio.create_task(_tell(scope["main"]))
        return "pending"
    except BaseException as error:
        return _text(error)


async def _tell(main):
    try:
        await main()
    except BaseException as error:
        js.attempted(_text(error))
    else:
        js.attempted("")


def _below(name, locations, unwalked):
    import pkgutil

    for module in pkgutil.iter_modules(locations, name + "."):
        last = module.name.rpartition(".")[2]
        if last.startswith("_") or last in unwalked:
            continue
        yield module.name
        if module.ispkg:
            yield from _below(module.name, [path + "/" + last for path in locations], unwalked)


def list_modules():
    """The names that CPython's own lists hold, and the modules below them; nothing is imported for it."""
    from importlib.util import find_spec

    names = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    names.update(name for name in sys.builtin_module_names if not name.startswith("_"))
    names.update(("os.path", "js", "pyodide", "pyodide_js"))
    # Programs, tests, inner parts, and one module for each old character set.
    unwalked = {"distutils", "encodings", "idlelib", "lib2to3", "multiprocessing", "pydoc_data", "test", "tests"}
    for name in sorted(names - unwalked - {"js", "os.path", "pyodide_js"}):
        try:
            spec = find_spec(name)
        except Exception:
            continue
        if spec and spec.submodule_search_locations:
            names.update(_below(name, list(spec.submodule_search_locations), unwalked))
    return "\n".join(sorted(names))


def describe():
    """The version of the language."""
    return ".".join(str(part) for part in sys.version_info[:3])


js.attempt_import = create_proxy(attempt_import)
js.describe_python = create_proxy(describe)
if MICROPYTHON:
    js.attempt_use = attempt_use
    js.list_modules = lambda: help("modules")
else:
    # As a page's script is run: only there may Pyodide wait for a promise, as asyncio.run() does.
    async def _attempt_use(source):
        return attempt_use(source)

    js.attempt_use = create_proxy(_attempt_use)
    js.list_modules = create_proxy(list_modules)
js.attempts_ready = True
