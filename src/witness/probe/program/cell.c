// SPDX-License-Identifier: MIT
/* One cell: its trials, and the lines that tell of it. */
#include "cell.h"

#include <stdio.h>

#include "operations.h"
#include "report.h"
#include "trial.h"

static const char *const outcome_names[] = { "completed", "blocked", "refused", "failed" };

static const char *const event_names[GUP_PROBE_EVENTS] = {
	[GUP_PROBE_UNMAP] = "UNMAP",
	[GUP_PROBE_CLEAR] = "CLEAR",
	[GUP_PROBE_PROTECTION_VMA] = "PROTECTION_VMA",
	[GUP_PROBE_PROTECTION_PAGE] = "PROTECTION_PAGE",
	[GUP_PROBE_SOFT_DIRTY] = "SOFT_DIRTY",
	[GUP_PROBE_MM_RELEASE] = "RELEASE",
	[GUP_PROBE_MIGRATE] = "MIGRATE",
	[GUP_PROBE_EXCLUSIVE] = "EXCLUSIVE",
	[GUP_PROBE_OTHER] = "OTHER",
};

static void report_pages(const char *what, const char (*pages)[DESCRIPTION_MAX], int count)
{
	char line[REPORT_LINE_MAX] = "";
	int used = 0;

	for (int i = 0; i < count && used < (int)sizeof(line) - DESCRIPTION_MAX; i++)
		used += snprintf(line + used, sizeof(line) - (size_t)used, " %s", pages[i]);
	report("%s%s", what, line);
}

static void report_counts(const struct gup_probe_counts *counts)
{
	for (int i = 0; i < GUP_PROBE_EVENTS; i++) {
		if (counts->events[i])
			report("event %s %llu", event_names[i], counts->events[i]);
	}
	report("cleared %llu", counts->entries_cleared);
	report("faults %llu retries %llu", counts->faults, counts->retries);
}

static void report_behind(const struct trial *trial)
{
	char line[REPORT_LINE_MAX] = "";
	int used = 0;

	for (int i = 0; i < DEVICE_PAGES; i++) {
		const struct gup_probe_page *page = &trial->behind[i];

		used += page->present ? snprintf(line + used, sizeof(line) - (size_t)used, " %u:%c",
						 page->references, page->dirty ? 'd' : 'c')
				      : snprintf(line + used, sizeof(line) - (size_t)used, " -");
	}
	report("behind%s", line);
}

/* The second and third trial of a blocked cell. */
static const char *report_signals(const struct cell *cell, struct stage *stage)
{
	struct readings unread;
	struct trial trial;
	const char *wrong;

	wrong = run_trial(cell, TRIAL_INTERRUPT, stage, &unread, &unread, &trial);
	if (wrong)
		return wrong;
	report("interruptible %s %s", trial.signal_ended_it ? "yes" : "no", error_name(trial.signal_error));
	wrong = run_trial(cell, TRIAL_KILL, stage, &unread, &unread, &trial);
	if (wrong)
		return wrong;
	report("killable %s", trial.signal_ended_it ? "yes" : "no");
	return NULL;
}

static void report_trial(const struct cell *cell, const struct trial *trial, const struct readings *held,
			 const struct readings *after)
{
	bool device = cell->driver->kind && trial->outcome != OUTCOME_REFUSED;

	report("outcome %s %s", outcome_names[trial->outcome], error_name(trial->error));
	report("size %lld blocks %lld", (long long)held->size_bytes, (long long)held->blocks);
	report_pages("cpu", held->cpu, FILE_PAGES);
	if (device) {
		report_pages("device", held->device, DEVICE_PAGES);
		report_behind(trial);
	}
	if (device && cell->driver->mirrors)
		report_counts(&trial->counts);
	if (trial->outcome == OUTCOME_BLOCKED) {
		report("waits %c %s", trial->waiting.state, trial->waiting.function);
		report("stack %s", trial->waiting.stack);
		report("after %s %s size %lld blocks %lld", trial->error_after_release ? "failed" : "completed",
		       error_name(trial->error_after_release), (long long)after->size_bytes,
		       (long long)after->blocks);
	} else {
		report("took_us %lld", (long long)(trial->elapsed_ns / 1000));
	}
	report_pages("file", after->file, after->file_pages);
}

static bool report_end(const char *wrong, const struct stage *stage)
{
	if (wrong)
		report("error %s: %s", wrong, error_name(stage->failed_error));
	else
		report("end");
	return !wrong;
}

bool run_race(const struct cell *cell, struct stage *stage)
{
	struct readings held, after;
	struct trial trial;
	const char *wrong;

	report("race %s %s %s", cell->memory->name, cell->driver->name, cell->operation->id);
	wrong = run_trial(cell, TRIAL_RACE, stage, &held, &after, &trial);
	if (!wrong) {
		report("outcome %s %s", outcome_names[trial.outcome], error_name(trial.error));
		report_pages("cpu", held.cpu, FILE_PAGES);
		report_pages("device", held.device, DEVICE_PAGES);
		report("faults %llu retries %llu", trial.counts.faults, trial.counts.retries);
	}
	return report_end(wrong, stage);
}

bool run_cell(const struct cell *cell, struct stage *stage)
{
	struct readings held, after;
	struct trial trial;
	const char *wrong;

	report("cell %s %s %s", cell->memory->name, cell->driver->name, cell->operation->id);
	wrong = run_trial(cell, TRIAL_OBSERVE, stage, &held, &after, &trial);
	if (!wrong) {
		report_trial(cell, &trial, &held, &after);
		if (trial.outcome == OUTCOME_BLOCKED)
			wrong = report_signals(cell, stage);
	}
	return report_end(wrong, stage);
}
