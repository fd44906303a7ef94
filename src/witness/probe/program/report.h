/* SPDX-License-Identifier: MIT */
/*
 * Results leave the guest as short lines, each with a number and a checksum, so that the reader can tell a
 * lost or damaged line from one that was never written:
 *
 *	@<number> <text> <CRC-16/CCITT of "number text", four hex digits>
 */
#ifndef REPORT_H
#define REPORT_H

#define REPORT_LINE_MAX 400

/* Makes standard output fit for it: a serial line must not translate what it carries. */
void report_start(void);
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
