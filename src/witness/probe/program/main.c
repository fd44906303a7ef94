// SPDX-License-Identifier: MIT
/*
 * The probe program: what runs inside the guest once its filesystems are mounted and the module is loaded.
 *
 *	probe cells|races|planted-cells|planted-races
 *	      [memory=NAME,...] [driver=NAME,...] [operation=ID,...] [bugs=BITS]
 *	probe effects [memory=NAME,...]
 *
 * cells, races: each chosen combination once. planted-...: the same twice, first as it is and then with the
 * planted bugs (enum gup_probe_bug) switched on. effects: side effects of a wait, on DAX. Everything it finds goes to standard output as report lines,
 * the last of which is "done".
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cell.h"
#include "effect.h"
#include "kinds.h"
#include "module.h"
#include "operations.h"
#include "report.h"
#include "trial.h"

typedef bool (*run_function)(const struct cell *cell, struct stage *stage);

/* What follows "key=" among the arguments, or NULL. */
static const char *argument(char **arguments, const char *key)
{
	size_t length = strlen(key);

	for (; *arguments; arguments++) {
		if (strncmp(*arguments, key, length) == 0 && (*arguments)[length] == '=')
			return *arguments + length + 1;
	}
	return NULL;
}

/* True if @name is in the list of the argument "key=a,b,c", or if there is no such argument. */
static bool chosen(char **arguments, const char *key, const char *name)
{
	const char *item = argument(arguments, key);
	size_t length = strlen(name);

	if (!item)
		return true;
	for (;;) {
		if (strncmp(item, name, length) == 0 && strchr(",", item[length]))
			return true;
		item = strchr(item, ',');
		if (!item)
			return false;
		item++;
	}
}

static bool run_driver(char **arguments, run_function run, const struct memory_kind *memory,
		       const struct driver_kind *driver, struct stage *stage)
{
	for (size_t i = 0; i < operations_count; i++) {
		struct cell cell = { memory, driver, &operations[i] };

		if (chosen(arguments, "operation", operations[i].id) && !run(&cell, stage))
			return false;
	}
	return true;
}

static bool run_chosen(char **arguments, run_function run, struct stage *stage)
{
	for (size_t m = 0; m < memory_kinds_count; m++) {
		if (!chosen(arguments, "memory", memory_kinds[m].name))
			continue;
		report_memory(&memory_kinds[m]);
		for (size_t d = 0; d < driver_kinds_count; d++) {
			/* Only a mirror has faults that an operation can race with. */
			if ((run == run_race && !driver_kinds[d].mirrors) ||
			    !chosen(arguments, "driver", driver_kinds[d].name))
				continue;
			if (!run_driver(arguments, run, &memory_kinds[m], &driver_kinds[d], stage))
				return false;
		}
	}
	return true;
}

static bool run_planted(char **arguments, run_function run, struct stage *stage)
{
	const char *bugs = argument(arguments, "bugs");

	report("planted off");
	if (!run_chosen(arguments, run, stage))
		return false;
	report("planted on");
	if (!set_module_parameter("bugs", bugs ? strtoul(bugs, NULL, 0) : 0)) {
		report("error the module does not take its parameters");
		return false;
	}
	run_chosen(arguments, run, stage);
	/* A trial that fails with a bug switched on is a result. */
	return true;
}

static bool run_effects(char **arguments)
{
	struct effect_stage *stage = new_effect_stage();

	for (size_t m = 0; m < memory_kinds_count && stage; m++) {
		const struct memory_kind *memory = &memory_kinds[m];

		if (!memory->dax || !chosen(arguments, "memory", memory->name))
			continue;
		report_memory(memory);
		if (!run_effect_rows(memory, stage) || !run_effect_stories(memory, stage))
			return false;
	}
	return stage != NULL;
}

static bool run_command(char **arguments, struct stage *stage)
{
	const char *command = arguments[0] ? arguments[0] : "";
	run_function run = strstr(command, "races") ? run_race : run_cell;

	if (strcmp(command, "effects") == 0)
		return run_effects(arguments + 1);
	if (run == run_race && !set_module_parameter("fault_delay_us", RACE_FAULT_DELAY_MS * 1000)) {
		report("error the module does not take its parameters");
		return false;
	}
	if (strcmp(command, "cells") == 0 || strcmp(command, "races") == 0)
		return run_chosen(arguments + 1, run, stage);
	if (strcmp(command, "planted-cells") == 0 || strcmp(command, "planted-races") == 0)
		return run_planted(arguments + 1, run, stage);
	report("error what to run is not said");
	return false;
}

int main(int argc, char **argv)
{
	struct stage *stage = new_stage();
	struct utsname kernel;
	bool complete = false;

	(void)argc;
	report_start();
	uname(&kernel);
	report("kernel %s", kernel.release);
	if (stage)
		complete = run_command(argv + 1, stage);
	else
		report("error no memory for the stage");
	report("done %s", complete ? "complete" : "incomplete");
	return complete ? 0 : 1;
}
