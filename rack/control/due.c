/* Values that were sent for a later frame, until it has come. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/due.h"

#include <string.h>

void due_expect(struct due *d, const struct due_value *value)
{
	if (d->n == DUE_MAX)
		return;
	uint32_t at = d->n++;
	for (; at > 0 && d->values[at - 1].frame > value->frame; at--)
		d->values[at] = d->values[at - 1];
	d->values[at] = *value;
}

static bool has_another(const struct due *d, const struct due_value *than)
{
	for (uint32_t i = 0; i < d->n; i++)
		if (d->values[i].uid == than->uid && d->values[i].param == than->param)
			return true;
	return false;
}

bool due_take(struct due *d, uint64_t now, struct due_value *value)
{
	while (d->n && d->values[0].frame < now) {
		*value = d->values[0];
		memmove(d->values, d->values + 1, --d->n * sizeof d->values[0]);
		if (!has_another(d, value))
			return true;
	}
	return false;
}
