/* Whether a file may be written where it is asked for. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/outfile.h"

#include "rack/base/utf8.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Nothing but a y is a yes. */
static bool agreed(const char *path)
{
	char name[PATH_MAX], answer[16] = "";
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return false;
	utf8_copy(name, sizeof name, path);
	fprintf(stderr, "%s already exists. Overwrite? [y/N] ", name);
	if (!fgets(answer, sizeof answer, stdin))
		return false;
	return answer[0] == 'y' || answer[0] == 'Y';
}

enum status outfile_allow(const char *path, const char *input, bool force, struct reason *reason)
{
	struct stat out, in;
	if (stat(path, &out) != 0)
		return STATUS_OK;
	if (stat(input, &in) == 0 && same_file(&in, &out))
		return reason_set(reason, STATUS_UNAVAILABLE, "is the input itself");
	if (!S_ISREG(out.st_mode) || force || agreed(path))
		return STATUS_OK;
	return reason_set(reason, STATUS_UNAVAILABLE, "already exists; --force overwrites it");
}

bool outfile_is_stdout(const char *path)
{
	struct stat out, standard;
	return stat(path, &out) == 0 && fstat(STDOUT_FILENO, &standard) == 0 && S_ISFIFO(out.st_mode) &&
	       same_file(&out, &standard);
}
