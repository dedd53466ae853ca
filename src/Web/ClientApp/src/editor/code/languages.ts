import type { Extension } from '@codemirror/state';
import { endingOf } from '../ui/icons.tsx';

/** Beyond this many characters a text is shown without colours: a parser would need more memory than a phone has. */
export const longestHighlighted = 2_000_000;

/** The language of a file by its name, with its own completion and checks; loaded when the first such file is opened. */
export async function languageOf(path: string): Promise<Extension> {
  switch (endingOf(path)) {
    case 'py':
    case 'pyi':
      return (await import('@codemirror/lang-python')).python();
    case 'html':
    case 'htm': {
      const [{ html }, { pythonLanguage }, { jsonLanguage }, { tomlLanguage }] = await Promise.all([
        import('@codemirror/lang-html'),
        import('@codemirror/lang-python'),
        import('@codemirror/lang-json'),
        import('./toml.ts'),
      ]);
      const isPython = (type: string | undefined) => type !== undefined && /^(py|mpy)(-editor|-game)?$/.test(type);
      return html({
        nestedLanguages: [
          { tag: 'script', attrs: (attributes) => isPython(attributes['type']), parser: pythonLanguage.parser },
          { tag: 'script', attrs: (attributes) => attributes['type'] === 'application/json', parser: jsonLanguage.parser },
          { tag: 'script', attrs: (attributes) => attributes['type'] === 'toml', parser: tomlLanguage.parser },
        ],
      });
    }
    case 'css':
      return (await import('@codemirror/lang-css')).css();
    case 'js':
    case 'mjs':
      return (await import('@codemirror/lang-javascript')).javascript();
    case 'ts':
      return (await import('@codemirror/lang-javascript')).javascript({ typescript: true });
    case 'json': {
      const [{ json, jsonParseLinter }, { linter }] = await Promise.all([import('@codemirror/lang-json'), import('@codemirror/lint')]);
      const check = jsonParseLinter();
      // An empty file is what one has before one writes: no mistake yet.
      return [json(), linter((view) => (view.state.doc.length === 0 ? [] : check(view)))];
    }
    case 'toml':
      return (await import('./toml.ts')).toml();
    case 'md':
      return (await import('@codemirror/lang-markdown')).markdown();
    case 'svg':
    case 'xml':
      return (await import('@codemirror/lang-html')).html({ matchClosingTags: false, selfClosingTags: true });
    default:
      return [];
  }
}
