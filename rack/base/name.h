/* The names that people give: what a preset, a scene and a rack may be called, in one rule and one sentence. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_NAME_H
#define RACK_NAME_H

#include "rack/base/status.h"

#include <stdbool.h>

enum { NAME_SIZE = 65 }; /* with its terminator */

/* A rack's name is its JACK client's, for which JACK has less room. */
enum name_kind { NAME_OF_PRESET, NAME_OF_SCENE, NAME_OF_RACK };

/* Letters, digits, spaces, '_', '.' and '-', 1 to 64 of them (a rack: 48), no '.' first: such a name is a file's name
 * everywhere. BAD_VALUE with a sentence otherwise. Any thread. */
enum status name_check(enum name_kind, const char *name, struct reason *);

#endif
