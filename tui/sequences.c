/* The control sequences that are keys. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/sequences.h"

#include <string.h>

void sequences_add(struct sequences *s, const char *text, int code)
{
	size_t length = strlen(text);
	const uint8_t *bytes = (const uint8_t *)text;
	bool sound = length == 1 || (length > 1 && (bytes[0] == 0x1b || bytes[0] >= 0x80));
	if (!sound || length > SEQUENCES_LENGTH_MAX || s->n == SEQUENCES_MAX || sequences_find(s, bytes, length))
		return;
	struct sequence *added = &s->list[s->n++];
	memcpy(added->bytes, bytes, length);
	added->length = length;
	added->code = code;
}

int sequences_find(const struct sequences *s, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].length == n && memcmp(s->list[i].bytes, bytes, n) == 0)
			return s->list[i].code;
	return 0;
}

bool sequences_begin(const struct sequences *s, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].length > n && memcmp(s->list[i].bytes, bytes, n) == 0)
			return true;
	return false;
}
