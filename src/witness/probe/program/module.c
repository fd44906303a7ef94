// SPDX-License-Identifier: MIT
#include "module.h"

#include <stdio.h>

bool set_module_parameter(const char *name, unsigned long value)
{
	char path[80];
	FILE *file;
	bool ok;

	snprintf(path, sizeof(path), "/sys/module/gup_probe/parameters/%s", name);
	file = fopen(path, "w");
	if (!file)
		return false;
	ok = fprintf(file, "%lu", value) > 0;
	return fclose(file) == 0 && ok;
}
