/* The keys: one table that the loop looks up, the help shows and the tests read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stddef.h>

enum command {
	COMMAND_NONE,
	COMMAND_LINE, /* cursor up or down */
	COMMAND_SIDE, /* a step of the value; in a table, the next cell */
	COMMAND_SLOT, /* another slot */
	COMMAND_STEP, /* the value by amount steps */
	COMMAND_MIN,
	COMMAND_MAX,
	COMMAND_DEFAULT,
	COMMAND_TYPE, /* enter a value */
	COMMAND_TOGGLE,
	COMMAND_BYPASS,
	COMMAND_MATCH,
	COMMAND_SLOT_BYPASS,
	COMMAND_SOLO,
	COMMAND_DELTA,
	COMMAND_MOVE,
	COMMAND_INSERT,
	COMMAND_REPLACE,
	COMMAND_REMOVE,
	COMMAND_UNDO,
	COMMAND_REDO,
	COMMAND_SIDE_ABCD,
	COMMAND_STORE,
	COMMAND_RECALL,
	COMMAND_PRESETS,
	COMMAND_SAVE,
	COMMAND_DELETE_SCENE,
	COMMAND_DELETE_PRESET,
	COMMAND_TITLE,
	COMMAND_LOCK,
	COMMAND_RESET,
	COMMAND_CURVE,
	COMMAND_REDRAW,
	COMMAND_HELP,
	COMMAND_QUIT,
	N_COMMANDS
};

enum { KEY_CODES_MAX = 4 };

struct key {
	int codes[KEY_CODES_MAX]; /* of curses; 0: none */
	const char *name;         /* as the help shows it */
	const char *hint;         /* one word for the bottom line, or NULL */
	const char *help;
	enum command command;
	float amount; /* with its sign: lines, slots or steps */
};

extern const struct key keys[];
extern const size_t n_keys;

const struct key *keys_find(int code); /* NULL: no such key */

#endif
