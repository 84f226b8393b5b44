/* Presets: names, the folders they are looked for in, and the RACK of the change line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/preset.h"

#include "rack/base/file.h"
#include "rack/base/share.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".rack"

enum { N_FOLDERS = 1 + SHARE_PLACES, NAMES_MAX = 10000 };

/* In the order of search; false: there is no such folder here. */
static bool get_folder(int index, char *folder, size_t size)
{
	if (index == 0)
		return file_place(FILE_CONFIG, "racks", folder, size, NULL) == STATUS_OK;
	return share_path(index - 1, "racks", folder, size);
}

enum status preset_find(const char *name, char *path, size_t size, struct reason *reason)
{
	char folder[PATH_MAX];
	enum status status = name_check(NAME_OF_PRESET, name, reason);
	for (int i = 0; status == STATUS_OK && i < N_FOLDERS; i++) {
		struct stat s;
		if (!get_folder(i, folder, sizeof folder) ||
			(size_t)snprintf(path, size, "%s/%s" SUFFIX, folder, name) >= size)
			continue;
		if (stat(path, &s) == 0 && S_ISREG(s.st_mode))
			return STATUS_OK;
	}
	return status == STATUS_OK ? reason_set(reason, STATUS_UNKNOWN, "there is no preset '%s'", name) : status;
}

enum status preset_save_path(const char *name, char *path, size_t size, struct reason *reason)
{
	char file[sizeof "racks/" + NAME_SIZE + sizeof SUFFIX];
	enum status status = name_check(NAME_OF_PRESET, name, reason);
	if (status != STATUS_OK)
		return status;
	snprintf(file, sizeof file, "racks/%s" SUFFIX, name);
	return file_place(FILE_CONFIG, file, path, size, reason);
}

/* ---- The list */

/* "NAME.rack" without its end; false when it is none. */
static bool strip_suffix(char *name)
{
	size_t length = strlen(name), suffix = strlen(SUFFIX);
	if (length <= suffix || strcmp(name + length - suffix, SUFFIX) != 0)
		return false;
	name[length - suffix] = '\0';
	return name_check(NAME_OF_PRESET, name, NULL) == STATUS_OK;
}

/* Names of one folder behind the n there are; new number. */
static size_t add_names(const char *path, char **names, size_t n)
{
	DIR *folder = opendir(path);
	if (!folder)
		return n;
	for (struct dirent *entry; n < NAMES_MAX && (entry = readdir(folder));) {
		struct stat s;
		if (fstatat(dirfd(folder), entry->d_name, &s, 0) != 0 || !S_ISREG(s.st_mode) ||
			!strip_suffix(entry->d_name))
			continue;
		names[n] = strdup(entry->d_name);
		n += names[n] != NULL;
	}
	closedir(folder);
	return n;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **preset_list(void)
{
	char **names = calloc(NAMES_MAX + 1, sizeof *names), folder[PATH_MAX];
	if (!names)
		return NULL;
	size_t n = 0, kept = 0;
	for (int i = 0; i < N_FOLDERS; i++)
		if (get_folder(i, folder, sizeof folder))
			n = add_names(folder, names, n);
	qsort(names, n, sizeof *names, compare);
	for (size_t i = 0; i < n; i++)
		if (kept && strcmp(names[kept - 1], names[i]) == 0)
			free(names[i]);
		else
			names[kept++] = names[i];
	names[kept] = NULL;
	return names;
}

void preset_list_free(char **names)
{
	for (char **name = names; name && *name; name++)
		free(*name);
	free(names);
}

/* ---- The change line */

static bool is_path(const char *rack)
{
	size_t length = strlen(rack), suffix = strlen(SUFFIX);
	bool named_so = length > suffix && strcmp(rack + length - suffix, SUFFIX) == 0;
	return strchr(rack, '/') || (named_so && access(rack, F_OK) == 0);
}

enum status preset_resolve(const char *rack, char *path, size_t size, struct reason *reason)
{
	if (is_path(rack)) {
		if ((size_t)snprintf(path, size, "%s", rack) >= size)
			return reason_set(reason, STATUS_BAD_VALUE, "the path is too long");
		return STATUS_OK;
	}
	enum status status = preset_find(rack, path, size, NULL);
	if (status == STATUS_OK)
		return STATUS_OK;
	/* A person who forgot the suffix, or typed a path that is not there, wants to know of both. */
	return reason_set(reason, status, "there is no such file ending in " SUFFIX " and no such preset");
}
