/* The keys: one table that the loop looks up, the help shows and the tests read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stddef.h>

enum action {
	ACTION_NONE,
	ACTION_LINE, /* cursor up or down */
	ACTION_SIDE, /* a step of the value; in a table, the next cell */
	ACTION_SLOT, /* another slot */
	ACTION_STEP, /* the value by amount steps */
	ACTION_MIN,
	ACTION_MAX,
	ACTION_DEFAULT,
	ACTION_TYPE, /* enter a value */
	ACTION_TOGGLE,
	ACTION_BYPASS,
	ACTION_MATCH,
	ACTION_SLOT_BYPASS,
	ACTION_SOLO,
	ACTION_DELTA,
	ACTION_MOVE,
	ACTION_INSERT,
	ACTION_REPLACE,
	ACTION_REMOVE,
	ACTION_UNDO,
	ACTION_REDO,
	ACTION_SIDE_ABCD,
	ACTION_STORE,
	ACTION_RECALL,
	ACTION_PRESETS,
	ACTION_SAVE,
	ACTION_DELETE_SCENE,
	ACTION_DELETE_PRESET,
	ACTION_TITLE,
	ACTION_LOCK,
	ACTION_RESET,
	ACTION_CURVE,
	ACTION_REDRAW,
	ACTION_HELP,
	ACTION_QUIT,
	N_ACTIONS
};

enum { KEY_CODES_MAX = 4 };

struct key {
	int codes[KEY_CODES_MAX]; /* of curses; 0: none */
	const char *name;         /* as the help shows it */
	const char *hint;         /* one word for the bottom line, or NULL */
	const char *help;
	enum action action;
	float amount; /* with its sign: lines, slots or steps */
};

extern const struct key keys[];
extern const size_t n_keys;

const struct key *keys_find(int code); /* NULL: no such key */

#endif
