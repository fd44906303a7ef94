/** A problem in a scenario before it has a line and a column. */

/** Where in the document: keys and list indexes from the top. */
export type DocumentPath = readonly PropertyKey[];

export interface Trouble {
  readonly path: DocumentPath;
  /** `key`: the key itself is wrong, point at it rather than at its value. */
  readonly at: 'key' | 'value';
  readonly problem: string;
  readonly hint?: string;
}

export function trouble(path: DocumentPath, problem: string, hint?: string): Trouble {
  return { path, at: 'value', problem, ...(hint === undefined ? {} : { hint }) };
}

/** `ops[3].file`, as people say it. */
export function pathText(path: DocumentPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? String(step) : `.${String(step)}`;
  }
  return text;
}
