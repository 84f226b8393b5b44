/* The folders of the program's own data files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/share.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The folder of the program itself. */
static bool program_folder(char *folder, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", folder, size - 1);
	if (n <= 0)
		return false;
	folder[n] = '\0';
	*strrchr(folder, '/') = '\0';
	return true;
}

/* The program's own folder with examples/ beside it: true in a build tree, and nowhere else is there a CMakeLists.txt
 * too. */
static bool is_in_tree(const char *program)
{
	char path[PATH_MAX];
	return snprintf(path, sizeof path, "%s/../CMakeLists.txt", program) < (int)sizeof path &&
	       access(path, F_OK) == 0;
}

bool share_path(int place, const char *name, char *path, size_t size)
{
	char program[PATH_MAX];
	bool found = program_folder(program, sizeof program);
	if (place == 0)
		return found && snprintf(path, size, "%s/../share/lacquer/%s", program, name) < (int)size;
	if (found && is_in_tree(program)) {
		bool racks = strcmp(name, "racks") == 0;
		return snprintf(path, size, "%s/../examples%s%s", program, racks ? "" : "/", racks ? "" : name) <
		       (int)size;
	}
	return snprintf(path, size, "%s/%s", LACQUER_SHARE, name) < (int)size;
}
