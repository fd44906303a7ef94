/* SPDX-License-Identifier: MIT */
/*
 * A scene stages one question to the kernel and says what was seen, one "saw NAME VALUE" line for each thing.
 * Everything it opens, maps, attaches and starts is on lists and taken down after it, whatever happened. A
 * step that must work and does not ends the scene there: nothing is made of half a scene.
 */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../program/content.h"
#include "deed.h"

struct scene {
	const char *id;
	const char *memory;	/* ext4_dax or xfs_dax */
	void (*run)(void);
};

/* The mount point and name of the memory of the scene that is on. */
const char *scene_mount(void);
bool scene_is_xfs(void);

/* Runs a scene. False if it left something behind that cannot be taken down. */
bool run_scene(const struct scene *scene);
/* Says in the kernel's log that what follows belongs to @id on @memory. */
void mark_log(const char *id, const char *memory);

/* One thing seen: a name in snake case and words. */
void saw(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What page @page holds, read through a mapping. */
void saw_memory(const char *name, const char *page);
/* What page number @page of the file holds, by pread(). */
void saw_file(const char *name, const char *path, unsigned int page);
/* completed, failed ERRNO, or blocked; a second line NAME_waits has state and function when it is blocked. */
void saw_deed(const char *name, struct deed *deed);
/* The same for one that was blocked and can go on now. */
void saw_deed_end(const char *name, struct deed *deed);

/* Ends the scene as failed in @step, with errno, unless @ok. */
void require(bool ok, const char *step);
/* Ends the scene: it cannot be staged here, for @reason. */
void cannot(const char *reason) __attribute__((noreturn));

/* A new name under the mount point, removed after the scene. */
const char *new_path(void);
/* A new file of @pages pages f0, f1, ... (or another writer's), written and synced; open until the scene ends. */
int new_file(const char *path, unsigned int pages, enum writer writer);
/* The same for an open file. */
void write_pages(int fd, unsigned int pages, enum writer writer);
/* Closes what new_file() or open_file() opened. */
int open_file(const char *path, int flags);
void close_file(int fd);

/* Maps @pages pages, shared and writable, and reads the first byte of each if @touch. */
char *map_file(int fd, unsigned int pages, bool touch);
/* The same with more flags of mmap(), and nothing touched; never fails: MAP_FAILED comes back with errno. */
char *try_map(int fd, size_t bytes, int flags);
void unmap_file(char *map);
/* In a new process: unmaps everything that the parent had mapped here. */
void forget_mappings(void);

/* A device with one driver attached; NULL and errno when it is refused. Released after the scene. */
struct device;
struct device *attach(uint32_t driver, const char *address, unsigned int pages);
/* The same where a refusal ends the scene. */
struct device *attach_or_end(uint32_t driver, const char *address, unsigned int pages);
void detach(struct device *device);
/* The device writes WRITER_DEVICE of number @number into its page @page; 0 or an errno. */
int write_as_device(struct device *device, unsigned int page, unsigned int number);
/* What the device reads in its page @page, or the errno of its fault. */
void saw_device(const char *name, struct device *device, unsigned int page);
/* References to the page behind its first entry. */
unsigned int references_of(struct device *device);
/* Callbacks so far, of all types together. */
unsigned long long device_events(struct device *device);
/* Sets a parameter of the module until the scene ends. */
void set_module(const char *parameter, unsigned long value);

/* A deed that must be ready, and one that must start. */
struct deed *ready_or_end(const char *operation, const char *path, const char *other);
struct deed *start_or_end(const char *operation, const char *path, const char *other);

#endif
