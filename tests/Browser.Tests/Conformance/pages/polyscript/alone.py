import js
from polyscript import currentScript

js.polyscriptAlone = "kept" in globals()
currentScript.target.textContent = "in the target"
