// What is built: name → source and format. `iife` is a classic script that stands alone, `es` a module.
// Styles that an entry imports come out beside it, under the same name in manifest.json.
export const entries = {
  storage: { source: 'src/storage/standin.ts', format: 'iife' },
  bridge: { source: 'src/bridge/main.ts', format: 'iife' },
  editor: { source: 'src/editor/main.tsx', format: 'es' },
  account: { source: 'src/account.ts', format: 'es' },
  hub: { source: 'src/hub.ts', format: 'es' },
};
