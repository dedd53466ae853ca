import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { droppedFiles } from '../../dropped.ts';
import { t } from '../../texts.ts';
import type { Desk } from './desk.ts';
import { fileIcon, Icon } from './icons.tsx';
import { Menu, type MenuItem } from './menu.tsx';
import { rowsOf, type Row } from './treeRows.ts';

/** Rows beyond the window that are drawn too, so that a fast scroll shows no gap. */
const beyond = 12;
const filterFrom = 8;

/** The list of files: a tree by the WAI-ARIA pattern, of which only the rows that can be seen are in the page. */
export function FileTree({ desk }: { desk: Desk }) {
  const filter = useSignal('');
  const closed = useSignal<ReadonlySet<string>>(new Set());
  const current = useSignal<string | null>(null);
  const menu = useSignal<{ row: Row; x: number; y: number } | null>(null);
  const dropInto = useSignal<string | null>(null);
  const scroll = useSignal({ top: 0, height: 600 });
  const box = useRef<HTMLDivElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const uploadInto = useRef('');
  const rows = useComputed(() => rowsOf(desk.paths.value, desk.emptyFolders.value, closed.value, filter.value));
  const shown = desk.documents.shown.value;
  const open = shown.kind === 'nothing' ? null : shown.path;
  const rowHeight = matchMedia('(pointer: coarse)').matches ? 42 : 30;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => (scroll.value = { top: element.scrollTop, height: element.clientHeight }));
    watch.observe(element);
    return () => {
      watch.disconnect();
    };
  }, []);

  const list = rows.value;
  const from = Math.max(0, Math.floor(scroll.value.top / rowHeight) - beyond);
  const to = Math.min(list.length, Math.ceil((scroll.value.top + scroll.value.height) / rowHeight) + beyond);
  const at = list.findIndex((row) => row.path === (current.value ?? open));
  const visible = list.slice(from, to).map((row, i) => ({ row, index: from + i }));
  const here = at >= 0 ? list[at] : undefined;
  // The row that the keyboard is on is always there, for whoever has the page read out.
  if (here && (at < from || at >= to)) visible.push({ row: here, index: at });

  const folderFor = (row: Row | undefined): string => (!row ? '' : row.isFolder ? row.path : row.path.includes('/') ? row.path.slice(0, row.path.lastIndexOf('/')) : '');
  const go = (index: number) => {
    const row = list[Math.max(0, Math.min(list.length - 1, index))];
    const element = box.current;
    if (!row || !element) return;
    current.value = row.path;
    const top = list.indexOf(row) * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight - element.clientHeight;
  };
  const toggle = (row: Row) => {
    const next = new Set(closed.peek());
    if (!next.delete(row.path)) next.add(row.path);
    closed.value = next;
  };
  const act = (row: Row) => {
    current.value = row.path;
    if (row.isFolder) toggle(row);
    else desk.open(row.path);
  };
  const openMenu = (row: Row, x: number, y: number) => {
    current.value = row.path;
    menu.value = { row, x, y };
  };
  const upload = (folder: string) => {
    uploadInto.current = folder;
    chooser.current?.click();
  };
  const remove = (row: Row) => {
    desk.remove(row.path, row.isFolder);
    go(list.indexOf(row) - 1);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.altKey || event.metaKey) return;
    const row = here;
    const handled = ((): boolean => {
      switch (event.key) {
        case 'ArrowDown': go(at + 1); return true;
        case 'ArrowUp': go(at < 0 ? 0 : at - 1); return true;
        case 'Home': go(0); return true;
        case 'End': go(list.length - 1); return true;
        case 'PageDown': go(at + Math.floor(scroll.peek().height / rowHeight)); return true;
        case 'PageUp': go(at - Math.floor(scroll.peek().height / rowHeight)); return true;
      }
      if (!row) return false;
      switch (event.key) {
        case 'ArrowRight':
          if (row.isFolder && !row.isExpanded) toggle(row);
          else if (row.isFolder) go(at + 1);
          return true;
        case 'ArrowLeft':
          if (row.isFolder && row.isExpanded && !filter.peek()) toggle(row);
          else go(list.findIndex((other) => other.isFolder && other.path === row.path.slice(0, row.path.lastIndexOf('/'))));
          return true;
        case 'Enter':
        case ' ': act(row); return true;
        case 'F2': desk.asking.value = { kind: 'rename', path: row.path, isFolder: row.isFolder }; return true;
        case 'Delete': remove(row); return true;
        case 'ContextMenu':
        case 'F10': {
          if (event.key === 'F10' && !event.shiftKey) return false;
          const bounds = box.current?.getBoundingClientRect();
          if (bounds) openMenu(row, bounds.left + 40, bounds.top + (at + 1) * rowHeight - (box.current?.scrollTop ?? 0));
          return true;
        }
      }
      if (event.key.length !== 1 || event.ctrlKey) return false;
      // A letter goes to the next row that begins with it.
      const letter = event.key.toLowerCase();
      const next = [...list.slice(at + 1), ...list.slice(0, at + 1)].find((other) => other.name.toLowerCase().startsWith(letter));
      if (next) go(list.indexOf(next));
      return true;
    })();
    if (handled) event.preventDefault();
  };

  const items = (row: Row): MenuItem[] => {
    const folder = folderFor(row);
    return [
      { label: t('Rename…'), icon: 'pencil', key: 'F2', run: () => (desk.asking.value = { kind: 'rename', path: row.path, isFolder: row.isFolder }) },
      { label: t('Move to…'), icon: 'move', run: () => (desk.asking.value = { kind: 'move', path: row.path, isFolder: row.isFolder }) },
      ...(row.isFolder ? [] : [{ label: t('Download'), icon: 'download' as const, run: () => void desk.download(row.path) }]),
      { label: t('New file here…'), icon: 'filePlus', run: () => (desk.asking.value = { kind: 'new-file', folder }) },
      { label: t('New folder here…'), icon: 'folderPlus', run: () => (desk.asking.value = { kind: 'new-folder', folder }) },
      { label: t('Upload here…'), icon: 'upload', run: () => { upload(folder); } },
      { label: t('Delete'), icon: 'trash', key: t('Del'), isDangerous: true, run: () => { remove(row); } },
    ];
  };

  const dragOver = (event: DragEvent, folder: string) => {
    event.preventDefault();
    event.stopPropagation();
    if (event.dataTransfer) event.dataTransfer.dropEffect = event.dataTransfer.types.includes(ownDrag) ? 'move' : 'copy';
    dropInto.value = folder;
  };
  const drop = (event: DragEvent, folder: string) => {
    event.preventDefault();
    event.stopPropagation();
    dropInto.value = null;
    const transfer = event.dataTransfer;
    if (!transfer) return;
    const own = transfer.getData(ownDrag);
    if (own) {
      const { path, isFolder } = JSON.parse(own) as { path: string; isFolder: boolean };
      const name = path.slice(path.lastIndexOf('/') + 1);
      const target = folder === '' ? name : `${folder}/${name}`;
      if (target === path || target.startsWith(`${path}/`)) return;
      const why = desk.refuse(target, new Set(desk.filesOf(path, isFolder)));
      if (why) desk.say(why, undefined, true);
      else void desk.move(path, isFolder, target);
    } else {
      void droppedFiles(transfer).then(
        (files) => desk.take(files.map(({ path, file }) => ({ path: folder === '' ? path : `${folder}/${path}`, bytes: file }))),
        () => { desk.say(t('What was dropped cannot be read.'), undefined, true); },
      );
    }
  };

  return (
    <div class="file-list" onDragOver={(event) => { dragOver(event, ''); }} onDrop={(event) => { drop(event, ''); }} onDragLeave={() => (dropInto.value = null)}>
      <div class="pane-bar">
        <h2>{t('Files')}</h2>
        <button class="tool" type="button" aria-label={t('New file')} title={t('New file')} onClick={() => (desk.asking.value = { kind: 'new-file', folder: folderFor(here) })}>
          <Icon name="filePlus" />
        </button>
        <button class="tool" type="button" aria-label={t('New folder')} title={t('New folder')} onClick={() => (desk.asking.value = { kind: 'new-folder', folder: folderFor(here) })}>
          <Icon name="folderPlus" />
        </button>
        <button class="tool" type="button" aria-label={t('Upload files')} title={t('Upload files')} onClick={() => { upload(folderFor(here)); }}>
          <Icon name="upload" />
        </button>
        <input
          ref={chooser} type="file" multiple hidden
          onChange={(event) => {
            const folder = uploadInto.current;
            void desk.take([...(event.currentTarget.files ?? [])].map((file) => ({ path: folder === '' ? file.name : `${folder}/${file.name}`, bytes: file })));
            event.currentTarget.value = '';
          }}
        />
      </div>
      {desk.paths.value.length > filterFrom && (
        <input
          class="filter" type="search" placeholder={t('Filter')} aria-label={t('Filter files')} value={filter.value}
          onInput={(event) => {
            filter.value = event.currentTarget.value;
            if (box.current) box.current.scrollTop = 0;
          }}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') {
              box.current?.focus();
              go(0);
              event.preventDefault();
            }
          }}
        />
      )}
      <div
        class={dropInto.value === '' ? 'tree drop-here' : 'tree'}
        ref={box} role="tree" tabIndex={0} aria-label={t('Files')}
        aria-activedescendant={here ? rowId(here.path) : undefined}
        onKeyDown={onKeyDown}
        onScroll={(event) => (scroll.value = { top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
      >
        <div class="tree-length" role="presentation" style={{ height: `${list.length * rowHeight}px` }}>
          {visible.map(({ row, index }) => (
            <div
              key={row.path} id={rowId(row.path)} role="treeitem" title={row.path} draggable
              class={`tree-row${row.path === open ? ' open' : ''}${index === at ? ' here' : ''}${dropInto.value !== null && dropInto.value !== '' && row.path === dropInto.value ? ' drop-here' : ''}`}
              style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px`, '--level': String(row.level) }}
              aria-level={row.level} aria-posinset={row.position} aria-setsize={row.size}
              aria-expanded={row.isFolder ? row.isExpanded : undefined} aria-selected={row.path === open}
              onClick={() => { act(row); }}
              onContextMenu={(event) => {
                event.preventDefault();
                openMenu(row, event.clientX, event.clientY);
              }}
              onDragStart={(event) => event.dataTransfer?.setData(ownDrag, JSON.stringify({ path: row.path, isFolder: row.isFolder }))}
              onDragOver={(event) => { dragOver(event, folderFor(row)); }}
              onDrop={(event) => { drop(event, folderFor(row)); }}
            >
              {row.isFolder ? <span class={row.isExpanded ? 'twist down' : 'twist'}><Icon name="chevron" /></span> : <span class="twist" />}
              <Icon name={row.isFolder ? 'folder' : fileIcon(row.path)} />
              <span class="tree-name">{row.name}</span>
              {!row.isFolder && <Changed desk={desk} path={row.path} />}
              <button
                class="tree-more" type="button" tabIndex={-1} aria-label={t('Actions')}
                onClick={(event) => {
                  event.stopPropagation();
                  const { left, bottom } = event.currentTarget.getBoundingClientRect();
                  openMenu(row, left, bottom);
                }}
              >
                <Icon name="more" />
              </button>
            </div>
          ))}
        </div>
        {list.length === 0 && <p class="soft small files-empty">{filter.value ? t('No file has this in its name.') : t('No files yet. Add one, or drop some here.')}</p>}
      </div>
      {menu.value && (
        <Menu label={t('Actions for {0}', menu.value.row.name)} at={menu.value} items={items(menu.value.row)} onClose={() => {
            menu.value = null;
            box.current?.focus();
          }} />
      )}
    </div>
  );
}

/** The mark of a file with changes that the hub does not hold yet. */
function Changed({ desk, path }: { desk: Desk; path: string }) {
  const isChanged = useComputed(() => desk.workspace.changes.value.has(path));
  return isChanged.value ? <span class="changed-mark" role="img" aria-label={t('changed and not saved')} /> : null;
}

const ownDrag = 'application/x-hub-path';

const rowId = (path: string): string => `row-${path.replace(/[^\w-]/gu, (c) => `_${c.codePointAt(0)?.toString(16) ?? ''}_`)}`;
