/* A key of the terminal: one row in the file of the function that it calls. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stddef.h>

struct screen;

enum { KEY_CODES_MAX = 10 };

struct key {
	int codes[KEY_CODES_MAX]; /* of curses; 0: none */
	const char *name;         /* as the help shows it, 10 characters at most */
	const char *hint;         /* one word for the bottom line, or NULL */
	const char *help;         /* 51 characters at most */
	void (*act)(struct screen *, float amount);
	float amount; /* with its sign: lines, slots, steps, or which snapshot */
};

/* The rows of one file. */
struct keymap {
	const struct key *rows;
	size_t n;
};

#define KEYMAP(ROWS)                                                                                                   \
	{                                                                                                              \
		ROWS, sizeof ROWS / sizeof ROWS[0]                                                                     \
	}
#define KEYS_CTRL(LETTER) ((LETTER)&0x1f)

const struct key *keys_find(const struct keymap *, int code); /* NULL: no such key */

#endif
