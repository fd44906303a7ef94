/** Comparison result -> document -> terminal text, Markdown; or the result itself as JSON. All pure functions. */
export { canonicalJson, CanonicalError, CITATION_PREFIX, citationId } from './canonical.ts';
export { comparisonDocument } from './comparison_document.ts';
export { counted, countsInWords, formatCount, listed } from './count.ts';
export { cell, column } from './document.ts';
export type { Block, Cell, Column, Document, Section, Table, Tone } from './document.ts';
export { disputedFactsSection, type FactTestimony } from './evidence/disputed_facts.ts';
export { realUsersSection, type UserTestimony } from './evidence/real_users.ts';
export { driverNames } from './driver_order.ts';
export { sideEffectsSections, type SideEffectsEvidence } from './evidence/side_effects.ts';
export { renderMarkdown } from './markdown.ts';
export { printable } from './printable.ts';
export { realKernelDocument } from './real_kernel_document.ts';
export { resultJson } from './result_json.ts';
export { compareJsonSchema, comparisonResultSchema } from './schema.ts';
export { PLAIN_TERMINAL, renderTerminal } from './terminal.ts';
export type { TerminalStyle } from './terminal.ts';
export { formatNs, formatPageNs } from './time.ts';
