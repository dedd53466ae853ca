// Stands before all scripts of a draft's preview, and runs first in its workers: hands console, errors and progress to the
// editor that frames the page, and input back. A published page has none of it.
import { startPage } from './page';
import { startWorker } from './worker';

if (typeof document === 'object') startPage();
else startWorker();
