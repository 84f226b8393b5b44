/* A fuzz target without a fuzzer: over files, such as inputs that once failed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_FUZZ_FILES_H
#define TESTS_FUZZ_FILES_H

#include <stddef.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* For main: each argument is a file, of which at most max bytes are read into data. Status 1 at the first that cannot
 * be. */
static inline int fuzz_files(int argc, char **argv, unsigned char *data, size_t max)
{
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (!f) {
			perror(argv[i]);
			return 1;
		}
		size_t size = fread(data, 1, max, f);
		fclose(f);
		LLVMFuzzerTestOneInput(data, size);
	}
	return 0;
}

#endif
