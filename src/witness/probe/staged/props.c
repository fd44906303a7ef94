// SPDX-License-Identifier: MIT
/* Files, mappings and devices of the scene that is on. */
#define _GNU_SOURCE
#include "props.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scene.h"

#define PROPS_MAX 16
#define DEVICES_MAX 64
/* Mappings lie so far apart that each has page tables of its own. */
#define MAP_STRIDE (1UL << 30)

struct device {
	int fd;
};

static struct mapping {
	char *address;
	size_t bytes;	/* 0: free */
} mappings[PROPS_MAX];

static struct device devices[DEVICES_MAX];
static unsigned int devices_count;
static int files[PROPS_MAX];
static unsigned int files_count;
static char paths[PROPS_MAX][PATH_ROOM];
static unsigned int paths_count;
static const char *parameters[4];
static unsigned int parameters_count;

const char *new_path(void)
{
	static unsigned int number;
	char *path = paths[paths_count];

	require(paths_count < PROPS_MAX, "room for names");
	snprintf(path, PATH_ROOM, "%s/s%u", scene_mount(), number++);
	paths_count++;
	return path;
}

int open_file(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	require(fd >= 0, "open");
	require(files_count < PROPS_MAX, "room for files");
	files[files_count++] = fd;
	return fd;
}

void write_pages(int fd, unsigned int pages, enum writer writer)
{
	static char page[PAGE];

	for (unsigned int i = 0; i < pages; i++) {
		fill_page(page, writer, i);
		require(pwrite(fd, page, PAGE, (off_t)i * PAGE) == PAGE, "write");
	}
	require(fsync(fd) == 0, "fsync");
}

int new_file(const char *path, unsigned int pages, enum writer writer)
{
	int fd = open_file(path, O_CREAT | O_EXCL | O_RDWR);

	write_pages(fd, pages, writer);
	return fd;
}

void close_file(int fd)
{
	for (unsigned int i = 0; i < files_count; i++) {
		if (files[i] != fd)
			continue;
		close(fd);
		files[i] = files[--files_count];
		return;
	}
}

char *try_map(int fd, size_t bytes, int flags)
{
	for (unsigned int i = 0; i < PROPS_MAX; i++) {
		char *address = MAP_ADDRESS + i * MAP_STRIDE, *map;

		if (mappings[i].bytes)
			continue;
		map = mmap(address, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);
		if (map != MAP_FAILED)
			mappings[i] = (struct mapping){ map, bytes };
		return map;
	}
	errno = EMFILE;
	return MAP_FAILED;
}

char *map_file(int fd, unsigned int pages, bool touch)
{
	char *map = try_map(fd, pages * PAGE, MAP_SHARED);

	require(map != MAP_FAILED, "mmap");
	for (unsigned int i = 0; touch && i < pages; i++)
		(void)((volatile char *)map)[i * PAGE];
	return map;
}

void unmap_file(char *map)
{
	for (unsigned int i = 0; i < PROPS_MAX; i++) {
		if (mappings[i].bytes && mappings[i].address == map) {
			munmap(map, mappings[i].bytes);
			mappings[i].bytes = 0;
		}
	}
}

void forget_mappings(void)
{
	for (unsigned int i = 0; i < PROPS_MAX; i++) {
		if (mappings[i].bytes)
			munmap(mappings[i].address, mappings[i].bytes);
	}
	memset(mappings, 0, sizeof(mappings));
}

struct device *attach(uint32_t driver, const char *address, unsigned int pages)
{
	struct gup_probe_attach request = { .addr = (uintptr_t)address, .pages = pages, .driver = driver };
	struct device *device = &devices[devices_count];

	require(devices_count < DEVICES_MAX, "room for devices");
	device->fd = open("/dev/gup_probe", O_RDWR | O_CLOEXEC);
	require(device->fd >= 0, "open of the probe");
	devices_count++;
	return ioctl(device->fd, GUP_PROBE_ATTACH, &request) ? NULL : device;
}

struct device *attach_or_end(uint32_t driver, const char *address, unsigned int pages)
{
	struct device *device = attach(driver, address, pages);

	require(device != NULL, "attach");
	return device;
}

void detach(struct device *device)
{
	ioctl(device->fd, GUP_PROBE_RELEASE);
}

static int device_access(struct device *device, unsigned int page, char *buffer, bool write)
{
	struct gup_probe_access access = { .buffer = (uintptr_t)buffer, .page = page, .write = write };

	return ioctl(device->fd, GUP_PROBE_ACCESS, &access) ? errno : 0;
}

int write_as_device(struct device *device, unsigned int page, unsigned int number)
{
	static char buffer[PAGE];

	fill_page(buffer, WRITER_DEVICE, number);
	return device_access(device, page, buffer, true);
}

void saw_device(const char *name, struct device *device, unsigned int page)
{
	char description[DESCRIPTION_MAX];
	static char buffer[PAGE];
	int error = device_access(device, page, buffer, false);

	if (!error)
		describe_bytes(buffer, PAGE, description);
	saw(name, "%s", error ? error_name(error) : description);
}

unsigned int references_of(struct device *device)
{
	struct gup_probe_page page = { .page = 0 };

	require(ioctl(device->fd, GUP_PROBE_PAGE, &page) == 0, "page");
	return page.references;
}

unsigned long long device_events(struct device *device)
{
	struct gup_probe_counts counts;
	unsigned long long events = 0;

	require(ioctl(device->fd, GUP_PROBE_COUNTS, &counts) == 0, "counts");
	for (int i = 0; i < GUP_PROBE_EVENTS; i++)
		events += counts.events[i];
	return events;
}

static bool write_parameter(const char *parameter, unsigned long value)
{
	char path[80];
	bool ok;
	int fd;

	snprintf(path, sizeof(path), "/sys/module/gup_probe/parameters/%s", parameter);
	fd = open(path, O_WRONLY);
	ok = fd >= 0 && dprintf(fd, "%lu", value) > 0;
	close(fd);
	return ok;
}

void set_module(const char *parameter, unsigned long value)
{
	require(write_parameter(parameter, value), "a parameter of the module");
	if (parameters_count < sizeof(parameters) / sizeof(parameters[0]))
		parameters[parameters_count++] = parameter;
}

bool take_down_props(void)
{
	bool clear;

	while (parameters_count > 0)
		write_parameter(parameters[--parameters_count], 0);
	/* Devices first: what waits for them can then end. Processes of the scene have them open too. */
	while (devices_count > 0) {
		detach(&devices[--devices_count]);
		close(devices[devices_count].fd);
	}
	clear = deeds_end();
	forget_mappings();
	while (files_count > 0)
		close(files[--files_count]);
	while (paths_count > 0)
		unlink(paths[--paths_count]);
	return clear;
}
