import js

# Not `from polyscript import currentScript`: in a shared environment Pyodide keeps the one of the first script.
script = js.document.currentScript
js.polyscriptFile = kept
script.target.textContent = "in the target"
