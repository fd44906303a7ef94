/* SPDX-License-Identifier: MIT */
/*
 * What a page holds, in words. Every writer fills whole pages with one byte that says who wrote it and for
 * which page of the file, so a description of a page says where its bytes come from:
 *
 *	f3			page 3 as the file was made
 *	d4			written by the device, for page 4
 *	w4			written by the operation
 *	o2			page 2 of another file
 *	0			zeros
 *	d11:1000,0:3096		the first 1000 bytes one thing, the rest another
 *	SIGBUS, SIGSEGV		the CPU could not read it
 *	EFAULT, ...		the device could not
 */
#ifndef CONTENT_H
#define CONTENT_H

#include <stddef.h>

#define PAGE 4096
#define DESCRIPTION_MAX 48

enum writer {
	WRITER_FILE = 0x10,
	WRITER_OPERATION = 0x40,
	WRITER_DEVICE = 0x80,
	WRITER_OTHER_FILE = 0xc0,
};

/* Each writer has this many page numbers before the next one's bytes begin. */
#define WRITER_PAGES 32

void fill_page(char *page, enum writer writer, unsigned int number);
void describe_bytes(const char *bytes, size_t length, char description[DESCRIPTION_MAX]);
/* Reads a page of memory, surviving what a vanished mapping does to the reader. Main thread only. */
void describe_memory(const char *page, char description[DESCRIPTION_MAX]);
/* "EINVAL" for EINVAL, "E<number>" for those without a name here, "-" for 0. */
const char *error_name(int error);

#endif
