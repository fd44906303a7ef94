/* SPDX-License-Identifier: MIT */
/* What the kernel's own trace points and counters say. */
#ifndef TRACE_H
#define TRACE_H

/* From now on flushes of DAX entries are recorded. */
void trace_flushes(void);
/* Pages of entries that a write-back has flushed since then. */
unsigned int flushed_pages(void);
/* Times that the log of the XFS of the scene was forced, since it was mounted. */
unsigned long log_forces(void);

#endif
