// Brings node_modules to what package-lock.json says. Run by the build, also by two builds at once and after one that
// was killed: packages are installed in a folder of this process's own and come into place by a rename, so that
// nobody ever sees half of them and no lock can be left behind.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const manifest = ['package.json', 'package-lock.json'];
const wanted = manifest.reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256')).digest('hex');
const stamp = 'node_modules/.installed';
const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
const remove = folder => rmSync(folder, { recursive: true, force: true });

// What killed builds left; an hour is longer than any installation that is still going on.
for (const name of readdirSync('.').filter(name => name.startsWith('.npm-'))) {
  try {
    if (Date.now() - statSync(name).mtimeMs > 3_600_000) remove(name);
  } catch { /* another build was faster */ }
}

if (!isInstalled()) {
  const folder = `.npm-${process.pid}-${Date.now()}`;
  mkdirSync(folder);
  try {
    for (const file of manifest) copyFileSync(file, `${folder}/${file}`);
    const npm = spawnSync('npm ci --ignore-scripts --no-audit --no-fund --loglevel=error', { cwd: folder, stdio: 'inherit', shell: true });
    if (npm.status !== 0) throw new Error(`npm ci ended with ${npm.status ?? npm.signal}`);
    writeFileSync(`${folder}/${stamp}`, wanted);
    for (let attempt = 0; !isInstalled(); attempt++) {
      try {
        if (existsSync('node_modules')) renameSync('node_modules', `${folder}/replaced-${attempt}`);
        renameSync(`${folder}/node_modules`, 'node_modules');
      } catch (error) {
        // Another build moved it in between: look again.
        if (attempt === 20) throw error;
      }
    }
  } finally {
    remove(folder);
  }
}
const now = new Date();
utimesSync(stamp, now, now);
