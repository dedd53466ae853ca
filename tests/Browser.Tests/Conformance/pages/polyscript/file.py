import js
from polyscript import currentScript

js.polyscriptFile = kept
currentScript.target.textContent = "in the target"
