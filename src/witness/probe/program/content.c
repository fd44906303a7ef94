// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "content.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

void fill_page(char *page, enum writer writer, unsigned int number)
{
	memset(page, (int)writer + (int)number, PAGE);
}

static int name_byte(unsigned char byte, char *out, size_t room)
{
	static const struct {
		enum writer writer;
		char letter;
	} writers[] = {
		{ WRITER_FILE, 'f' },
		{ WRITER_OPERATION, 'w' },
		{ WRITER_DEVICE, 'd' },
		{ WRITER_OTHER_FILE, 'o' },
	};

	if (byte == 0)
		return snprintf(out, room, "0");
	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
		if (byte >= writers[i].writer && byte < writers[i].writer + WRITER_PAGES)
			return snprintf(out, room, "%c%d", writers[i].letter, byte - (int)writers[i].writer);
	}
	return snprintf(out, room, "x%02x", byte);
}

static size_t run_length(const char *bytes, size_t length)
{
	size_t run = 1;

	while (run < length && bytes[run] == bytes[0])
		run++;
	return run;
}

void describe_bytes(const char *bytes, size_t length, char description[DESCRIPTION_MAX])
{
	size_t at = 0, used = 0;

	description[0] = '\0';
	while (at < length && used < DESCRIPTION_MAX - 16) {
		size_t run = run_length(bytes + at, length - at);

		if (at > 0)
			description[used++] = ',';
		used += (size_t)name_byte((unsigned char)bytes[at], description + used, DESCRIPTION_MAX - used);
		if (run < PAGE)
			used += (size_t)snprintf(description + used, DESCRIPTION_MAX - used, ":%zu", run);
		at += run;
	}
	/* More pieces than any operation here makes: said, not hidden. */
	if (at < length)
		snprintf(description + used, DESCRIPTION_MAX - used, ",more");
}

static sigjmp_buf read_failed;

static void on_bad_read(int signal)
{
	siglongjmp(read_failed, signal);
}

void describe_memory(const char *page, char description[DESCRIPTION_MAX])
{
	struct sigaction catch = { .sa_handler = on_bad_read };
	struct sigaction bus, segv;
	char copy[PAGE];
	int signal;

	sigaction(SIGBUS, &catch, &bus);
	sigaction(SIGSEGV, &catch, &segv);
	signal = sigsetjmp(read_failed, 1);
	if (signal == 0) {
		for (size_t i = 0; i < PAGE; i++)
			copy[i] = ((const volatile char *)page)[i];
		describe_bytes(copy, PAGE, description);
	} else {
		snprintf(description, DESCRIPTION_MAX, signal == SIGBUS ? "SIGBUS" : "SIGSEGV");
	}
	sigaction(SIGBUS, &bus, NULL);
	sigaction(SIGSEGV, &segv, NULL);
}

const char *error_name(int error)
{
	static char number[16];
	const char *name;

	if (error == 0)
		return "-";
	name = strerrorname_np(error);
	if (name)
		return name;
	snprintf(number, sizeof(number), "E%d", error);
	return number;
}
