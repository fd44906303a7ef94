/* SPDX-License-Identifier: MIT */
#ifndef CELL_H
#define CELL_H

#include "stage.h"

/* Runs the trials of one cell and reports it. False if a trial failed: what comes after it proves nothing. */
bool run_cell(const struct cell *cell, struct stage *stage);

/* Runs the race of one cell, whose driver mirrors, and reports it. False as above. */
bool run_race(const struct cell *cell, struct stage *stage);

#endif
