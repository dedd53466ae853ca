import type { HubApi } from './api.ts';
import type { Boot } from './boot.ts';

/** Who is signed in in this browser, seen from an editor that was opened by somebody. */
export type Who = { kind: 'same' } | { kind: 'signed-out' } | { kind: 'someone-else'; userName: string } | { kind: 'unknown' };

/** Notices when somebody signs out or in again in another tab, and gets the editor a fresh token then. */
export class Session {
  readonly #api: HubApi;
  #userName: string | null;

  constructor(api: HubApi, boot: Boot) {
    this.#api = api;
    this.#userName = boot.userName;
  }

  /** In whose name the editor saves. */
  get userName(): string | null {
    return this.#userName;
  }

  /** Asks the hub; where it is the same person, changes carry a fresh token from now on. */
  async check(): Promise<Who> {
    const me = await this.#api.me();
    if (!me.ok) return { kind: me.failure.kind === 'signed-out' ? 'signed-out' : 'unknown' };
    const { userName } = me.value;
    if (this.#userName !== null && userName !== this.#userName) return { kind: 'someone-else', userName };
    const token = await this.#api.freshToken();
    if (!token.ok) return { kind: token.failure.kind === 'signed-out' ? 'signed-out' : 'unknown' };
    this.#api.token = token.value;
    return { kind: 'same' };
  }

  /** From now on the editor saves in the name of whoever is signed in: somebody said so. */
  takeOver(userName: string): void {
    this.#userName = userName;
  }

  /** Calls back when it may have changed who is signed in. */
  onChange(changed: () => void): void {
    new BroadcastChannel('hub-session').addEventListener('message', changed);
    addEventListener('focus', changed);
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') changed();
    });
  }
}
