/* A key of the terminal: one row in the file of the function that it calls. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/keys.h"

const struct key *keys_find(const struct keymap *map, int code)
{
	for (size_t i = 0; code > 0 && i < map->n; i++)
		for (int c = 0; c < KEY_CODES_MAX; c++)
			if (map->rows[i].codes[c] == code)
				return &map->rows[i];
	return NULL;
}
