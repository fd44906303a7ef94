/** What a token of a run looks like, without reading it. */

/** True for what is meant to be a token: `check` and `worst` print them, and no file is called so. */
export function isRunToken(text: string): boolean {
  return /^gvr\d*~/.test(text);
}
