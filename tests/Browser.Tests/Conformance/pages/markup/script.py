import js
import module

js.conformanceFile = module.value
