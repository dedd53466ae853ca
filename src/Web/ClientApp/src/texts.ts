/** A text that people read, in the page's language. The key is the English text itself; `{0}`, `{1}` stand for values. */
export const t = (text: string, ...values: (string | number)[]): string =>
  text.replace(/\{(\d+)\}/g, (_, n: string) => String(values[Number(n)] ?? ''));
