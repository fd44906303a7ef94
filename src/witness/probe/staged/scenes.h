/* SPDX-License-Identifier: MIT */
/* The scenes, in files by what they are about. staged/main.c has the table. */
#ifndef SCENES_H
#define SCENES_H

/* scenes_pins.c */
void scene_rounds(void);		/* K35 */
void scene_hole(void);			/* K43 */
void scene_userptr(void);		/* K158 */
void scene_flush_under_pin(void);	/* K65 */

/* scenes_removal.c */
void scene_zero_range(void);		/* K53 */
void scene_collapse(void);		/* K54 */
void scene_unlinked(void);		/* K62 */
void scene_unmapped(void);		/* K63 */
void scene_vmsplice(void);		/* K213 */
void scene_unbind(void);		/* K81 */

/* scenes_shared.c */
void scene_shared_write(void);		/* K60 */
void scene_shared_fault(void);		/* K60 */
void scene_read_pin(void);		/* FOLL_PIN of a shared block */
void scene_other_owner(void);		/* K215 */
void scene_reflink(void);		/* K211 */
void scene_stale_write(void);
void scene_stale_unshare(void);

/* scenes_dirty.c */
void scene_huge_truncate(void);
void scene_sync_shared(void);
void scene_sync_shared_next(void);
void scene_sync_hole(void);
void scene_sync_written(void);
void scene_locked_entry(void);		/* K174 */

#endif
