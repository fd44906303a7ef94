/** What there is to name in commands: one table per list, every row with the same keys. */
import { DRIVERS } from '../drivers/drivers.ts';
import { CHECK_INVARIANTS } from '../invariants/index.ts';
import { FACTS, type FactStatus } from '../kernel/facts/index.ts';
import { LEFT_OUT } from '../kernel/facts/left_out.ts';
import { MECHANISMS } from '../kernel/facts/mechanisms/index.ts';
import { RELEASES } from '../kernel/release/releases.ts';
import { ALL_MUTANTS } from '../mutants/index.ts';
import { MEMORY_KINDS } from '../run/setup.ts';
import { CATALOGUE } from '../workload/catalogue/index.ts';
import type { BackendList, ListRow } from './backend.ts';

const LISTS: Readonly<Record<BackendList, () => readonly ListRow[]>> = {
  drivers: () =>
    DRIVERS.map(({ name, title, breaks }) => ({
      name,
      title,
      breaks: breaks.map(({ invariant }) => invariant),
    })),
  kernels: () =>
    RELEASES.map(({ name, source, rules }) => ({
      name,
      source,
      rules: Object.entries(rules).flatMap(([rule, on]: [string, boolean]) => (on ? [rule] : [])),
    })),
  memory: () => MEMORY_KINDS.map(({ name, title }) => ({ name, title })),
  mutants: () =>
    ALL_MUTANTS.map(({ name, title, driver, breaks, imitates }) => ({
      name,
      title,
      driver,
      breaks,
      imitates,
    })),
  scenarios: () => CATALOGUE.map(({ name, title, kind, facts }) => ({ name, title, kind, facts })),
  properties: () => CHECK_INVARIANTS.map(({ id, title, facts }) => ({ name: id, title, facts })),
  mechanisms: () =>
    MECHANISMS.map(({ name, modelled, simplified, symbols, paths, leftOut = [], rules = [], reason }) => ({
      name,
      modelled,
      simplified,
      symbols,
      paths,
      left_out: leftOut.map((topic) => LEFT_OUT[topic].what),
      rules,
      reason: reason ?? null,
    })),
  facts: () =>
    FACTS.map(({ id, title, text, tag, sources, status }) => ({
      name: id,
      title,
      text,
      tag,
      status: status.kind,
      scenarios: scenariosOf(id),
      shown_by: status.kind === 'modelled' ? (status.shownBy ?? []) : [],
      left_out: leftOutOf(status),
      sources,
    })),
};

/** Names of the catalogue's scenarios that show a fact. */
function scenariosOf(id: string): readonly string[] {
  return CATALOGUE.filter(({ facts }) => facts.includes(id)).map(({ name }) => name);
}

/** Why a fact is not modelled, or what of it is left out; null for one that is modelled in full. */
function leftOutOf(status: FactStatus): string | null {
  if (status.kind !== 'modelled') return status.reason;
  const parts = (status.without ?? []).map((topic) => LEFT_OUT[topic].what);
  return parts.length === 0 ? null : `without ${parts.join('; ')}`;
}

export function listOf(kind: BackendList): readonly ListRow[] {
  return LISTS[kind]();
}
