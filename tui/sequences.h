/* The control sequences that are keys. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SEQUENCES_H
#define TUI_SEQUENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEQUENCES_MAX = 320, SEQUENCES_LENGTH_MAX = 40 };

struct sequence {
	uint8_t bytes[SEQUENCES_LENGTH_MAX];
	size_t length;
	int code;
};

struct sequences {
	size_t n;
	struct sequence list[SEQUENCES_MAX];
};

/* One byte, or a control that begins a sequence and more; anything else is left out, and an earlier meaning stays. */
void sequences_add(struct sequences *, const char *text, int code);

int sequences_find(const struct sequences *, const uint8_t *bytes, size_t n);   /* its code; 0: none */
bool sequences_begin(const struct sequences *, const uint8_t *bytes, size_t n); /* a longer one begins so */

#endif
