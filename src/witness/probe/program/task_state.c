// SPDX-License-Identifier: MIT
#include "task_state.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool read_task_file(pid_t process, pid_t task, const char *name, char *text, size_t room)
{
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", process, task, name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	length = read(fd, text, room - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length >= 0;
}

static char state_letter(const char *stat)
{
	/* The name before it may contain anything, a closing bracket too. */
	const char *bracket = strrchr(stat, ')');

	return bracket && bracket[1] == ' ' ? bracket[2] : '?';
}

static long count_of(const char *status, const char *field)
{
	const char *at = strstr(status, field);

	return at ? strtol(at + strlen(field), NULL, 10) : 0;
}

/* Lines "[<0>] ext4_break_layouts+0x8d/0x100 [ext4]" become "ext4_break_layouts ". */
static void read_stack(char *lines, char *stack)
{
	size_t used = 0;

	stack[0] = '\0';
	for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
		const char *name = strstr(line, "] ");
		size_t length;

		if (!name)
			continue;
		name += 2;
		length = strcspn(name, "+ ");
		if (used + length + 2 > STACK_ROOM)
			break;
		memcpy(stack + used, name, length);
		used += length;
		stack[used++] = ' ';
		stack[used] = '\0';
	}
	if (used > 0)
		stack[used - 1] = '\0';
}

bool read_task_state(pid_t process, pid_t task, struct task_state *state)
{
	static char text[8192];

	memset(state, 0, sizeof(*state));
	strcpy(state->function, "-");
	if (!read_task_file(process, task, "stat", text, sizeof(text)))
		return false;
	state->state = state_letter(text);
	if (read_task_file(process, task, "status", text, sizeof(text))) {
		state->switches = count_of(text, "\nvoluntary_ctxt_switches:") +
				  count_of(text, "\nnonvoluntary_ctxt_switches:");
	}
	if (read_task_file(process, task, "stack", text, sizeof(text)))
		read_stack(text, state->stack);
	if (read_task_file(process, task, "wchan", text, sizeof(text)) && strcmp(text, "0") != 0)
		snprintf(state->function, sizeof(state->function), "%.63s", text);
	return true;
}

bool task_is_dead(pid_t process, pid_t task)
{
	struct task_state state;

	return !read_task_state(process, task, &state) || state.state == 'Z' || state.state == 'X';
}
