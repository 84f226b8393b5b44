/* Lists the addresses of a rack that have a value, by the rows of the map. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/subjects.h"

#include "osc/server/router.h"

#include <stdio.h>
#include <stdlib.h>

static size_t *first_param(struct subjects *s, uint32_t slot)
{
	return &s->first_param[slot == RACK_ITSELF ? RACK_SLOTS_MAX : slot];
}

static bool grow(struct subjects *s)
{
	size_t room = s->room ? 2 * s->room : 256;
	struct subject *list = realloc(s->list, room * sizeof *list);
	if (!list)
		return false;
	s->list = list;
	s->room = room;
	return true;
}

bool subjects_add(struct subjects *s, const struct route *route, const struct place *place, const char *address)
{
	if (s->n == s->room && !grow(s))
		return false;
	if ((route->flags & ROUTE_FORMS) && place->index == 0)
		*first_param(s, place->slot) = s->n;
	struct subject *subject = &s->list[s->n++];
	subject->route = route;
	subject->place = *place;
	snprintf(subject->address, sizeof subject->address, "%s", address);
	return true;
}

bool subjects_build(struct subjects *s, const struct rack *rack)
{
	const struct place nowhere = { 0 };
	const struct route *route;
	bool room = true;
	s->n = 0;
	for (size_t i = 0; i <= RACK_SLOTS_MAX; i++)
		s->first_param[i] = SIZE_MAX;
	for (size_t i = 0; room && (route = router_at(i)); i++)
		if (route->list)
			room = route->list(s, route, rack);
		else if (route->body && !route->find && !(route->flags & ROUTE_LOCAL))
			room = subjects_add(s, route, &nowhere, route->address);
	if (!room)
		s->n = 0;
	return room;
}

bool subject_is_steady(const struct subject *subject)
{
	return subject->route->flags & ROUTE_STEADY;
}

void subjects_free(struct subjects *s)
{
	free(s->list);
}

size_t subjects_of_param(const struct subjects *s, uint32_t slot, uint32_t param)
{
	if (slot != RACK_ITSELF && slot >= RACK_SLOTS_MAX)
		return s->n;
	size_t first = s->first_param[slot == RACK_ITSELF ? RACK_SLOTS_MAX : slot], i = first + param;
	if (first >= s->n || i >= s->n)
		return s->n;
	const struct subject *subject = &s->list[i];
	bool same =
		(subject->route->flags & ROUTE_FORMS) && subject->place.slot == slot && subject->place.index == param;
	return same ? i : s->n;
}
