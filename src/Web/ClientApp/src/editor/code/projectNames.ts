import type { Content } from '../content.ts';
import type { Workspace } from '../workspace.ts';

/** A name at the top of one of the project's modules. */
export interface OwnName {
  name: string;
  kind: 'function' | 'class' | 'variable';
}

const mostFiles = 200;
const longest = 500_000;

/** The names that the project itself has: modules and what is in them, ids of its pages, its files. */
export class ProjectNames {
  readonly #workspace: Workspace;
  readonly #seen = new WeakMap<Content, readonly OwnName[] | readonly string[]>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  files(): readonly string[] {
    return this.#workspace.paths.peek();
  }

  /** Modules by the name that imports them. */
  async modules(): Promise<ReadonlyMap<string, readonly OwnName[]>> {
    const found = new Map<string, readonly OwnName[]>();
    for (const [path, content] of await this.#texts(/\.py$/i)) {
      const name = path.replace(/(\/__init__)?\.py$/i, '').replaceAll('/', '.');
      if (/^[A-Za-z_][\w.]*$/.test(name)) found.set(name, this.#of(content, topNames));
    }
    return found;
  }

  async ids(): Promise<readonly string[]> {
    const found = new Set<string>();
    for (const [, content] of await this.#texts(/\.html?$/i)) for (const id of this.#of(content, idsIn)) found.add(id);
    return [...found].sort();
  }

  #of<T extends readonly OwnName[] | readonly string[]>(content: Content & { kind: 'text' }, read: (text: string) => T): T {
    const seen = this.#seen.get(content);
    if (seen) return seen as T;
    const found = read(content.text.toString());
    this.#seen.set(content, found);
    return found;
  }

  async #texts(pattern: RegExp): Promise<[string, Content & { kind: 'text' }][]> {
    const paths = this.files().filter((path) => pattern.test(path)).slice(0, mostFiles);
    const read = await Promise.all(paths.map(async (path) => [path, await this.#workspace.read(path)] as const));
    return read.flatMap(([path, answer]) => (answer.ok && answer.value.kind === 'text' && answer.value.text.length <= longest ? [[path, answer.value] as [string, Content & { kind: 'text' }]] : []));
  }
}

function topNames(text: string): readonly OwnName[] {
  const names = new Map<string, OwnName>();
  for (const [, made, called, named] of text.matchAll(/^(?:(?:async[ \t]+)?def[ \t]+(\w+)|class[ \t]+(\w+)|([A-Za-z_]\w*)[ \t]*(?::[^=\n]+)?=(?!=))/gm)) {
    const name = made ?? called ?? named;
    if (name !== undefined) names.set(name, { name, kind: made !== undefined ? 'function' : called !== undefined ? 'class' : 'variable' });
  }
  return [...names.values()];
}

const idsIn = (text: string): readonly string[] => [...text.matchAll(/\sid\s*=\s*["']?([\w-]+)/g)].map((match) => match[1] ?? '');
