import './editor.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { HubApi } from './api.ts';
import { readBoot } from './boot.ts';
import { Saver } from './saver.ts';
import { BootFailure } from './ui/bootFailure.tsx';
import { Workspace } from './workspace.ts';

const place = document.getElementById('editor');
if (!place) throw new Error('The page has no place for the editor.');
const boot = readBoot(document);
const api = new HubApi(boot.project.id, boot.token);
const files = await api.files();
if (files.ok) {
  const workspace = new Workspace(api, files.value);
  render(<App boot={boot} api={api} workspace={workspace} saver={new Saver(api, workspace)} />, place);
} else {
  render(<BootFailure failure={files.failure} />, place);
}
