/* Keeps the program's memory from being paged out, without making resident what is never used. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/memory.h"

#include <sys/mman.h>

/* Stands in front of libc's for the whole process. libjack locks the server's shared memory when a client opens, which
 * would fault in the buffers of all ports that the server could ever have (100 MB) and take 30 ms for that. Pages that
 * are touched are locked all the same: the audio thread has met its own within the first periods, which are silent. */
int mlock(const void *address, size_t size)
{
	return mlock2(address, size, MLOCK_ONFAULT);
}

void memory_lock_used(void)
{
	mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}
