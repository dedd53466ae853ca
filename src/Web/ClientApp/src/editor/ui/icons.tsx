/** The editor's drawings, of the same family as the hub's: 24 units wide, lines of 2 with round ends. */
const drawings = {
  alert: 'M12 4 2.8 20h18.4zM12 10v4.5M12 17.4v.1',
  bracket: 'M9 4H5v16h4M15 4h4v16h-4',
  check: 'm4.5 12.5 5 5 10-11',
  chevron: 'm9 6 6 6-6 6',
  close: 'M6 6l12 12M18 6 6 18',
  code: 'm8 7-5 5 5 5M16 7l5 5-5 5',
  copy: 'M9 9h11v11H9zM5.5 15H4V4h11v1.5',
  css: 'M9.5 4 7.5 20M16.5 4l-2 16M4.5 9.5h16M3.5 15h16',
  data: 'M4 6h16M4 12h10M4 18h13',
  download: 'M12 4v11m-5-4.5 5 5 5-5M4.5 20h15',
  eye: 'M2.5 12s3.5-6.5 9.5-6.5 9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.5S2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z',
  file: 'M6 3.5h8l4.5 4.5v12.5H6zM13.5 3.5V8.5h5',
  folder: 'M3.5 6h6l2 2.5h9V19h-17z',
  folderPlus: 'M3.5 6h6l2 2.5h9V19h-17zM12 11v5.5M9.3 13.7h5.5',
  filePlus: 'M6 3.5h8l4.5 4.5v12.5H6zM12.2 10.5v6M9.2 13.5h6',
  full: 'M14 4h6v6m0-6-8.5 8.5M10 5H4v15h15v-6',
  history: 'M4 5v5h5M4.6 10A8 8 0 1 1 4 13.5M12 8v4.5l3 2',
  html: 'm8 7-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14',
  js: 'M9 4C6 4 6 5.5 6 8s0 4-2.5 4C6 12 6 13.5 6 16s0 4 3 4M15 4c3 0 3 1.5 3 4s0 4 2.5 4C18 12 18 13.5 18 16s0 4-3 4',
  keyboard: 'M3 6.5h18v11H3zM7 10h.1M11 10h.1M15 10h.1M8 14h8',
  menu: 'M4 7h16M4 12h16M4 17h16',
  more: 'M5.5 12h.1M12 12h.1M18.5 12h.1',
  move: 'M4 12h13m-4.5-4.500L17 12l-4.5 4.500M20.5 5v14',
  pencil: 'M4 20l.8-4.200L16 4.600l3.4 3.400L8.2 19.200zM13.5 7l3.5 3.5',
  picture: 'M4 5h16v14H4zM4 16.500l5-5 4.5 4.5 2.5-2.5 4 4M15.5 9v.1',
  play: 'M7 4.500v15l12-7.500z',
  plus: 'M12 5v14M5 12h14',
  python: 'M8 9.500h6M8 9.500H6.500A2.5 2.5 0 0 0 4 12v1.500A2.5 2.5 0 0 0 6.5 16H8v2a2.5 2.5 0 0 0 2.5 2.500h3A2.5 2.5 0 0 0 16 18v-3.500m0 0h1.500A2.5 2.5 0 0 0 20 12v-1.500A2.5 2.5 0 0 0 17.5 8H16V6a2.5 2.5 0 0 0-2.5-2.500h-3A2.5 2.5 0 0 0 8 6v3.500m8 5h-6',
  redo: 'M19.5 9.500h-10a5 5 0 0 0 0 10h4M15.5 5.500l4 4-4 4',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm4.8 11.300L20.5 20.5',
  share: 'M12 15.500V4m-4.5 4.500L12 4l4.5 4.500M5 12v8h14v-8',
  stop: 'M6 6h12v12H6z',
  terminal: 'm4.5 7 5 5-5 5M12.5 18h7.5',
  text: 'M5 5h14M5 9.500h14M5 14h9M5 18.500h11',
  trash: 'M4 6.500h16M9 6.500V4h6v2.500M6 6.5 7 20.500h10l1-14M10 10.500v6m4-6v6',
  undo: 'M4.5 9.500h10a5 5 0 0 1 0 10h-4M8.5 5.500l-4 4 4 4',
  upload: 'M12 15V4m-5 4.5 5-5 5 5M4.5 20h15',
} as const;

export type IconName = keyof typeof drawings;

/** A drawing beside words; it says nothing to screen readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={name === 'more' ? 'icon icon-more' : 'icon'} viewBox="0 0 24 24" aria-hidden="true">
      <path d={drawings[name]} />
    </svg>
  );
}

const byEnding: Readonly<Record<string, IconName>> = {
  py: 'python', pyi: 'python', html: 'html', htm: 'html', css: 'css', js: 'js', mjs: 'js', ts: 'js', json: 'data', toml: 'data', csv: 'data', yaml: 'data',
  yml: 'data', xml: 'html', md: 'text', txt: 'text', png: 'picture', jpg: 'picture', jpeg: 'picture', gif: 'picture', webp: 'picture', svg: 'picture', ico: 'picture',
};

/** The drawing that stands for a kind of file. */
export const fileIcon = (path: string): IconName => byEnding[endingOf(path)] ?? 'file';

/** What stands behind the last dot of a name, in lower case; empty where there is none. */
export function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}
