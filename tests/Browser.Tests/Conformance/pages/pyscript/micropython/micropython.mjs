// An interpreter of the page's own: the hub's MicroPython, with a mark that shows which module was taken.
import { loadMicroPython as load } from "{{runtime}}/micropython/1.28.0-6/micropython.mjs";

(globalThis.conformanceInterpreters ??= {}).micropython = import.meta.url;
export const loadMicroPython = (options) =>
  load({ ...options, url: options.url.replace(/^.*\//, "{{runtime}}/micropython/1.28.0-6/") });
