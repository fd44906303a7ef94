/* SPDX-License-Identifier: MIT */
/*
 * Side effects of a wait: what other processes come to feel while a truncate or a punch waits for a driver.
 *
 * Every part is played by a process of its own that carries out one call after the other, as the supervisor
 * tells it: the holder has the driver attached, the waiter waits for it, and bystanders try what still works.
 * The numbered steps are those of side_effects.md.
 */
#ifndef EFFECT_H
#define EFFECT_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "stage.h"
#include "task_state.h"

/* The file: FILE_PAGES pages with content, then a hole. */
#define EFFECT_PAGES 20

enum part {
	HOLDER,
	WAITER,
	FIRST_BYSTANDER,	/* stands still, in rows where another one is looked at behind it */
	BYSTANDER,		/* the one that is looked at */
	PARTS,
};

struct effect_call;

/* A process that plays a part, shared with it. */
struct player {
	pid_t process;			/* 0: nobody */
	sem_t go;
	const struct effect_call *call;
	atomic_int task;		/* thread number */
	atomic_bool done;
	int error;			/* valid when done: 0, or the errno that the call ended with */
	long count;			/* what some calls count: see there */
};

/* One set of files and players; in memory that all of them share. */
struct effect_stage {
	const struct memory_kind *memory;
	const struct driver_kind *driver;
	char path[PATH_ROOM];		/* the file */
	char renamed[PATH_ROOM];	/* a free name in its directory, which is the root of the filesystem */
	char neighbour[PATH_ROOM];	/* another file there */
	char neighbour_renamed[PATH_ROOM];
	char fresh[PATH_ROOM];		/* a free name */
	char fresh_directory[PATH_ROOM];
	char clone[PATH_ROOM];		/* target of a reflink: an empty file */
	char elsewhere[PATH_ROOM];	/* a file in another directory */
	atomic_bool stop;		/* ends calls that go on and on */
	struct player players[PARTS];
};

/* What a player has; in its own memory. */
struct effect_context {
	struct effect_stage *stage;
	struct player *self;
	int fd, direct_fd, clone_fd, elsewhere_fd, mount_fd;	/* -1: not open */
	int device;			/* open /dev/gup_probe, or -1 */
	char *map;			/* EFFECT_PAGES pages of the file, shared and writable */
};

struct effect_call {
	const char *id;
	int (*run)(struct effect_context *context);	/* 0 or an errno */
	bool freezes;			/* leaves the filesystem frozen */
};

extern const struct effect_call effect_calls[];
extern const size_t effect_calls_count;
/* NULL if there is none of that name. */
const struct effect_call *effect_call(const char *id);

/* Calls that set the stage, and those that only stories make. */
extern const struct effect_call make_files, get_ready, attach_driver, detach_driver, leave, leave_child_behind,
	punch_on_and_on, device_write, count_callbacks, count_retries, trunc_0, trunc_mid, punch;

/* effect_player.c: everything about processes. Texts returned say what went wrong; NULL: nothing. */
struct effect_stage *new_effect_stage(void);
void set_effect_stage(struct effect_stage *stage, const struct memory_kind *memory,
		      const struct driver_kind *driver);
const char *start_player(struct effect_stage *stage, enum part part);
/* Lets a player begin a call, and returns at once. */
void begin_call(struct player *player, const struct effect_call *call);
bool call_ends(struct player *player, int limit_ms);
/* Begins a call that has to end, and to end well. */
const char *must_do(struct player *player, const struct effect_call *call);
/*
 * True if the call has not returned after so long: it sleeps where it is, or spins. False if it ended. With little
 * patience it is a guess, for calls of which it is known, and which are looked at again later.
 */
bool stands_still(struct player *player, int patience_ms, struct task_state *waiting);
#define LITTLE_PATIENCE_MS 50
/* True if a signal with a handler ended the call in time, or if SIGKILL ended the player. */
bool signal_ends_call(struct player *player);
bool kill_ends_player(struct player *player);
bool player_is_dead(struct player *player);
/* True if the player is dead before the limit. */
bool player_dies(struct player *player, int limit_ms);
/* Kills and reaps. False if it does not die. */
bool end_player(struct player *player);
/* Ends all players and removes the files; @frozen: the filesystem may have been frozen, and is thawed. */
const char *clear_effect_stage(struct effect_stage *stage, bool frozen);

/* effect_row.c: all rows of one memory; effect_story.c: all stories. False: a trial failed. */
bool run_effect_rows(const struct memory_kind *memory, struct effect_stage *stage);
bool run_effect_stories(const struct memory_kind *memory, struct effect_stage *stage);

/* Holder and waiter in place, and the waiter waiting: steps 1 to 4, shared by rows and stories. */
const char *start_holder(struct effect_stage *stage);
const char *start_waiter(struct effect_stage *stage, const struct effect_call *wait, struct task_state *waiting);

#endif
