import { t } from '../../texts.ts';
import { Dialog } from './dialog.tsx';

const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** A key as this system writes it: `Mod` is Command on a Mac and Control elsewhere. */
export const keyName = (key: string): string => (isMac ? key.replaceAll('Mod+', '⌘').replaceAll('Alt+', '⌥').replaceAll('Shift+', '⇧') : key.replaceAll('Mod', 'Ctrl'));

/** Lists the keys. */
export function Shortcuts({ onClose }: { onClose: () => void }) {
  const groups: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
    {
      title: t('Project'),
      keys: [
        ['Mod+Enter', t('Run')],
        ['Mod+.', t('Stop')],
        ['Mod+S', t('Save now')],
        ['Mod+P', t('Open a file by its name')],
        ['Mod+Shift+F', t('Find in all files')],
        ['Alt+PageDown', t('Next open file')],
        ['Alt+PageUp', t('Previous open file')],
        ['Alt+W', t('Close the file')],
        ['F6', t('Next part: files, code, preview, console')],
        ['F1', t('This list')],
      ],
    },
    {
      title: t('Code'),
      keys: [
        ['Mod+Space', t('Suggest how to go on')],
        ['Tab', t('Indent, or take the suggestion')],
        ['Shift+Tab', t('Dedent')],
        ['Escape, Tab', t('Leave the code for the next control')],
        ['Mod+/', t('Comment or uncomment lines')],
        ['Mod+F', t('Find and replace')],
        ['Mod+Alt+G', t('Go to line')],
        ['Mod+D', t('Also select the next occurrence')],
        ['Alt+↑ Alt+↓', t('Move lines')],
        ['Mod+Z Mod+Y', t('Undo and redo')],
        ['F8', t('Next problem')],
        [isMac ? 'Mod+Alt+[' : 'Mod+Shift+[', t('Fold')],
        [isMac ? 'Mod+Alt+]' : 'Mod+Shift+]', t('Unfold')],
      ],
    },
    {
      title: t('Files'),
      keys: [
        ['↑ ↓ ← →', t('Go along, open and close folders')],
        ['Enter', t('Open')],
        ['F2', t('Rename')],
        ['Delete', t('Delete')],
        ['Shift+F10', t('More')],
      ],
    },
  ];
  return (
    <Dialog title={t('Keys')} size="large" onClose={onClose}>
      <div class="key-groups">
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl class="keys">
              {group.keys.map(([key, what]) => (
                <div key={key}>
                  <dt><kbd>{keyName(key)}</kbd></dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
