/** One line on standard error that says how far a long command is, drawn over and over, and gone at the end. */
import { formatCount, printable } from '../report/index.ts';
import type { Progress } from './backend.ts';

const RETURN_AND_CLEAR = '\r\u001b[2K';

/** Draws progress; `clear` takes the line away again. */
export interface ProgressLine {
  show(progress: Progress): void;
  clear(): void;
}

/** A line through `write`; with `visible` false nothing is ever written. */
export function progressLine(visible: boolean, write: (text: string) => void): ProgressLine {
  let drawn = '';
  return {
    show(progress) {
      const text = inWords(progress);
      if (!visible || text === drawn) return;
      write(RETURN_AND_CLEAR + text);
      drawn = text;
    },
    clear() {
      if (drawn !== '') write(RETURN_AND_CLEAR);
      drawn = '';
    },
  };
}

/** `gup: 4,711 of 13,452`, cut so that it stays on one line of a narrow terminal; without a count where nothing is counted. */
function inWords({ what, done, total }: Progress): string {
  if (total === 0 && done === 0) return printable(what).slice(0, 75);
  const count = total > 0 ? `${formatCount(done)} of ${formatCount(total)}` : formatCount(done);
  return `${printable(what).slice(0, 40)}: ${count}`;
}
