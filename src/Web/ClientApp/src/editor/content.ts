import type { Text } from '@codemirror/state';

/** What a file holds: text that can be edited, or bytes. */
export type Content =
  | { kind: 'text'; text: string | Text; lineEnd: '\n' | '\r\n' }
  | { kind: 'bytes'; bytes: Blob; reason: 'binary' | 'not-utf8' | 'too-large' };

/** Beyond this many bytes a file is not opened as text. */
export const longestText = 8_000_000;

const sniffed = 8_000;

/**
 * Reads bytes as UTF-8 text with nothing lost: a byte order mark stays, and line ends other than one kind throughout stay as
 * characters of the text. What is no UTF-8, or holds a zero byte, stays bytes.
 */
export async function contentOf(bytes: Blob): Promise<Content> {
  if (bytes.size > longestText) return { kind: 'bytes', bytes, reason: 'too-large' };
  const array = new Uint8Array(await bytes.arrayBuffer());
  if (array.subarray(0, sniffed).includes(0)) return { kind: 'bytes', bytes, reason: 'binary' };
  try {
    return textContent(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(array));
  } catch {
    return { kind: 'bytes', bytes, reason: 'not-utf8' };
  }
}

/** Text as it is edited: with line feeds alone where all its lines end in CR LF. */
export function textContent(text: string): Content {
  const crlf = text.includes('\r\n') && !/(^|[^\r])\n|\r(?!\n)/.test(text);
  return { kind: 'text', text: crlf ? text.replaceAll('\r\n', '\n') : text, lineEnd: crlf ? '\r\n' : '\n' };
}

/** The bytes that are stored for a content. */
export function bytesOf(content: Content): Blob {
  if (content.kind === 'bytes') return content.bytes;
  const text = content.text.toString();
  return new Blob([content.lineEnd === '\n' ? text : text.replaceAll('\n', '\r\n')]);
}

/** The text of a content, or null for bytes. */
export const textOf = (content: Content): string | null => (content.kind === 'text' ? content.text.toString() : null);

/** The SHA-256 of bytes in hexadecimal digits, as the hub lists it; null where the browser does not hash (plain HTTP off localhost). */
export async function hashOf(bytes: Blob): Promise<string | null> {
  if (!isSecureContext) return null;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer()));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether two contents are the same bytes. */
export async function isSame(one: Content, other: Content): Promise<boolean> {
  if (one === other) return true;
  if (one.kind === 'text' && other.kind === 'text') return one.lineEnd === other.lineEnd && one.text.toString() === other.text.toString();
  const [a, b] = [bytesOf(one), bytesOf(other)];
  if (a.size !== b.size) return false;
  const [x, y] = [new Uint8Array(await a.arrayBuffer()), new Uint8Array(await b.arrayBuffer())];
  return x.every((byte, i) => byte === y[i]);
}

/** Hands bytes to the browser's downloads. */
export function saveAs(bytes: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 60_000);
}
