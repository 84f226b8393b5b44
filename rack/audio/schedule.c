/* The list of waiting transactions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/schedule.h"

void schedule_init(struct schedule *s)
{
	for (int i = 0; i < SCHEDULE_CHANGES; i++)
		s->nodes[i].next = i + 1 < SCHEDULE_CHANGES ? i + 1 : SCHEDULE_NONE;
	s->free = 0;
	s->first = SCHEDULE_NONE;
	s->n_free = SCHEDULE_CHANGES;
}

bool schedule_add(struct schedule *s, struct ring *ring, uint32_t n, uint64_t frame) RT
{
	if (s->n_free < n)
		return false;
	int *link = &s->first;
	while (*link != SCHEDULE_NONE && s->nodes[*link].frame <= frame)
		link = &s->nodes[*link].next;
	for (uint32_t i = 0; i < n; i++) {
		int node = s->free;
		s->free = s->nodes[node].next;
		s->nodes[node].change = *(const struct change *)ring_peek(ring, i);
		s->nodes[node].frame = frame;
		s->nodes[node].next = *link;
		*link = node;
		link = &s->nodes[node].next;
	}
	s->n_free -= n;
	return true;
}

uint64_t schedule_next(const struct schedule *s) RT
{
	return s->first == SCHEDULE_NONE ? UINT64_MAX : s->nodes[s->first].frame;
}

struct change schedule_take(struct schedule *s) RT
{
	int node = s->first;
	s->first = s->nodes[node].next;
	s->nodes[node].next = s->free;
	s->free = node;
	s->n_free++;
	return s->nodes[node].change;
}

uint64_t schedule_sequence(const struct schedule *s) RT
{
	uint64_t sequence = UINT64_MAX;
	for (int i = s->first; i != SCHEDULE_NONE; i = s->nodes[i].next)
		if (s->nodes[i].change.type == CHANGE_BEGIN && s->nodes[i].change.sequence < sequence)
			sequence = s->nodes[i].change.sequence;
	return sequence;
}
