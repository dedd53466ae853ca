import './editor.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { HubApi } from './api.ts';
import { readBoot } from './boot.ts';
import { Copies } from './copies.ts';
import { Drafts } from './drafts.ts';
import { Runs } from './runs.ts';
import { Saver } from './saver.ts';
import { Session } from './session.ts';
import type { Wanted } from './ui/desk.ts';
import { BootFailure } from './ui/bootFailure.tsx';
import { isInterpreter } from './ui/settings.ts';
import { Workspace } from './workspace.ts';

const place = document.getElementById('editor');
if (!place) throw new Error('The page has no place for the editor.');
const boot = readBoot(document);
const opening = place.firstElementChild;
const api = new HubApi(boot.project.id, boot.token);
const files = await api.files();
if (files.ok) {
  const workspace = new Workspace(api, files.value);

  // Whoever signed in to save a copy comes back with this in the address.
  const savesCopy = new URLSearchParams(location.search).has('save-copy');
  const wanted = wantedIn(location.search);
  // Who loads the page again goes on where they were.
  if (savesCopy || wanted) history.replaceState(null, '', location.pathname);

  const { drafts, left } = await Drafts.open(boot, workspace, savesCopy && boot.userName !== null);
  const saver = new Saver(boot, api, workspace, drafts, new Session(api, boot));
  if (left) await saver.follow();
  const copies = new Copies(saver);
  const runs = new Runs(saver);
  opening?.remove();
  render(<App boot={boot} api={api} workspace={workspace} saver={saver} runs={runs} copies={copies} left={left} wanted={wanted} />, place);
  if (savesCopy && !boot.canEdit && boot.userName !== null && left) void copies.saveAsMine();
} else {
  opening?.remove();
  render(<BootFailure failure={files.failure} />, place);
}

function wantedIn(search: string): Wanted | null {
  const query = new URLSearchParams(search);
  const path = query.get('file');
  const line = Number(query.get('line'));
  const interpreter = query.get('interpreter') ?? undefined;
  return path === null ? null : { path, place: Number.isInteger(line) && line > 0 ? { line } : undefined, interpreter: isInterpreter(interpreter) ? interpreter : undefined };
}
