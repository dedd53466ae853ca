from pyscript import config, current_target, display, window

window.conformanceWorkerFile = config.get("name", "none")
display("from the worker's file")
window.conformanceWorkerTarget = current_target()
