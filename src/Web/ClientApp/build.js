// Builds every entry into wwwroot/assets with hashed names, and manifest.json: entry → { script, style? }.
// A build goes into a folder of its own and into place by a rename, so that two builds at once do no harm.
import { mkdirSync, renameSync, rmSync, writeFileSync, existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { entries } from './entries.js';

const root = fileURLToPath(new URL('.', import.meta.url));
const place = fileURLToPath(new URL('../wwwroot/assets', import.meta.url));
const parent = fileURLToPath(new URL('../wwwroot', import.meta.url));
mkdirSync(parent, { recursive: true });

// What killed builds left; no build takes an hour.
for (const name of readdirSync(parent).filter(name => name.startsWith('.assets-'))) {
  if (Date.now() - statSync(`${parent}/${name}`).mtimeMs > 3_600_000) rmSync(`${parent}/${name}`, { recursive: true, force: true });
}

const folder = `${parent}/.assets-${process.pid}-${Date.now()}`;
try {
  const manifest = {};
  for (const [name, { source, format }] of Object.entries(entries)) {
    const result = await build({
      root,
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      build: {
        target: 'es2022',
        outDir: `${folder}/assets`,
        emptyOutDir: false,
        assetsDir: '',
        modulePreload: false,
        rolldownOptions: {
          input: { [name]: source },
          output: { format, entryFileNames: '[name].[hash].js', chunkFileNames: '[name].[hash].js', assetFileNames: '[name].[hash][extname]' },
        },
      },
    });
    const files = [result].flat().flatMap(output => output.output);
    const script = files.find(file => file.type === 'chunk' && file.isEntry);
    const styles = files.filter(file => file.type === 'asset' && file.fileName.endsWith('.css'));
    // Pages link one sheet an entry; styles of a part that is fetched later would be lost.
    if (styles.length > 1) throw new Error(`The entry ${name} has ${styles.length} style sheets: ${styles.map(file => file.fileName)}`);
    const [style] = styles;
    manifest[name] = { script: script.fileName, ...(style && { style: style.fileName }) };
  }
  writeFileSync(`${folder}/assets/manifest.json`, JSON.stringify(manifest, null, 2) + '\n');

  for (let attempt = 0; ; attempt++) {
    try {
      if (existsSync(place)) renameSync(place, `${folder}/replaced-${attempt}`);
      renameSync(`${folder}/assets`, place);
      break;
    } catch (error) {
      // Another build moved its own into place in between.
      if (attempt === 20) throw error;
    }
  }
  // Newer than every source, whatever the clock said when the build began: MSBuild compares times.
  utimesSync(`${place}/manifest.json`, new Date(), new Date());
} finally {
  rmSync(folder, { recursive: true, force: true });
}
