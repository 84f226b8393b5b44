/* Keeps the program's memory from being paged out, without making resident what is never used. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_MEMORY_H
#define SRC_MEMORY_H

/* Loads the code that the sound is made with, locks what is in use, and from now on what comes into use. Does nothing
 * without permission. Being linked in, memory.c also keeps libjack from loading 100 MB that nobody needs. */
void memory_lock_used(void);

#endif
