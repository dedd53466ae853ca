// Installs the npm packages of the folder that it is started in, so that two builds at the same moment do not harm each other:
// npm works in a folder of its own, and the finished node_modules is put in place by a rename. Install scripts do not run.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`error : Node 20 or newer is needed, this is ${process.version}.`);
  process.exit(1);
}

const staging = join('obj', `npm-${process.pid}`);
const finished = join(staging, 'node_modules');
const place = 'node_modules';
const lock = readFileSync('package-lock.json');

mkdirSync(staging, { recursive: true });
try {
  copyFileSync('package.json', join(staging, 'package.json'));
  copyFileSync('package-lock.json', join(staging, 'package-lock.json'));
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: staging,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (npm.error || npm.status !== 0) {
    console.error(`error : npm ci failed in ${process.cwd()}${npm.error ? `: ${npm.error.message}` : ''}.`);
    process.exit(npm.status || 1);
  }

  // What was installed for: the next build compares times, another build at this moment compares bytes.
  copyFileSync('package-lock.json', join(finished, '.installed-lock.json'));
  const now = new Date();
  utimesSync(join(finished, '.package-lock.json'), now, now);

  for (let attempt = 1; ; attempt++) {
    if (existsSync(place)) {
      try {
        renameSync(place, join(staging, `old-${attempt}`));
      } catch (error) {
        if (error.code !== 'ENOENT') throw error;
      }
    }
    try {
      renameSync(finished, place);
      break;
    } catch (error) {
      // Another build was faster. Its packages are as good as ours where they come from the same lock file.
      if (attempt === 5) throw error;
      const theirs = join(place, '.installed-lock.json');
      if (existsSync(theirs) && readFileSync(theirs).equals(lock)) break;
    }
  }
} finally {
  rmSync(staging, { recursive: true, force: true, maxRetries: 5 });
}
