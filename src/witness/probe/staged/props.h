/* SPDX-License-Identifier: MIT */
/* The lists of what a scene has open, mapped, attached and named. */
#ifndef PROPS_H
#define PROPS_H

#include <stdbool.h>

/* Ends, releases, unmaps, closes and removes all of it. False if a process does not die. */
bool take_down_props(void);

#endif
