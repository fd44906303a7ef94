/** A kill matrix as Markdown: what kills what, and what is open. */
import type { KillCell, KillMatrix, KillRow } from './kill_matrix.ts';
import { table } from './markdown_table.ts';

/** Runs that broke the property, over all strategies, of the runs of those strategies. */
function share(cells: readonly KillCell[]): string {
  const broken = cells.reduce((sum, cell) => sum + cell.broken, 0);
  const runs = cells.reduce((sum, cell) => sum + cell.runs, 0);
  return `${broken}/${runs}`;
}

function byProperty(row: KillRow): string {
  const ids = [...new Set(row.kills.map(({ property }) => property))];
  return ids.map((id) => `${id} ${share(row.kills.filter(({ property }) => property === id))}`).join(', ');
}

function killRow(row: KillRow): string[] {
  const { first } = row;
  const how = first === null ? 'SURVIVED' : `${first.property} (run ${first.first}, ${first.strategy})`;
  return [row.mutant, row.facts.join(' '), row.driver, how, byProperty(row), row.not_seen.join(', ')];
}

/** Of how many faults a strategy found a property broken within the runs that all strategies had. */
function strategyRows({ strategies, rows, runs }: KillMatrix): string[][] {
  return strategies.map((strategy) => {
    const found = rows.filter(({ kills }) =>
      kills.some((cell) => cell.strategy === strategy && cell.first <= runs),
    );
    return [strategy, `${found.length} of ${rows.length}`];
  });
}

function propertyRows({ properties, rows }: KillMatrix): string[][] {
  return properties.map((id) => {
    const killed = rows.filter(({ kills }) => kills.some(({ property }) => property === id));
    const first = rows.filter((row) => row.first?.property === id);
    return [id, String(killed.length), first.map(({ mutant }) => mutant).join(', ') || '-'];
  });
}

export function killTable(matrix: KillMatrix, command: string): string {
  const { survivors, unproven, rows, runs, limit, seed, kernel } = matrix;
  const open = survivors.flatMap((name) => {
    const row = rows.find(({ mutant }) => mutant === name);
    return [
      `- \`${name}\`: ${row?.title ?? ''}. Tried: ${row?.runs ?? 0} runs; expected to break ${row?.expects.join(', ') ?? ''}.`,
    ];
  });
  return [
    '# Which property kills which planted fault',
    '',
    `${rows.length} planted faults, ${matrix.properties.length} properties, ${matrix.strategies.length} strategies, on ${kernel}. Each fault had ${runs} runs under each strategy (seed ${seed});`,
    `one that nothing had killed by then had up to ${limit} runs with the schedules of the generator (\`mixed\`).`,
    'One that survived this was tried in a run made by hand, if it has one (`directed`).',
    'Only properties count that the driver without the fault holds. Made again by:',
    '',
    `    ${command}`,
    '',
    `Killed: ${rows.length - survivors.length} of ${rows.length}. Unproven properties: ${unproven.join(', ') || 'none'}.`,
    '',
    ...(open.length === 0 ? [] : ['## Open questions: faults that survived', '', ...open, '']),
    '## Faults',
    '',
    ...table(
      ['fault', 'facts', 'driver', 'broke first', 'broken in runs', 'expected, not seen here'],
      rows.map(killRow),
    ),
    '',
    '## Properties',
    '',
    ...table(['property', 'kills', 'is the first to break for'], propertyRows(matrix)),
    '',
    '## Strategies',
    '',
    ...table(['strategy', `faults killed within ${runs} runs`], strategyRows(matrix)),
    '',
  ].join('\n');
}
