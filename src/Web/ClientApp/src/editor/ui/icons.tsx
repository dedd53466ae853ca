import drawings from '../../icons.json';

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
