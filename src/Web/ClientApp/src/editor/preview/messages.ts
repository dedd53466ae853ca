import { longest, type Line, type PageMessage, type Source } from '../../bridge/protocol.ts';

const mostLines = 2_000;
const longestAddress = 8_000;

type Fields = Record<string, unknown>;

/** A message of a page as what it is, or null: whatever a page sends, only what is expected comes through, and bounded. */
export function readMessage(data: unknown): PageMessage | null {
  if (!isFields(data)) return null;
  switch (data['kind']) {
    case 'lines': {
      const { lines, dropped } = data;
      if (!Array.isArray(lines) || lines.length > mostLines || !isCount(dropped)) return null;
      return { kind: 'lines', lines: lines.map(readLine).filter((line) => line !== null), dropped };
    }
    case 'source': {
      const source = readSource(data['source']);
      return source && { kind: 'source', source };
    }
    case 'phase': {
      const { phase, detail } = data;
      if (phase !== 'starting' && phase !== 'running' && phase !== 'done') return null;
      return { kind: 'phase', phase, ...(isText(detail, 300) && { detail }) };
    }
    case 'input':
      return isText(data['prompt'], longest.prompt + 100) ? { kind: 'input', prompt: data['prompt'] } : null;
    case 'pong':
      return { kind: 'pong' };
    default:
      return null;
  }
}

function readLine(data: unknown): Line | null {
  if (!isFields(data)) return null;
  const { level, text, count, time, from, source, uncaught, note } = data;
  if (level !== 'log' && level !== 'info' && level !== 'warn' && level !== 'error') return null;
  // The bridge cuts lines itself, and adds how much it cut.
  if (!isText(text, longest.line + 100) || !isCount(count) || count === 0) return null;
  if (typeof time !== 'number' || !Number.isFinite(time) || (from !== 'main' && from !== 'worker')) return null;
  const line: Line = { level, text, count, time, from };
  if (isCount(source)) line.source = source;
  if (uncaught === true) line.uncaught = true;
  if (note === 'dialogs-answered' || note === 'dialog-not-shown' || note === 'prompt-not-shown' || note === 'input-cannot-wait') line.note = note;
  return line;
}

function readSource(data: unknown): Source | null {
  if (!isFields(data)) return null;
  const { id, address, text, page } = data;
  if (!isCount(id) || !isText(page, longestAddress)) return null;
  const source: Source = { id, page };
  if (isText(address, longestAddress)) source.address = address;
  if (isText(text, longest.source)) source.text = text;
  return source;
}

const isFields = (data: unknown): data is Fields => typeof data === 'object' && data !== null;
const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most;
