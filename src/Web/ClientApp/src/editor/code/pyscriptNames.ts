import { t } from '../../texts.ts';

/** A name that PyScript gives to Python, with what it is for. */
export interface Known {
  name: string;
  kind: 'function' | 'class' | 'variable' | 'namespace' | 'property';
  about: string;
}

const f = (name: string, about: string): Known => ({ name, kind: 'function', about });
const c = (name: string, about: string): Known => ({ name, kind: 'class', about });
const v = (name: string, about: string): Known => ({ name, kind: 'variable', about });
const m = (name: string, about: string): Known => ({ name, kind: 'namespace', about });
const p = (name: string, about: string): Known => ({ name, kind: 'property', about });

/** The members of each module, by its full name. */
export const modules = (): Readonly<Record<string, readonly Known[]>> => ({
  pyscript: [
    v('document', t('The page: find and change its elements.')),
    v('window', t('The browser window with all that JavaScript knows.')),
    f('display', t('Shows values in the page: text, pictures, HTML.')),
    f('when', t('Runs a function when something happens, such as a click.')),
    c('HTML', t('Marks a text as HTML for display.')),
    c('Event', t('Something that functions can wait for.')),
    c('WebSocket', t('A lasting connection to a server.')),
    f('fetch', t('Gets an address: await fetch(url).text().')),
    c('Storage', t('A kind of dictionary that the browser keeps.')),
    f('storage', t('Opens a Storage by its name.')),
    v('config', t('The configuration of this script.')),
    f('current_target', t('The id of the element that display writes to.')),
    v('RUNNING_IN_WORKER', t('Whether this script runs in a worker.')),
    f('js_import', t('Imports JavaScript modules.')),
    v('js_modules', t('JavaScript modules that the configuration names.')),
    f('py_import', t('Loads Python packages while the program runs.')),
    c('PyWorker', t('Starts a Python file in a worker; on the main thread alone.')),
    v('workers', t('Workers by their name; on the main thread alone.')),
    f('create_named_worker', t('Starts a worker that others find by its name; on the main thread alone.')),
    v('sync', t('What worker and page share; in workers alone.')),
    m('context', t('Where the script runs.')),
    m('events', t('Events and when.')),
    m('ffi', t('Between Python and JavaScript.')),
    m('flatted', t('JSON for values that hold themselves.')),
    m('fs', t('Folders of this computer, where the browser allows it.')),
    m('media', t('Camera and microphone.')),
    m('util', t('Small things.')),
    m('web', t('Elements of the page as Python objects.')),
    m('websocket', t('WebSocket.')),
  ],
  'pyscript.web': [
    v('page', t('The page: page["#id"], page.find(selector), page.body.')),
    ...['div', 'span', 'p', 'h1', 'h2', 'h3', 'button', 'input_', 'label', 'a', 'img', 'ul', 'ol', 'li', 'table', 'tr', 'td', 'form', 'select', 'option', 'textarea', 'canvas', 'video', 'audio', 'section', 'pre', 'code'].map((name) =>
      c(name, t('Makes an element of this kind.')),
    ),
    c('Element', t('An element of the page.')),
    c('ElementCollection', t('Several elements that are changed together.')),
    c('Classes', t('The classes of an element.')),
    c('Style', t('The style of an element.')),
  ],
  'pyscript.ffi': [
    f('create_proxy', t('Lets JavaScript keep a Python function.')),
    f('to_js', t('Turns a Python value into one of JavaScript.')),
    f('is_none', t('Whether a value is None, null or undefined.')),
    f('assign', t('Copies members onto a JavaScript object.')),
    f('query', t('Looks something up in a JavaScript object.')),
    f('direct', t('Hands an object over as it is.')),
    f('gather', t('Waits for several things at once.')),
  ],
  'pyscript.fs': [
    f('mount', t('Shows a folder of this computer under a path.')),
    f('sync', t('Writes changes back to the folder.')),
    f('unmount', t('Takes the folder off again.')),
    f('revoke', t('Gives the right to the folder back.')),
  ],
  'pyscript.media': [
    c('Device', t('A camera or a microphone.')),
    f('list_devices', t('Which cameras and microphones there are.')),
  ],
  'pyscript.util': [
    f('as_bytearray', t('The bytes of a JavaScript buffer.')),
    f('is_awaitable', t('Whether something can be awaited.')),
    c('NotSupported', t('Says that something is not there in this place.')),
  ],
  'pyscript.events': [c('Event', t('Something that functions can wait for.')), f('when', t('Runs a function when something happens, such as a click.'))],
  'pyscript.display': [c('HTML', t('Marks a text as HTML for display.')), f('display', t('Shows values in the page: text, pictures, HTML.'))],
  'pyscript.fetch': [f('fetch', t('Gets an address: await fetch(url).text().'))],
  'pyscript.storage': [c('Storage', t('A kind of dictionary that the browser keeps.')), f('storage', t('Opens a Storage by its name.'))],
  'pyscript.flatted': [f('parse', t('Reads such a JSON.')), f('stringify', t('Writes such a JSON.'))],
  'pyscript.websocket': [c('WebSocket', t('A lasting connection to a server.'))],
  'pyscript.workers': [v('workers', t('Workers by their name; on the main thread alone.')), f('create_named_worker', t('Starts a worker that others find by its name; on the main thread alone.'))],
  'pyscript.context': [
    v('RUNNING_IN_WORKER', t('Whether this script runs in a worker.')),
    v('config', t('The configuration of this script.')),
    f('current_target', t('The id of the element that display writes to.')),
    v('document', t('The page: find and change its elements.')),
    v('window', t('The browser window with all that JavaScript knows.')),
    f('js_import', t('Imports JavaScript modules.')),
    v('js_modules', t('JavaScript modules that the configuration names.')),
    f('py_import', t('Loads Python packages while the program runs.')),
    v('sync', t('What worker and page share; in workers alone.')),
  ],
});

/** What the page and the window offer most often. */
export const membersOf = (): Readonly<Record<string, readonly Known[]>> => ({
  document: [
    f('querySelector', t('The first element that fits: "#id", ".class", "tag".')),
    f('querySelectorAll', t('All elements that fit.')),
    f('getElementById', t('The element with this id.')),
    f('createElement', t('Makes an element.')),
    f('addEventListener', t('Calls a function when something happens.')),
    p('body', t('The body of the page.')),
    p('title', t('The title of the page.')),
  ],
  window: [
    p('localStorage', t('What the browser keeps for this page.')),
    p('location', t('The address of the page.')),
    f('setTimeout', t('Calls a function after some milliseconds.')),
    f('setInterval', t('Calls a function again and again.')),
    f('requestAnimationFrame', t('Calls a function before the next picture.')),
    f('alert', t('Shows a message.')),
    f('prompt', t('Asks for a text.')),
    p('console', t('The console of the browser.')),
  ],
});

/** The keys of a configuration. */
export const configKeys = (): readonly Known[] => [
  p('name', t('The name of the program.')),
  p('packages', t('Python packages to load.')),
  p('files', t('Files to fetch, and where Python finds them.')),
  p('js_modules', t('JavaScript modules, for main and worker.')),
  p('interpreter', t('The version of the interpreter.')),
  p('plugins', t('Plug-ins; "!name" switches one off.')),
  p('packages_cache', t('Whether packages are kept: never, passthrough or all.')),
  p('index_urls', t('Where packages are looked for.')),
  p('sync_main_only', t('Whether a worker does without shared memory.')),
  p('debug', t('Says more on the console.')),
  p('experimental_create_proxy', t('"auto": functions are handed to JavaScript without create_proxy.')),
];
