/** The scenario file as a whole: one zod schema, and the JSON Schema published from it. */
import { z } from 'zod';
import { HOLDS } from '../device_plan.ts';
import { endExpectation } from './expectation_schema.ts';
import { operationSchema } from './operation_schema.ts';
import { driver, MEMORY_NAMES, name, pageRange, position, wholeNumber } from './scalars.ts';

const ranges = z.union([pageRange, z.array(pageRange).min(1)]);

const file = z
  .strictObject({
    size: position.optional().describe('i_size at the start; required for a file that exists.'),
    written: ranges.optional().describe('Pages that hold data. Pages not listed are holes.'),
    unwritten: ranges.optional().describe('Pages that are allocated and read as zeroes.'),
    exists: z.boolean().default(true).describe('false: the file comes into being with its first open.'),
  })
  .meta({ id: 'file' });

const process = z
  .strictObject({
    threads: z.array(name).min(1).optional().describe("Task names; absent: one, with the process's name."),
    memlock_pages: wholeNumber(0, 2 ** 31)
      .optional()
      .describe('RLIMIT_MEMLOCK in pages; absent: it may lock any amount of memory (CAP_IPC_LOCK).'),
  })
  .meta({ id: 'process' });

const plan = z
  .strictObject({
    mappings: z.enum(['shared', 'all']).optional(),
    access: z.enum(['read', 'write', 'mapping']).optional(),
    transfer: z.enum(['before_removal', 'never']).optional(),
    transfer_pages: wholeNumber(1, 2 ** 31).optional(),
    hold: z.enum(HOLDS).optional(),
  })
  .meta({
    id: 'plan',
    description:
      'What a device does beside the program, for scenarios without device operations of their own.',
  });

const replay = z
  .strictObject({
    driver,
    memory: z.enum(MEMORY_NAMES),
    kernel: z.string().regex(/^linux-[0-9.]+$/),
    mutant: z
      .string()
      .regex(/^[a-z0-9_]+$/)
      .optional()
      .describe('A planted fault (list mutants).'),
    schedule: z
      .string()
      .regex(/^gvs1~[A-Za-z0-9._~-]+$/)
      .describe('Who goes on at each step; operations need not begin in the order of `ops`.'),
    freeze_at: wholeNumber(0, 2 ** 31)
      .optional()
      .describe('Steps after which user space begins nothing more; absent: it goes on to the end.'),
  })
  .meta({
    id: 'replay',
    description:
      'One run, exactly, on the small system of `check` (64 blocks, huge pages of 4 pages, 2 devices). `explain` writes it.',
  });

const header = {
  $schema: z.string().optional().describe('For editors; not used.'),
  title: z
    .string()
    .regex(/^\S(.*\S)?$/)
    .describe('One line.'),
  description: z.string().optional(),
  facts: z
    .array(z.string().regex(/^K[1-9][0-9]*$/))
    .default([])
    .describe(
      'Numbers of the kernel facts the scenario shows, for example K34; first the one it is there for.',
    ),
  files: z.record(name, file),
  processes: z.record(name, process),
  plan: plan.optional(),
  replay: replay.optional(),
  expect_end: z.array(endExpectation).min(1).optional(),
};

/** Everything but the operations, which are parsed one by one so that each error is found in one go. */
export const headerSchema = z.strictObject({ ...header, ops: z.array(z.unknown()).min(1) });
export type ScenarioHeader = z.output<typeof headerSchema>;

/** The parts of the header that are right in themselves, also when others are not. */
export function soundSections(root: Readonly<Record<string, unknown>>): Partial<ScenarioHeader> {
  const files = header.files.safeParse(root['files']);
  const processes = header.processes.safeParse(root['processes']);
  const expectAtEnd = header.expect_end.safeParse(root['expect_end']);
  return {
    ...(files.success ? { files: files.data } : {}),
    ...(processes.success ? { processes: processes.data } : {}),
    ...(expectAtEnd.success ? { expect_end: expectAtEnd.data } : {}),
  };
}

const scenarioSchema = z.strictObject({
  ...header,
  ops: z.array(operationSchema).min(1).describe('In the order in which they begin.'),
});

/** JSON Schema (2020-12) of scenario files; `scenario.schema.json` beside this file is this object. */
export const SCENARIO_JSON_SCHEMA: Record<string, unknown> = {
  $id: 'gup-vs-hmm/scenario/1',
  title: 'gup-vs-hmm scenario',
  ...z.toJSONSchema(scenarioSchema, { io: 'input', unrepresentable: 'any' }),
};
