/* The names that people give: one rule, one sentence. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/name.h"

#include <string.h>

static const struct {
	const char *whose;
	size_t longest;
} kinds[] = {
	[NAME_OF_PRESET] = { "a preset's", NAME_SIZE - 1 },
	[NAME_OF_SCENE] = { "a scene's", NAME_SIZE - 1 },
	/* JACK's limit is 63, less what its server appends to make a name unique. */
	[NAME_OF_RACK] = { "a rack's", 48 },
};

enum status name_check(enum name_kind kind, const char *name, struct reason *reason)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.-");
	if (name[length] == '\0' && length > 0 && length <= kinds[kind].longest && name[0] != '.')
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_VALUE,
		"'%.64s' cannot be %s name: 1 to %d letters, digits, spaces, '_', '.' or '-', no '.' first", name,
		kinds[kind].whose, (int)kinds[kind].longest);
}
