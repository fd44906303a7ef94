/** What in the guest's console is more than chatter. */

/** How the kernel begins what should not have happened. */
const ALARM =
  /(WARNING: |BUG: |BUG at |Oops: |general protection fault|Kernel panic|INFO: task .* blocked|soft lockup)/;
/** Lines kept after an alarm: where it was and how it came there. */
const LINES_AFTER = 20;

/** The alarms with the lines after each, time stamps taken off so that runs can be compared. */
export function kernelAlarms(consoleText: string): string[] {
  const lines = consoleText
    .replaceAll('\r', '')
    .split('\n')
    .map((line) => line.replace(/^\[\s*\d+\.\d+\]\s?/, ''));
  const kept: string[] = [];
  let until = -1;
  for (const [index, line] of lines.entries()) {
    if (ALARM.test(line)) until = index + LINES_AFTER;
    if (index <= until) kept.push(line);
  }
  return kept;
}

/** The last lines, for a message. */
export function consoleTail(consoleText: string, count = 25): string {
  return consoleText.replaceAll('\r', '').trimEnd().split('\n').slice(-count).join('\n');
}
