import { expect, test } from 'vitest';
import { disputedFactsSection, realUsersSection, renderMarkdown } from '../report/index.ts';
import {
  committedDisputedFacts,
  committedRealUsers,
  judgeDisputedFacts,
  observedKernels,
  REAL_USERS,
  userCells,
} from '../witness/index.ts';

test('the disputed facts become a table with a row a fact and a column a kernel', () => {
  const testimonies = observedKernels().map((name) => {
    const observation = committedDisputedFacts(name);
    return { release: observation.kernel.release, verdicts: judgeDisputedFacts(observation) };
  });
  const section = disputedFactsSection(testimonies);
  const text = renderMarkdown({ title: 'Evidence', sections: [section] });
  expect(text).toMatch(/\| K62 .*\| confirmed *\| confirmed *\|/);
  expect(text).toMatch(/\| K39 .*\| not staged *\| not staged *\|/);
  expect(text).toContain('dax_disassociate_entry');
  const refuted = testimonies.flatMap(({ verdicts }) =>
    verdicts.filter(({ status }) => status === 'refuted'),
  );
  for (const { reason } of refuted) expect(JSON.stringify(section)).toContain(reason);
});

test('the real users become a table in which like cells share a row, and forgotten waits a note', () => {
  const testimonies = observedKernels().map((name) => {
    const observation = committedRealUsers(name);
    return { release: observation.kernel.release, cells: userCells(observation) };
  });
  const section = realUsersSection(REAL_USERS, testimonies);
  const table = section.blocks.find((block) => block.kind === 'table');
  const rows = table?.kind === 'table' ? table.rows.map((row) => row.map(({ text }) => text)) : [];
  expect(new Set(rows.map(([user]) => user))).toEqual(new Set(REAL_USERS.map(({ name }) => name)));
  const [rdma] = rows.filter(([user]) => user === 'rdma_mr');
  expect(rdma?.[2]).toBe('refused EOPNOTSUPP (anonymous memory: accepted)');
  expect(rdma?.at(-1)?.split('\n')).toHaveLength(testimonies.length);
  expect(rows.filter(([user]) => user === 'direct_read')).toHaveLength(2);
  const notes = section.blocks.filter((block) => block.kind === 'note');
  expect(notes).toHaveLength(1);
});
