// An interpreter of the page's own: the hub's Pyodide, with a mark that shows which module was taken.
import { loadPyodide as load, version } from "{{runtime}}/pyodide/314.0.2/pyodide.mjs";

(globalThis.conformanceInterpreters ??= {}).pyodide = import.meta.url;
export { version };
export const loadPyodide = (options) => load({ ...options, indexURL: "{{runtime}}/pyodide/314.0.2/" });
