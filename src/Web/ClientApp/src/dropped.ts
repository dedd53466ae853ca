/** A file that was dropped, by its path from what was dropped. */
export interface Dropped {
  path: string;
  file: File;
}

// What systems and tools leave in folders and nobody means to have; of files, what the hub leaves out of an upload (FileReading.cs).
const litter = { files: ['.ds_store', 'thumbs.db', 'desktop.ini'], folders: ['.git', '__pycache__', '__macosx'] };

/** The files of what was dropped, folders with all that is in them; rejects where one cannot be read. */
export function droppedFiles(transfer: DataTransfer): Promise<Dropped[]> {
  // The list of what was dropped is empty once the event's handler has returned: it is read first.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = [...transfer.files];
  return entries.length === 0 ? Promise.resolve(files.map((file) => ({ path: file.name, file }))) : filesOf(entries, '');
}

async function filesOf(entries: readonly FileSystemEntry[], folder: string): Promise<Dropped[]> {
  const found: Dropped[] = [];
  // One after the other: a folder of thousands would have as many files open at once.
  for (const entry of entries) {
    const path = folder + entry.name;
    const name = entry.name.toLowerCase();
    if (entry.isFile && !litter.files.includes(name)) found.push({ path, file: await new Promise<File>((done, failed) => { (entry as FileSystemFileEntry).file(done, failed); }) });
    if (entry.isDirectory && !litter.folders.includes(name)) found.push(...(await filesOf(await entriesOf(entry as FileSystemDirectoryEntry), `${path}/`)));
  }
  return found;
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    // A reader gives a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((done, failed) => { reader.readEntries(done, failed); });
    if (some.length === 0) return found;
    found.push(...some);
  }
}
