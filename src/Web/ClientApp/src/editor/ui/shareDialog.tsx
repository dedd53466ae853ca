import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../../texts.ts';
import { releases, type Answer, type HubApi, type Member, type ProjectChange, type Release } from '../api.ts';
import type { Boot, Project } from '../boot.ts';
import type { Saver } from '../saver.ts';
import { markOf } from '../../smoke/mark.ts';
import { isPending, watchSmoke, type SmokeStanding } from '../../smoke/watch.ts';
import type { Desk } from './desk.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';
import { whyNot } from './whyNot.ts';

interface Props {
  desk: Desk;
  api: HubApi;
  boot: Boot;
  saver: Saver;
  onClose: () => void;
}

/** Everything about who sees the project and how: publishing, addresses, settings, people. */
export function ShareDialog({ desk, api, boot, saver, onClose }: Props) {
  const trouble = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  // Publishing has it run, also what was run before.
  const wishes = useSignal(0);
  const project = desk.project.value;

  /** Does something to the project and takes over what the hub then says of it. */
  const act = async (call: () => Promise<Answer<Project>>): Promise<Project | null> => {
    isBusy.value = true;
    trouble.value = null;
    const answer = await call();
    isBusy.value = false;
    if (!answer.ok) {
      trouble.value = whyNot(answer.failure);
      return null;
    }
    desk.project.value = answer.value;
    return answer.value;
  };
  const change = async (wanted: ProjectChange) => {
    const changed = await act(() => api.change(wanted));
    if (!changed) return;
    // Not only another name changes the address: what becomes unlisted gets one that nobody guesses, and its old one ends.
    const { pathname } = new URL(changed.editUrl);
    if (location.pathname !== pathname) history.replaceState(null, '', pathname);
    if (wanted.name !== undefined) document.title = t('Edit {0}', changed.name) + ' · PyScript Hub';
    // Whether the page is isolated is settled when it is loaded.
    if (wanted.isolation !== undefined && (await saver.save())) location.reload();
  };
  const publish = async () => {
    if (!(await saver.save())) {
      trouble.value = t('What is not saved yet could not be saved, so nothing was published.');
      return;
    }
    if (await act(() => api.publish(saver.workspace.revision.peek()))) wishes.value++;
  };

  const isPublished = project.publishedRevision !== null;
  const isNewer = isPublished && desk.workspace.revision.value > (project.publishedRevision ?? 0);
  return (
    <Dialog title={t('Share')} size="large" onClose={onClose}>
      {trouble.value && <p class="notice bad" role="alert">{trouble.value}</p>}
      <section class="share-main">
        <div class="stack tight">
          <p class="strong" role="status">
            {!isPublished ? t('Not published: only you and those who work on it with you see this project.') : isNewer ? t('Published. Your draft is newer than what others see.') : t('Published. Others see it as it is now.')}
          </p>
          {isPublished && project.visibility === 'private' && <p class="notice warn">{t('The project is private, so others see nothing until you choose another setting below.')}</p>}
          <div class="row">
            <button class="button primary" type="button" data-first disabled={isBusy.value || (isPublished && !isNewer)} onClick={() => void publish()}>
              <Icon name="share" />{isPublished ? t('Publish the newest') : t('Publish')}
            </button>
            {isPublished && <button class="button" type="button" disabled={isBusy.value} onClick={() => void act(() => api.unpublish())}>{t('Take back')}</button>}
          </div>
          {isPublished && <SmokeTests key={`${project.publishedRevision ?? ''} ${project.runtimePin ?? ''} ${wishes.value}`} project={project} />}
          {isPublished && project.visibility !== 'private' && (
            <>
              <Address label={t('Short address, to dictate')} value={project.shortUrl} isShort />
              <Address label={t('Its page on the hub')} value={project.url} />
              {project.contentUrl !== null && <Address label={t('The page alone')} value={project.contentUrl} />}
              <p><a href={`${project.shortUrl}/board`} target="_blank" rel="noopener">{t('Show it large, with a QR code')}</a></p>
              <details>
                <summary>{t('Badge for other sites')}</summary>
                <Address label="Markdown" value={`[![Does it start?](${badgeOf(project)})](${project.url})`} />
                <Address label="HTML" value={`<a href="${project.url}"><img src="${badgeOf(project)}" alt="Does it start?"></a>`} />
              </details>
            </>
          )}
        </div>
      </section>
      {boot.isOwner ? <Settings project={project} isBusy={isBusy.value} change={change} /> : <p class="soft">{t('Name, visibility and the other settings are its owner’s: {0}.', project.owner)}</p>}
      <People api={api} boot={boot} project={project} />
      {boot.isOwner && <Ending api={api} desk={desk} trouble={(text) => (trouble.value = text)} />}
    </Dialog>
  );
}

const badgeOf = (project: Project) => new URL(`/api/v1/projects/${project.id}/badge.svg`, project.url).href;

/** Whether what others see starts, as it is found out. */
function SmokeTests({ project }: { project: Project }) {
  const standing = useSignal<SmokeStanding | null>(null);
  useEffect(() => {
    const stop = watchSmoke(project.id, (told) => {
      standing.value = told;
      if (!isPending(told)) stop();
    });
    return stop;
  }, []);
  const told = standing.value;
  if (!told) return null;
  const { off } = told;
  const both = [{ name: 'Pyodide', at: told.pyodide }, { name: 'MicroPython', at: told.micropython }];
  return (
    <div class="stack tight">
      <p class="label">{t('Does it start?')}</p>
      <div role="status"><ul class="smoke-tests">
        {both.map(({ name, at }) => {
          const { icon, tone, word } = markOf(at);
          return (
            <li key={name} class="row">
              <span class={`smoke ${tone}`}><Icon name={icon} />{t('{0}: {1}', name, word)}</span>
              {at.run !== null && <a href={`${project.url}/runs/${at.run}`} target="_blank" rel="noopener">{t('Details')}<span class="visually-hidden">, {name}</span></a>}
            </li>
          );
        })}
      </ul></div>
      {off !== null && both.some(({ at }) => at.state !== 'done') && <p class="notice warn">{t('Smoke tests are off: {0}', off)}</p>}
    </div>
  );
}

/** An address that can be copied. */
function Address({ label, value, isShort = false }: { label: string; value: string; isShort?: boolean }) {
  const done = useSignal(false);
  const shown = value.replace(/^https?:\/\//, '');
  return (
    <div class="field">
      <span class="label">{label}</span>
      <div class="copy">
        <input class={isShort ? 'input short' : 'input'} readOnly value={isShort ? shown : value} aria-label={label} onFocus={(event) => { event.currentTarget.select(); }} />
        {isSecureContext && (
          <button class="button" type="button" aria-label={t('Copy: {0}', label)} onClick={() => {
              void navigator.clipboard.writeText(value).then(() => {
                done.value = true;
                setTimeout(() => (done.value = false), 2_000);
              }, () => undefined);
            }}>
            <Icon name={done.value ? 'check' : 'copy'} /><span class="wide-only">{done.value ? t('Copied') : t('Copy')}</span>
          </button>
        )}
      </div>
    </div>
  );
}

function Settings({ project, isBusy, change }: { project: Project; isBusy: boolean; change: (wanted: ProjectChange) => Promise<void> }) {
  const held = useSignal<readonly Release[]>([]);
  useEffect(() => void releases().then((list) => (held.value = list)), []);
  return (
    <details class="share-part" open>
      <summary>{t('Settings')}</summary>
      <div class="share-fields">
        <Saved label={t('Name')} value={project.name} isBusy={isBusy} save={(name) => change({ name })} />
        <Saved label={t('Name in the address')} value={project.slug} isBusy={isBusy} save={(slug) => change({ slug })} />
        <Choice label={t('Who may see it')} value={project.visibility} options={[
            ['unlisted', t('Whoever has the address')],
            ['public', t('Everybody; it is in the gallery')],
            ['private', t('Only those who work on it')],
          ]} onChange={(visibility) => void change({ visibility })} />
        <Choice label={t('In other sites’ pages')} value={project.embedding} options={[['hub', t('Only this hub may frame it')], ['anyone', t('Any site may frame it')]]} onChange={(embedding) => void change({ embedding })} />
        <Choice
          label={t('Release of PyScript')} value={project.runtimePin ?? ''}
          options={[['', t('As its pages say')], ...held.value.map((release): [string, string] => [release.name, release.isDefault ? t('{0} (default here)', release.name) : release.name])]}
          onChange={(release) => void change({ runtimeRelease: release === '' ? null : release })}
          hint={project.runtimeReason ?? undefined}
        />
        <Choice
          label={t('Isolation')} value={project.isolation} options={[['on', t('On: workers can use the page')], ['off', t('Off: pictures and frames of other sites load')]]}
          onChange={(isolation) => void change({ isolation })} hint={t('The editor opens anew when you change it.')}
        />
      </div>
    </details>
  );
}

/** A text that is sent when its button is pressed. */
function Saved({ label, value, isBusy, save }: { label: string; value: string; isBusy: boolean; save: (value: string) => Promise<void> }) {
  const text = useSignal(value);
  // The hub has the last word on a name in an address.
  useEffect(() => {
    text.value = value;
  }, [value]);
  const id = `share-${label}`;
  return (
    <form class="field" onSubmit={(event) => {
        event.preventDefault();
        void save(text.value);
      }}>
      <label for={id}>{label}</label>
      <div class="copy">
        <input id={id} class="input" value={text.value} autocomplete="off" onInput={(event) => (text.value = event.currentTarget.value)} />
        {text.value !== value && <button class="button" type="submit" disabled={isBusy}>{t('Save')}</button>}
      </div>
    </form>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
  hint?: string | undefined;
}

function Choice<T extends string>({ label, value, options, onChange, hint }: ChoiceProps<T>) {
  const id = `share-${label}`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => {
          const chosen = options.find(([option]) => option === event.currentTarget.value);
          if (chosen) onChange(chosen[0]);
        }}>
        {options.map(([option, words]) => <option key={option} value={option} selected={option === value}>{words}</option>)}
      </select>
      {hint && <span class="hint">{hint}</span>}
    </div>
  );
}

/** Who works on the project. */
function People({ api, boot, project }: { api: HubApi; boot: Boot; project: Project }) {
  const members = useSignal<readonly Member[]>([]);
  const trouble = useSignal<string | null>(null);
  const load = async () => {
    const answer = await api.members();
    if (answer.ok) members.value = answer.value.items;
    else trouble.value = whyNot(answer.failure);
  };
  useEffect(() => void load(), []);
  const after = async (answer: Answer<unknown>) => {
    trouble.value = answer.ok ? null : whyNot(answer.failure);
    await load();
  };
  return (
    <details class="share-part">
      <summary>{t('People')}</summary>
      <div class="stack tight">
        {trouble.value && <p class="error" role="alert">{trouble.value}</p>}
        <ul class="people">
          {members.value.map((member) => (
            <li class="row spread" key={member.userName}>
              <span><a href={`/@${member.userName}`}>@{member.userName}</a> <span class="tag">{member.userName === project.owner ? t('owner') : member.role === 'owner' ? t('may do all') : t('may edit')}</span></span>
              {member.userName !== project.owner && (boot.isOwner || member.userName === boot.userName) && (
                <button class="button quiet" type="button" aria-label={t('Remove {0}', member.userName)} onClick={() => void api.removeMember(member.userName).then(after)}><Icon name="trash" />{t('Remove')}</button>
              )}
            </li>
          ))}
        </ul>
        {boot.isOwner && (
          <form class="row" onSubmit={(event) => {
              event.preventDefault();
              const form = event.currentTarget;
              const name = new FormData(form).get('name');
              if (typeof name !== 'string' || name.trim() === '') return;
              void api.putMember(name.trim().replace(/^@/, ''), 'editor').then((answer) => {
                if (answer.ok) form.reset();
                return after(answer);
              });
            }}>
            <input class="input grow" name="name" aria-label={t('@name of somebody on this hub')} placeholder={t('@name of somebody on this hub')} autocomplete="off" autocapitalize="off" />
            <button class="button" type="submit"><Icon name="plus" />{t('Let them edit')}</button>
          </form>
        )}
      </div>
    </details>
  );
}

/** Giving the project away, and deleting it. */
function Ending({ api, desk, trouble }: { api: HubApi; desk: Desk; trouble: (text: string) => void }) {
  const sure = useSignal(false);
  const offered = useSignal('');
  const handOver = async (name: string) => {
    const answer = await api.transfer(name);
    if (answer.ok) offered.value = name === desk.project.peek().owner ? t('The offer is withdrawn.') : t('Offered to {0}. It is theirs once they accept; until then it stays yours.', name);
    else trouble(whyNot(answer.failure));
  };
  const remove = async () => {
    const answer = await api.delete();
    if (answer.ok) location.assign(`/@${desk.project.peek().owner}`);
    else trouble(whyNot(answer.failure));
  };
  return (
    <details class="share-part">
      <summary>{t('Hand over or delete')}</summary>
      <div class="stack">
        <form class="row" onSubmit={(event) => {
            event.preventDefault();
            const name = new FormData(event.currentTarget).get('name');
            if (typeof name === 'string' && name.trim() !== '') void handOver(name.trim().replace(/^@/, ''));
          }}>
          <input class="input grow" name="name" aria-label={t('@name of the new owner')} placeholder={t('@name of the new owner')} autocomplete="off" autocapitalize="off" />
          <button class="button" type="submit">{t('Offer it')}</button>
        </form>
        <p class="soft small" role="status">{offered.value}</p>
        {sure.value ? (
          <div class="notice bad stack tight">
            <p>{t('Delete “{0}” with its published page? It can be brought back for 30 days.', desk.project.value.name)}</p>
            <div class="row">
              <button class="button danger" type="button" onClick={() => void remove()}><Icon name="trash" />{t('Delete the project')}</button>
              <button class="button quiet" type="button" onClick={() => (sure.value = false)}>{t('Keep it')}</button>
            </div>
          </div>
        ) : (
          <div><button class="button danger" type="button" onClick={() => (sure.value = true)}><Icon name="trash" />{t('Delete the project…')}</button></div>
        )}
      </div>
    </details>
  );
}
