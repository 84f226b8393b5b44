/* Presets: rack files by name in the preset folders, never by path. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_PRESET_H
#define RACK_PRESET_H

#include "rack/base/name.h"
#include "rack/model/rackfile.h"

/* Names are those of rack/base/name.h. The user's folder first, then share/lacquer/racks beside the program's folder,
 * the configured share folder, and examples/ beside an uninstalled program. Path of the existing file; BAD_VALUE for a
 * bad name, UNKNOWN when there is none. */
enum status preset_find(const char *name, char *path, size_t size, struct reason *);

/* Where a save goes: always the user's folder. */
enum status preset_save_path(const char *name, char *path, size_t size, struct reason *);

/* Sorted names of all folders, each once; malloc()ed array of malloc()ed strings, NULL-terminated. */
char **preset_list(void);
void preset_list_free(char **names);

/* RACK on the change line: a path (has a slash, or ends in .rack and exists) or a preset's name. Gives the path. */
enum status preset_resolve(const char *rack, char *path, size_t size, struct reason *);

#endif
