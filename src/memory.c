/* Keeps the program's memory from being paged out, without making resident what is never used. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/memory.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Stands in front of libc's for the whole process. libjack locks the server's shared memory when a client opens, which
 * would fault in the buffers of all ports that the server could ever have (100 MB) and take 30 ms for that. Pages that
 * are touched are locked all the same: the audio thread has met its own within the first periods, which are silent. */
int mlock(const void *address, size_t size)
{
	return mlock2(address, size, MLOCK_ONFAULT);
}

/* Pages of code and tables are met when they are first run, which for rare paths would be on the audio thread, in the
 * middle of the music. Needs Linux 5.14; before, nothing happens. */
static void load(const struct dl_phdr_info *object, const ElfW(Phdr) * segment)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = (object->dlpi_addr + segment->p_vaddr) / page * page;
	uintptr_t end = object->dlpi_addr + segment->p_vaddr + segment->p_memsz;
	madvise((void *)begin, end - begin, MADV_POPULATE_READ);
}

/* The program and libm: what the sound is made with. */
static int load_object(struct dl_phdr_info *object, size_t size, void *user)
{
	(void)size, (void)user;
	bool program = object->dlpi_name[0] == '\0';
	if (!program && !strstr(object->dlpi_name, "/libm.so"))
		return 0;
	for (int i = 0; i < object->dlpi_phnum; i++)
		if (object->dlpi_phdr[i].p_type == PT_LOAD && !(object->dlpi_phdr[i].p_flags & PF_W))
			load(object, &object->dlpi_phdr[i]);
	return 0;
}

void memory_lock_used(void)
{
	dl_iterate_phdr(load_object, NULL);
	mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}
