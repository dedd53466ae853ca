/** A piece of text with the classes that its ANSI codes ask for; `start` is its place in the text that held the codes. */
export interface Piece {
  text: string;
  start: number;
  classes: string[];
}

const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

// Colours and weights (SGR), and every other control sequence, which is left out.
// eslint-disable-next-line no-control-regex -- they are what is looked for
const sequence = /\u001b(?:\[([0-9;:]*)([A-Za-z])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** Splits text at its ANSI codes. Colours beyond the sixteen are left as the text's own. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let style = { colour: '', background: '', isBold: false, isDim: false, isItalic: false, isUnderlined: false };
  const plain = style;
  let at = 0;
  const take = (end: number) => {
    if (end === at) return;
    const { colour, background, isBold, isDim, isItalic, isUnderlined } = style;
    const classes = [
      colour && `ansi-${colour}`, background && `ansi-on-${background}`, isBold && 'ansi-bold', isDim && 'ansi-dim', isItalic && 'ansi-italic', isUnderlined && 'ansi-underline',
    ].filter((each): each is string => typeof each === 'string' && each !== '');
    found.push({ text: text.slice(at, end), start: at, classes });
  };
  for (const match of text.matchAll(sequence)) {
    take(match.index);
    at = match.index + match[0].length;
    if (match[2] !== 'm') continue;
    const codes = (match[1] ?? '').split(/[;:]/).map(Number);
    for (let index = 0; index < codes.length; index++) {
      const code = codes[index] ?? 0;
      if (code === 0) style = plain;
      else if (code === 1) style = { ...style, isBold: true };
      else if (code === 2) style = { ...style, isDim: true };
      else if (code === 3) style = { ...style, isItalic: true };
      else if (code === 4) style = { ...style, isUnderlined: true };
      else if (code === 22) style = { ...style, isBold: false, isDim: false };
      else if (code === 23) style = { ...style, isItalic: false };
      else if (code === 24) style = { ...style, isUnderlined: false };
      else if (code === 39) style = { ...style, colour: '' };
      else if (code === 49) style = { ...style, background: '' };
      // 38;5;n and 38;2;r;g;b name colours of their own.
      else if (code === 38 || code === 48) index += codes[index + 1] === 5 ? 2 : codes[index + 1] === 2 ? 4 : 0;
      else {
        const name = colours[code % 10];
        if (name === undefined || code % 10 > 7) continue;
        if ((code >= 30 && code < 38) || (code >= 90 && code < 98)) style = { ...style, colour: name };
        else if ((code >= 40 && code < 48) || (code >= 100 && code < 108)) style = { ...style, background: name };
      }
    }
  }
  take(text.length);
  return found;
}

/** Text without its ANSI codes. */
export const withoutCodes = (text: string): string => text.replace(sequence, '');
