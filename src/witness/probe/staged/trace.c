// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "trace.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scene.h"

#define TRACING "/sys/kernel/tracing/"

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	require(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
	close(fd);
}

void trace_flushes(void)
{
	write_file(TRACING "events/fs_dax/dax_writeback_one/enable", "1");
	write_file(TRACING "trace", "\n");
}

/* Lines "... dax_writeback_one: dev 259:0 ino 0xd pgoff 0x4 pglen 0x1". */
unsigned int flushed_pages(void)
{
	FILE *trace = fopen(TRACING "trace", "r");
	unsigned int pages = 0;
	char line[300];

	require(trace != NULL, "trace");
	while (fgets(line, sizeof(line), trace)) {
		const char *length = strstr(line, "pglen ");

		if (strstr(line, "dax_writeback_one:") && length)
			pages += (unsigned int)strtoul(length + strlen("pglen "), NULL, 0);
	}
	fclose(trace);
	return pages;
}

unsigned long log_forces(void)
{
	FILE *stats = fopen("/sys/fs/xfs/pmem1/stats/stats", "r");
	unsigned long forces = 0;
	char line[300];

	require(stats != NULL, "statistics of XFS");
	/* "log" and writes, blocks, noiclogs, forces, sleeping forces */
	while (fgets(line, sizeof(line), stats))
		(void)sscanf(line, "log %*u %*u %*u %lu", &forces);
	fclose(stats);
	return forces;
}
