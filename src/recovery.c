/* Files that the program keeps for itself: where one cannot be used, it is put aside and the one before is taken. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/recovery.h"

#include "rack/base/draft.h"
#include "rack/base/file.h"
#include "src/options.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static enum status read_told(const char *path, recovery_read *read, void *user)
{
	struct reason reason;
	if (access(path, F_OK) != 0)
		return STATUS_UNKNOWN;
	enum status status = read(user, path, &reason);
	if (status != STATUS_OK)
		options_file_error(path, &reason);
	return status;
}

static void put_aside(const char *path)
{
	char aside[PATH_MAX];
	if (snprintf(aside, sizeof aside, "%s.bad", path) < (int)sizeof aside)
		rename(path, aside);
}

enum status recovery_open(const char *path, recovery_read *read, void *user, bool *backup)
{
	char before[PATH_MAX];
	*backup = false;
	enum status status = read_told(path, read, user);
	if (status == STATUS_BAD_VALUE)
		put_aside(path);
	/* Without memory nothing is known of the file, and the one before would do no better. */
	if (status == STATUS_OK || status == STATUS_NO_MEMORY ||
		snprintf(before, sizeof before, "%s" DRAFT_BACKUP, path) >= (int)sizeof before)
		return status;
	enum status second = read_told(before, read, user);
	if (second == STATUS_UNKNOWN)
		return status;
	*backup = second == STATUS_OK;
	if (*backup)
		options_error(path, "the one before is used: %s", before);
	return second;
}
