import './saving.css';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { t } from '../../texts.ts';
import type { Copies } from '../copies.ts';
import type { Runs } from '../runs.ts';
import type { Refusal, Saver } from '../saver.ts';
import type { LeftBehind } from '../drafts.ts';
import { onDemand } from '../ui/onDemand.tsx';
import { whyNot } from '../ui/whyNot.ts';

// The comparison and its view are loaded when somebody asks for them.
const ConflictDialog = onDemand(() => import('./conflictDialog.tsx').then((module) => module.ConflictDialog));
const ChangesDialog = onDemand(() => import('./conflictDialog.tsx').then((module) => module.ChangesDialog));

interface Props {
  saver: Saver;
  copies: Copies;
  runs: Runs;
  /** What was put back when the editor opened. */
  left: LeftBehind | null;
}

/** What stands between what was written and the hub, each with what can be done about it. */
export function SaveNotices({ saver, copies, runs, left }: Props) {
  const state = saver.state.value;
  const conflicts = saver.workspace.conflicts.value;
  const newer = saver.newer.value;
  return (
    <div class="save-notices">
      {!saver.boot.canEdit && <CopyBar saver={saver} copies={copies} />}
      {saver.drafts.keeping.value !== 'kept' && (
        <Notice kind="bad" text={saver.drafts.keeping.value === 'full'
          ? t('The storage of this browser is full. This browser keeps nothing for this page: what is not saved is lost when the tab closes.')
          : t('This browser keeps nothing for this page: what is not saved is lost when the tab closes.')}
        >
          <Download copies={copies} />
        </Notice>
      )}
      {left && <Recovered saver={saver} left={left} />}
      {saver.drafts.elsewhere.value && (
        <Dismissible text={t('There is unsaved work on this project in another window of this browser. It comes here when it is saved, or when that window is closed and this one opened again.')} />
      )}
      {state.kind === 'offline' && <Notice kind="warn" text={t('The hub cannot be reached. What you write is kept in this browser and saved as soon as the hub is back.')} />}
      {state.kind === 'busy' && <Notice kind="warn" text={t('The hub is busy. It is tried again in {0} seconds.', state.seconds)} />}
      {state.kind === 'signed-out' && (
        <Notice kind="warn" text={t('You are signed out. What you write is kept; sign in again and it is saved.')}>
          <SignIn />
        </Notice>
      )}
      {state.kind === 'someone-else' && (
        <Notice kind="warn" text={t('@{0} is signed in now. What you wrote as @{1} is kept and not saved in another name.', state.userName, saver.session.userName ?? '')}>
          <SignIn />
          <button class="button" type="button" onClick={() => void saver.saveAs(state.userName)}>{t('Save as @{0}', state.userName)}</button>
        </Notice>
      )}
      {state.kind === 'gone' && (
        <Notice kind="bad" text={t('This project is not there any more, or you may not change it any more. What you wrote is kept in this browser.')}>
          <button class="button" type="button" onClick={() => void copies.saveAsMine()}>{t('Save as my project')}</button>
          <Download copies={copies} />
          <CopyFailure copies={copies} />
        </Notice>
      )}
      {conflicts.size > 0 && <Conflicts saver={saver} count={conflicts.size} />}
      {[...saver.refusals.value.values()].map((refusal) => <Refused key={refusal.path} refusal={refusal} saver={saver} copies={copies} />)}
      {newer !== null && (
        <Notice kind="warn" text={t('The original was published anew. You can take the new version over; what you changed stays.')}>
          <button class="button" type="button" onClick={() => void saver.follow()}>{t('Take the new version')}</button>
          <button class="button quiet" type="button" onClick={() => { saver.decline(); }}>{t('Not now')}</button>
        </Notice>
      )}
      {saver.boot.canEdit && runs.isTrial.value && <Notice kind="warn" text={t('What ran last is what is here. Not all of it is saved at the project.')} />}
    </div>
  );
}

function Notice({ kind, text, children }: { kind: 'warn' | 'bad' | 'info'; text: string; children?: ComponentChildren }) {
  return (
    <div class={`notice ${kind} save-notice`} role={kind === 'bad' ? 'alert' : 'status'}>
      <p>{text}</p>
      {children && <div class="row">{children}</div>}
    </div>
  );
}

function Dismissible({ text }: { text: string }) {
  const isOpen = useSignal(true);
  if (!isOpen.value) return null;
  return (
    <Notice kind="info" text={text}>
      <button class="button quiet" type="button" onClick={() => (isOpen.value = false)}>{t('Understood')}</button>
    </Notice>
  );
}

// No `noopener`: it would keep the page from closing itself when it is done. It is the hub's own.
const SignIn = () => <a class="button primary" href="/sign-in?close=1" target="_blank" rel="opener">{t('Sign in again')}</a>;

function Download({ copies }: { copies: Copies }) {
  const missing = useSignal<readonly string[]>([]);
  return (
    <>
      <button class="button" type="button" onClick={() => void copies.download().then((paths) => (missing.value = paths))}>{t('Download as zip')}</button>
      {missing.value.length > 0 && <span class="small">{t('These files could not be read and are not in it: {0}', missing.value.join(', '))}</span>}
    </>
  );
}

function CopyBar({ saver, copies }: { saver: Saver; copies: Copies }) {
  const isSaving = copies.state.value.kind === 'saving';
  return (
    <div class="copy-bar" role="region" aria-label={t('Your copy')}>
      <p>
        <strong>{t('Your own copy, kept in this browser')}</strong>{' '}
        <span class="soft">{t('Nobody else sees it. Run it, change it, and save it as a project of your own if you like.')}</span>
      </p>
      <div class="row">
        <button class="button primary" type="button" disabled={isSaving || saver.workspace.conflicts.value.size > 0} onClick={() => void copies.saveAsMine()}>
          {isSaving ? t('Saving') : t('Save as my project')}
        </button>
        <Download copies={copies} />
      </div>
      <CopyFailure copies={copies} />
    </div>
  );
}

function CopyFailure({ copies }: { copies: Copies }) {
  const state = copies.state.value;
  return state.kind === 'failed' ? <p class="small" role="alert">{t('It could not be saved: {0}', whyNot(state.failure))}</p> : null;
}

function Recovered({ saver, left }: { saver: Saver; left: LeftBehind }) {
  const state = useSignal<'told' | 'asking' | 'discarding' | 'over'>('told');
  const shown = useSignal(false);
  const kept = useSignal<readonly string[]>([]);
  const paths = [...left.files.keys()];
  if (state.value === 'over') return <>{kept.value.map((text) => <Dismissible key={text} text={text} />)}</>;
  const discard = async () => {
    state.value = 'discarding';
    const { stayed, missed } = await saver.discard(left);
    kept.value = [
      ...stayed.map((path) => t('{0} was changed since, so it stays as it is.', path)),
      ...missed.map((path) => t('{0} could not be brought back: the hub cannot be reached. It is in the history.', path)),
    ];
    state.value = 'over';
  };
  const isNewer = left.isCopy && left.revision !== saver.workspace.revision.value;
  return (
    <Notice kind="info" text={`${paths.length === 1 ? t('What you wrote in {0} and had not saved is back.', paths[0] ?? '') : t('What you wrote in {0} files and had not saved is back.', paths.length)}${isNewer ? ` ${t('The original was published anew since; files that you did not change are the new ones.')}` : ''}`}>
      {state.value === 'told'
        ? (
            <>
              <button class="button" type="button" onClick={() => (shown.value = true)}>{t('Show what changed')}</button>
              <button class="button quiet" type="button" onClick={() => (state.value = 'asking')}>{t('Discard')}</button>
              <button class="button quiet" type="button" onClick={() => (state.value = 'over')}>{t('Understood')}</button>
            </>
          )
        : (
            <>
              <span>{t('Throw it away for good?')}</span>
              <button class="button danger" type="button" disabled={state.value === 'discarding'} onClick={() => void discard()}>{t('Throw it away')}</button>
              <button class="button quiet" type="button" disabled={state.value === 'discarding'} onClick={() => (state.value = 'told')}>{t('Keep it')}</button>
            </>
          )}
      {shown.value && <ChangesDialog saver={saver} paths={paths} onClose={() => (shown.value = false)} />}
    </Notice>
  );
}

function Conflicts({ saver, count }: { saver: Saver; count: number }) {
  const isOpen = useSignal(false);
  return (
    <Notice kind="warn" text={count === 1
      ? t('{0} was changed here and elsewhere. Both versions are kept; choose which one you want.', [...saver.workspace.conflicts.value.keys()][0] ?? '')
      : t('{0} files were changed here and elsewhere. Both versions are kept; choose which ones you want.', count)}
    >
      <button class="button primary" type="button" onClick={() => (isOpen.value = true)}>{t('Compare and choose')}</button>
      {isOpen.value && <ConflictDialog saver={saver} onClose={() => (isOpen.value = false)} />}
    </Notice>
  );
}

function Refused({ refusal, saver, copies }: { refusal: Refusal; saver: Saver; copies: Copies }) {
  return (
    <Notice kind="bad" text={`${t('{0} is not saved; everything else is.', refusal.path)} ${refusal.message} ${whatToDo(refusal.code)}`}>
      <button class="button" type="button" onClick={() => void saver.save()}>{t('Try again')}</button>
      <button class="button quiet" type="button" onClick={() => { saver.workspace.revert(refusal.path); }}>{t('Take this change back')}</button>
      <Download copies={copies} />
    </Notice>
  );
}

function whatToDo(code: string): string {
  switch (code) {
    case 'too_large':
      return t('Make the file smaller, or take it out of the project.');
    case 'quota':
      return t('Delete projects or files that are no longer needed, then try again.');
    case 'bad_name':
    case 'duplicate_path':
    case 'path_traversal':
    case 'absolute_path':
      return t('Give the file another name.');
    default:
      return t('It is kept in this browser.');
  }
}
