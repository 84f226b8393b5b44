/* Preloaded: reading at or beyond the byte that LACQUER_EIO names fails with EIO, as on a disk with a bad sector. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

ssize_t pread(int fd, void *bytes, size_t n, off_t offset)
{
	static ssize_t (*real)(int, void *, size_t, off_t);
	const char *from = getenv("LACQUER_EIO");
	off_t bad = from ? atol(from) : 0;
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pread");
	if (from && offset >= bad) {
		errno = EIO;
		return -1;
	}
	/* A disk gives what stands before the bad sector. */
	if (from && (off_t)(offset + (off_t)n) > bad)
		n = (size_t)(bad - offset);
	return real(fd, bytes, n, offset);
}
