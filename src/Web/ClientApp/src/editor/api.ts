import type { Project } from './boot.ts';

/** One file as the hub lists it. */
export interface FileEntry {
  path: string;
  /** Bytes. */
  length: number;
  sha256: string;
  contentType: string;
}

export interface FileList {
  revision: number;
  files: FileEntry[];
}

/** Why a call failed, by what can be done about it. */
export type Failure =
  /** The hub cannot be reached; `isSlow` where it did not answer in the time that the bytes were given. */
  | { kind: 'offline'; isSlow?: true }
  /** The hub is there and cannot answer now; try again after so many seconds. */
  | { kind: 'busy'; retryAfter: number; message: string }
  | { kind: 'signed-out' }
  /** Somebody else signed in in this browser, and nobody said yet that it is saved in their name. */
  | { kind: 'someone-else'; userName: string }
  /** The project moved on: somebody saved another revision. */
  | { kind: 'stale' }
  /** The project is not there any more, or not for this person. */
  | { kind: 'gone'; message: string }
  /** The hub refuses what was sent, whoever sends it however often. */
  | { kind: 'refused'; code: string; message: string }
  /** Saving waits for a choice that only the person here can make; what it is stands beside the save state. */
  | { kind: 'undecided' };

export type Answer<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** Bytes to write under paths, and paths to delete, as one revision. */
export interface Changes {
  written: ReadonlyMap<string, Blob>;
  deleted: readonly string[];
}

/** A part of a list, and how to ask for the next. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface Revision {
  revision: number;
  name: string | null;
  author: string | null;
  createdAt: string;
  isHead: boolean;
  isPublished: boolean;
}

export interface Member {
  userName: string;
  role: 'owner' | 'editor';
}

export interface ProjectChange {
  name?: string;
  slug?: string;
  visibility?: Project['visibility'];
  runtimeRelease?: string | null;
  isolation?: 'on' | 'off';
  embedding?: 'hub' | 'anyone';
}

export interface Release {
  name: string;
  core: string;
  pyodide: string;
  micropython: string;
  isDefault: boolean;
}

interface Problem {
  code?: string;
  detail?: string;
  title?: string;
}

/** What runs without being saved. */
export interface Trial {
  /** The secret by which it is replaced under the same address. */
  id: string;
  url: string;
  expiresAt: string;
}

const retrySeconds = 5;
const answerWithin = 30_000;
// Bytes a millisecond: a classroom's share of a slow line.
const slowestLine = 50;

/** Milliseconds that a call may take which sends or fetches so many bytes. */
export const patienceFor = (bytes: number): number => answerWithin + bytes / slowestLine;

/** The hub's HTTP API for one project, in the name of whoever is signed in. */
export class HubApi {
  /** The antiforgery token that changes carry from now on. */
  token: string | null;
  readonly #root: string;

  constructor(projectId: string, token: string | null) {
    this.#root = `/api/v1/projects/${projectId}`;
    this.token = token;
  }

  project(): Promise<Answer<Project>> {
    return this.#json('GET', '');
  }

  files(revision?: number): Promise<Answer<FileList>> {
    return this.#json('GET', `/files${revision === undefined ? '' : `?revision=${revision}`}`);
  }

  read({ path, length }: FileEntry, revision: number): Promise<Answer<Blob>> {
    return this.#send('GET', `/files/${path.split('/').map(encodeURIComponent).join('/')}?revision=${revision}`, (response) => response.blob(), { bytes: length });
  }

  /** Saves changes that were made to `revision`; answers the revision that holds them. */
  save(changes: Changes, revision: number): Promise<Answer<{ revision: number }>> {
    return this.#json('POST', '/files', { ...formOf(changes), headers: { 'If-Match': `"${revision}"` } });
  }

  /** The caller's own address of the draft. */
  grant(): Promise<Answer<{ url: string; expiresAt: string }>> {
    return this.#json('POST', '/grants');
  }

  publish(revision: number): Promise<Answer<Project>> {
    return this.#json('POST', '/publish', jsonOf({ revision }));
  }

  /** Who is signed in in this browser. */
  me(): Promise<Answer<{ userName: string }>> {
    return this.#json('GET', '/api/v1/me');
  }

  /** A fresh antiforgery token of whoever is signed in. */
  async freshToken(): Promise<Answer<string>> {
    const answer = await this.#json<{ token: string }>('GET', '/api/v1/me/antiforgery');
    return answer.ok ? { ok: true, value: answer.value.token } : answer;
  }

  /** Makes a project of the caller's own out of what they see of this one. */
  remix(): Promise<Answer<Project>> {
    return this.#json('POST', '/remix');
  }

  /** Runs changes over a revision without saving them; under the address of an earlier trial where one is given. */
  try(changes: Changes, revision: number, trial: string | null): Promise<Answer<Trial>> {
    const address = `${trial === null ? '/trials' : `/api/v1/trials/${trial}`}?revision=${revision}`;
    return this.#json(trial === null ? 'POST' : 'PUT', address, formOf(changes));
  }

  revisions(cursor?: string): Promise<Answer<Page<Revision>>> {
    return this.#json('GET', `/revisions?limit=50${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
  }

  nameRevision(revision: number, name: string | null): Promise<Answer<Revision>> {
    return this.#json('PATCH', `/revisions/${revision}`, jsonOf({ name }));
  }

  /** Makes an old state the newest, if `head` still is it. */
  restore(revision: number, head: number): Promise<Answer<{ revision: number }>> {
    return this.#json('POST', `/revisions/${revision}/restore`, { headers: { 'If-Match': `"${head}"` } });
  }

  change(change: ProjectChange): Promise<Answer<Project>> {
    return this.#json('PATCH', '', jsonOf(change));
  }

  unpublish(): Promise<Answer<Project>> {
    return this.#json('DELETE', '/publish');
  }

  delete(): Promise<Answer<null>> {
    return this.#send('DELETE', '', nothing);
  }

  members(): Promise<Answer<Page<Member>>> {
    return this.#json('GET', '/members');
  }

  putMember(userName: string, role: Member['role']): Promise<Answer<Member>> {
    return this.#json('PUT', `/members/${encodeURIComponent(userName)}`, jsonOf({ role }));
  }

  removeMember(userName: string): Promise<Answer<null>> {
    return this.#send('DELETE', `/members/${encodeURIComponent(userName)}`, nothing);
  }

  transfer(userName: string): Promise<Answer<Project>> {
    return this.#json('POST', '/transfer', jsonOf({ userName }));
  }

  #json<T>(method: string, path: string, sent?: Sent): Promise<Answer<T>> {
    return this.#send(method, path, (response) => response.json() as Promise<T>, sent);
  }

  // A body can fail as well as its head: a line that drops, the time that is over, a proxy's page in place of the hub's answer.
  async #send<T>(method: string, path: string, read: (response: Response) => Promise<T>, { body, headers, bytes = 0 }: Sent = {}): Promise<Answer<T>> {
    try {
      const response = await fetch(path.startsWith('/api/') ? path : this.#root + path, {
        method,
        headers: { ...headers, ...(this.token !== null && { RequestVerificationToken: this.token }) },
        signal: AbortSignal.timeout(patienceFor(bytes)),
        ...(body !== undefined && { body }),
      });
      return response.ok ? { ok: true, value: await read(response) } : { ok: false, failure: await failureOf(response) };
    } catch (error) {
      const isSlow = error instanceof DOMException && error.name === 'TimeoutError';
      return { ok: false, failure: { kind: 'offline', ...(isSlow && { isSlow }) } };
    }
  }
}

/** What a call sends beside its address, and how many bytes go over the line because of it. */
interface Sent {
  body?: BodyInit;
  headers?: Record<string, string>;
  bytes?: number;
}

const nothing = (): Promise<null> => Promise.resolve(null);

// Deleted paths go along in the body: an address has no room for those of a large folder.
function formOf(changes: Changes): Sent {
  const body = new FormData();
  let bytes = 0;
  for (const [path, blob] of changes.written) {
    body.append(path, blob, 'file');
    bytes += blob.size;
  }
  for (const path of changes.deleted) body.append('.hub/delete', path);
  return { body, bytes };
}

async function failureOf(response: Response): Promise<Failure> {
  const problem = await response.json().then(
    (value: Problem) => value,
    (): Problem => ({}),
  );
  const message = problem.detail ?? problem.title ?? `${response.status} ${response.statusText}`;
  switch (response.status) {
    case 401:
      return { kind: 'signed-out' };
    case 403:
      return problem.code === 'csrf' ? { kind: 'signed-out' } : { kind: 'refused', code: problem.code ?? 'forbidden', message };
    case 404:
    case 410:
      return { kind: 'gone', message };
    case 412:
      return { kind: 'stale' };
    case 429:
    case 502:
    case 503:
    case 504:
      return { kind: 'busy', retryAfter: Number(response.headers.get('Retry-After') ?? retrySeconds) || retrySeconds, message };
    case 507:
      // The account's own storage is for the person here to clear; a full disk of the hub's is not.
      if (problem.code === 'quota') return { kind: 'refused', code: problem.code, message };
      return { kind: 'busy', retryAfter: Number(response.headers.get('Retry-After') ?? retrySeconds) || retrySeconds, message };
    case 500:
      return { kind: 'busy', retryAfter: 15, message };
    default:
      return { kind: 'refused', code: problem.code ?? String(response.status), message };
  }
}

/** The releases of PyScript that this hub serves, newest first; none where it cannot be reached. */
export async function releases(): Promise<Release[]> {
  try {
    const response = await fetch('/api/v1/runtime/releases');
    return response.ok ? ((await response.json()) as Release[]) : [];
  } catch {
    return [];
  }
}

const jsonOf = (value: unknown): Sent => ({ body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } });
