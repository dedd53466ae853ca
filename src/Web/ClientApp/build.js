// Builds every entry into wwwroot/assets with hashed names, and manifest.json: entry → { script, style?, texts? }.
// A build goes into a folder of its own and into place by a rename, so that two builds at once do no harm.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync, existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { entries } from './entries.js';

// The English texts that people read: the literals of t('…'), of which a page carries the translations.
const literal = /\bt\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/g;

function textsOf(modules) {
  const sources = modules.map(id => id.split('?')[0]).filter(id => /\/ClientApp\/src\/.*\.tsx?$/.test(id));
  const found = sources.flatMap(id => [...readFileSync(id, 'utf8').matchAll(literal)].map(match => (match[1] ?? match[2]).replace(/\\(.)/g, '$1')));
  return [...new Set(found)].sort();
}

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
    const texts = textsOf(files.filter(file => file.type === 'chunk').flatMap(chunk => chunk.moduleIds));
    const styles = files.filter(file => file.type === 'asset' && file.fileName.endsWith('.css'));
    // Pages link one sheet an entry; styles of a part that is fetched later would be lost.
    if (styles.length > 1) throw new Error(`The entry ${name} has ${styles.length} style sheets: ${styles.map(file => file.fileName)}`);
    const [style] = styles;
    manifest[name] = { script: script.fileName, ...(style && { style: style.fileName }), ...(texts.length > 0 && { texts }) };
  }
  writeFileSync(`${folder}/assets/manifest.json`, JSON.stringify(manifest, null, 2) + '\n');

  // The forms that are sent: made once here, as small as they get.
  for (const name of readdirSync(`${folder}/assets`).filter(name => /\.(js|css)$/.test(name))) {
    const bytes = readFileSync(`${folder}/assets/${name}`);
    writeFileSync(`${folder}/assets/${name}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
    writeFileSync(`${folder}/assets/${name}.gz`, gzipSync(bytes, { level: 9 }));
  }

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
