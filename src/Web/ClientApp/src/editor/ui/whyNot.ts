import { t } from '../../texts.ts';
import type { Failure } from '../api.ts';

/** Why a call failed, and what to do about it. */
export function whyNot(failure: Failure): string {
  switch (failure.kind) {
    case 'offline':
      return t('The hub cannot be reached just now. Your text is still here; try again in a moment.');
    case 'busy':
      return t('The hub is busy. Try again in {0} seconds.', failure.retryAfter);
    case 'signed-out':
      return t('You are signed out. Sign in again; your text stays here.');
    case 'someone-else':
      return t('@{0} is signed in now. Choose first in whose name it is saved.', failure.userName);
    case 'stale':
      return t('Somebody else saved this project meanwhile. Look at what changed first.');
    case 'undecided':
      return t('Somebody else changed the same files. Choose what to keep first.');
    default:
      return failure.message;
  }
}
