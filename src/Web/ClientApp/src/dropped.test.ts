import { describe, expect, it } from 'vitest';
import { droppedFiles } from './dropped.ts';

interface Thing {
  name: string;
  isFile: boolean;
  isDirectory: boolean;
}

const file = (name: string): Thing => ({ name, isFile: true, isDirectory: false, file: (done: (file: File) => void) => { done(new File(['x'], name)); } } as Thing);

// As browsers do it: a few at a time, and an empty list at the end.
function folder(name: string, ...inner: Thing[]): Thing {
  return { name, isFile: false, isDirectory: true, createReader: () => {
    const left = [...inner];
    return { readEntries: (done: (some: Thing[]) => void) => { done(left.splice(0, 2)); } };
  } } as Thing;
}

const transferOf = (...entries: Thing[]) => ({ items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })), files: [] }) as unknown as DataTransfer;

describe('what is dropped', () => {
  it('is every file of a folder by its path, without what systems and tools leave there', async () => {
    const dropped = await droppedFiles(transferOf(
      folder('lesson', file('main.py'), file('.DS_Store'), file('Desktop.ini'), folder('.git', file('HEAD')), folder('data', file('a.txt'), file('b.txt'), file('c.txt'))),
      file('index.html'),
    ));
    expect(dropped.map(({ path }) => path)).toEqual(['lesson/main.py', 'lesson/data/a.txt', 'lesson/data/b.txt', 'lesson/data/c.txt', 'index.html']);
  });

  it('is refused as a whole where a file cannot be read', async () => {
    const gone = { ...file('gone.py'), file: (_: unknown, failed: (why: Error) => void) => { failed(new Error('gone')); } } as Thing;
    await expect(droppedFiles(transferOf(file('main.py'), gone))).rejects.toThrow('gone');
  });
});
