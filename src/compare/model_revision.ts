/**
 * Version of what the model computes. It changes when the same workload, driver and conditions come out otherwise,
 * and so do citation ids then; a change of the code that changes no result leaves it (D9).
 */
export const MODEL_REVISION = 4;
