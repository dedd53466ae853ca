// Loaded by a project's page, and by its workers, only where the browser denies storage: in a frame of another site with
// third-party storage blocked, or under a sandbox without an origin. Pyodide opens IndexedDB whatever its settings and does
// not start without it; so databases and storage live in memory, as long as the page.
// Tried in Chromium 156 with third-party cookies blocked by its preferences, a page on localhost that frames p-a.localhost:
// Pyodide and MicroPython, on main and in workers; Storage of PyScript; classic, module and revoked blob workers. Under a
// CSP sandbox without an origin both interpreters start on main; workers do not start there, with or without this.
import {
  IDBCursor, IDBCursorWithValue, IDBDatabase, IDBFactory, IDBIndex, IDBKeyRange, IDBObjectStore, IDBOpenDBRequest,
  IDBRequest, IDBTransaction, IDBVersionChangeEvent, indexedDB,
} from 'fake-indexeddb';
import { memoryStorage } from './memory-storage';
import { readLineage, restoreBase, wrapWorkers } from '../workers';

const lineage = readLineage('__hubStorageStandIn');
const isPage = typeof document === 'object';

const define = (name: string, value: unknown) => {
  Object.defineProperty(globalThis, name, { value, configurable: true, enumerable: true, writable: true });
};

for (const [name, value] of Object.entries({
  indexedDB, IDBCursor, IDBCursorWithValue, IDBDatabase, IDBFactory, IDBIndex, IDBKeyRange, IDBObjectStore,
  IDBOpenDBRequest, IDBRequest, IDBTransaction, IDBVersionChangeEvent,
})) define(name, value);

if (isPage) {
  define('localStorage', memoryStorage());
  define('sessionStorage', memoryStorage());
  console.info('The browser denies storage to this page here: nothing that it stores will last. Open it on its own to keep what it stores.');
  // A page's first script is its own.
  document.currentScript?.remove();
}

wrapWorkers('__hubStorageStandIn', lineage);
if (lineage.base !== null) restoreBase(lineage.base);
