import js

js.conformanceElementFile = True
