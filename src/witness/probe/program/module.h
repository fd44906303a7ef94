/* SPDX-License-Identifier: MIT */
#ifndef MODULE_H
#define MODULE_H

#include <stdbool.h>

/* Sets a parameter of the probe module while it is loaded; false if it does not take it. */
bool set_module_parameter(const char *name, unsigned long value);

#endif
