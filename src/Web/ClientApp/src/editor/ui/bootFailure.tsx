import { t } from '../../texts.ts';
import type { Failure } from '../api.ts';

/** What stands in the editor's place where it could not begin: why, and what to do. */
export function BootFailure({ failure }: { failure: Failure }) {
  return (
    <main class="boot-failure stack">
      <h1>{failure.kind === 'gone' ? t('This project is not here any more') : t('The editor could not begin')}</h1>
      <p>
        {failure.kind === 'offline' ? t('The hub cannot be reached. Look whether this computer is online, then try again.')
          : failure.kind === 'busy' ? t('The hub cannot answer just now. Try again in {0} seconds.', failure.retryAfter)
          : failure.kind === 'signed-out' ? t('You were signed out. Sign in, and you come back to this place.')
          : failure.kind === 'gone' ? t('It was deleted, or is not shared with you any more.')
          : failure.kind === 'refused' ? failure.message : t('Somebody saved at the same moment. Try again.')}
      </p>
      <div class="row">
        {failure.kind === 'signed-out'
          ? <a class="button primary" href={`/sign-in?returnUrl=${encodeURIComponent(location.pathname)}`}>{t('Sign in')}</a>
          : <button class="button primary" type="button" onClick={() => { location.reload(); }}>{t('Try again')}</button>}
        <a class="button" href="/">{t('To the start page')}</a>
      </div>
    </main>
  );
}
