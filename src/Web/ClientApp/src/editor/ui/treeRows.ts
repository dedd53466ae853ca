/** A row of the list of files: a folder or a file. */
export interface Row {
  path: string;
  name: string;
  isFolder: boolean;
  isExpanded: boolean;
  /** From 1. */
  level: number;
  /** Its place among its siblings, from 1, and how many there are. */
  position: number;
  size: number;
}

interface Folder {
  folders: Map<string, Folder>;
  files: string[];
}

/**
 * The rows that are to be seen: folders first, then files, each by name. With words to look for, the files whose path holds
 * all of them, in folders that are open.
 */
export function rowsOf(paths: readonly string[], emptyFolders: ReadonlySet<string>, closed: ReadonlySet<string>, filter: string): Row[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const root: Folder = { folders: new Map(), files: [] };
  const folderOf = (segments: readonly string[]): Folder => {
    let folder = root;
    for (const segment of segments) {
      let next = folder.folders.get(segment);
      if (!next) folder.folders.set(segment, (next = { folders: new Map(), files: [] }));
      folder = next;
    }
    return folder;
  };
  for (const path of paths) {
    const lower = path.toLowerCase();
    if (!words.every((word) => lower.includes(word))) continue;
    const segments = path.split('/');
    const name = segments.pop() ?? '';
    folderOf(segments).files.push(name);
  }
  if (words.length === 0) for (const path of emptyFolders) folderOf(path.split('/'));
  const rows: Row[] = [];
  const add = (folder: Folder, prefix: string, level: number) => {
    const size = folder.folders.size + folder.files.length;
    let position = 0;
    for (const [name, inner] of [...folder.folders].sort(([a], [b]) => order.compare(a, b))) {
      const path = prefix + name;
      const isExpanded = words.length > 0 || !closed.has(path);
      rows.push({ path, name, isFolder: true, isExpanded, level, position: ++position, size });
      if (isExpanded) add(inner, `${path}/`, level + 1);
    }
    for (const name of folder.files.sort((a, b) => order.compare(a, b))) {
      rows.push({ path: prefix + name, name, isFolder: false, isExpanded: false, level, position: ++position, size });
    }
  };
  add(root, '', 1);
  return rows;
}

const order = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Every folder of the paths. */
export function foldersOf(paths: readonly string[], emptyFolders: ReadonlySet<string>): string[] {
  const folders = new Set<string>(emptyFolders);
  for (const path of [...paths, ...[...emptyFolders].map((folder) => `${folder}/.`)]) {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) folders.add(path.slice(0, slash));
  }
  return [...folders].sort((a, b) => order.compare(a, b));
}
