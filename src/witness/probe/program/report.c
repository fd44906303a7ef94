// SPDX-License-Identifier: MIT
#include "report.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static unsigned int next_number;

void report_start(void)
{
	struct termios line;

	if (tcgetattr(STDOUT_FILENO, &line))
		return;
	cfmakeraw(&line);
	tcsetattr(STDOUT_FILENO, TCSANOW, &line);
}

static uint16_t crc16(const char *text)
{
	uint16_t crc = 0xffff;

	for (; *text; text++) {
		crc ^= (uint16_t)((unsigned char)*text << 8);
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
	}
	return crc;
}

static void write_all(const char *text, size_t length)
{
	while (length > 0) {
		ssize_t written = write(STDOUT_FILENO, text, length);

		/* Without its way out the program has no purpose. */
		if (written < 0)
			_exit(2);
		text += written;
		length -= (size_t)written;
	}
}

void report(const char *format, ...)
{
	char text[REPORT_LINE_MAX];
	char line[REPORT_LINE_MAX + 16];
	va_list args;
	int start;

	start = snprintf(text, sizeof(text), "%u ", next_number++);
	va_start(args, format);
	vsnprintf(text + start, sizeof(text) - (size_t)start, format, args);
	va_end(args);

	snprintf(line, sizeof(line), "@%s %04x\n", text, crc16(text));
	write_all(line, strlen(line));
}
