let translations: Record<string, string> | undefined;

/** A text that people read, in the page's language. The key is the English text itself; `{0}`, `{1}` stand for values. */
export const t = (text: string, ...values: (string | number)[]): string =>
  (read()[text] ?? text).replace(/\{(\d+)\}/g, (_, n: string) => String(values[Number(n)] ?? ''));

// The page carries the translations of what its scripts say; where there are none, as in English and in workers, the keys are shown.
function read(): Record<string, string> {
  if (translations) return translations;
  const json = typeof document === 'undefined' ? null : document.getElementById('texts')?.textContent;
  return (translations = json ? (JSON.parse(json) as Record<string, string>) : {});
}
