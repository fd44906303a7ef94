/* SPDX-License-Identifier: MIT */
/* The memories and drivers that cells are made of. */
#ifndef KINDS_H
#define KINDS_H

#include <stddef.h>

#include "stage.h"

extern const struct memory_kind memory_kinds[];
extern const size_t memory_kinds_count;
extern const struct driver_kind driver_kinds[];
extern const size_t driver_kinds_count;
/* NULL if there is none of that name. */
const struct driver_kind *driver_named(const char *name);

/* Reports what shows that a memory is (or is not) DAX: the file's attribute, a MAP_SYNC mapping, the mount. */
void report_memory(const struct memory_kind *memory);

#endif
