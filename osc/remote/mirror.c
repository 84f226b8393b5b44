/* What a client knows of a rack: filled from the rack's answers, and telling what is still to be asked. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/remote/mirror.h"

#include "osc/remote/mirror_rack.h"
#include "osc/remote/mirror_slot.h"
#include "osc/remote/mirror_value.h"
#include "rack/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool mirror_init(struct mirror *m)
{
	memset(m, 0, sizeof *m);
	m->levels = calloc(levels_count_values(TAPS_ALL), sizeof *m->levels);
	if (!m->levels)
		return false;
	for (int i = 0; i < N_RACK_PARAMS; i++) {
		utf8_copy(m->rack_params[i].id, sizeof m->rack_params[i].id, rack_params[i].id);
		m->rack_params[i].row = rack_params[i];
	}
	mirror_forget_levels(m);
	return true;
}

static void forget(struct mirror *m, bool only_integrated)
{
	struct level_place at = { 0 };
	while (levels_next(&at, TAPS_ALL))
		for (uint32_t i = 0; i < level_width(at.row); i++)
			if (at.row->integrated || !only_integrated)
				m->levels[at.first + i] = level_silence(at.row);
}

void mirror_forget_levels(struct mirror *m)
{
	forget(m, false);
}

void mirror_forget_integrated(struct mirror *m)
{
	forget(m, true);
}

void mirror_clear(struct mirror *m)
{
	for (uint32_t i = 0; i < m->n_slots; i++)
		mirror_slot_free(m->slots[i]);
	m->n_slots = 0;
	free(m->levels);
	m->levels = NULL;
	mirror_rack_clear(m);
}

int mirror_find_slot(const struct mirror *m, const char *id, size_t length)
{
	for (uint32_t i = 0; i < m->n_slots; i++)
		if (strlen(m->slots[i]->shown.id) == length && memcmp(m->slots[i]->shown.id, id, length) == 0)
			return (int)i;
	return -1;
}

void mirror_doubt(struct mirror *m)
{
	m->complete = false;
	m->chain.answered = m->title_question.answered = m->snapshot_question.answered = m->info.answered = false;
	m->locks.question.answered = false;
	for (int i = 0; i < N_RACK_PARAMS; i++)
		m->rack_values[i].answered = false;
	for (uint32_t i = 0; i < m->n_slots; i++)
		mirror_slot_doubt(m->slots[i]);
}

/* ---- The chain */

static bool chain_valid(const struct message *msg)
{
	if (msg->n > RACK_SLOTS_MAX)
		return false;
	for (int i = 0; i < msg->n; i++) {
		const char *id = message_text(msg, i);
		if (!id || !rack_id_valid(id))
			return false;
		for (int j = 0; j < i; j++)
			if (strcmp(id, message_text(msg, j)) == 0)
				return false;
	}
	return true;
}

/* Slots that stay keep what is known of them; new ones are asked for; the rest goes. */
static void chain_adopt(struct mirror *m, const struct message *msg)
{
	struct mirror_slot *next[RACK_SLOTS_MAX] = { 0 };
	for (int i = 0; i < msg->n; i++) {
		const char *id = message_text(msg, i);
		int at = mirror_find_slot(m, id, strlen(id));
		next[i] = at >= 0 ? m->slots[at] : mirror_slot_new(id);
		if (!next[i]) {
			for (int j = 0; j < i; j++)
				if (mirror_find_slot(m, next[j]->shown.id, strlen(next[j]->shown.id)) < 0)
					mirror_slot_free(next[j]);
			return;
		}
	}
	for (uint32_t i = 0; i < m->n_slots; i++) {
		bool stays = false;
		for (int j = 0; j < msg->n; j++)
			stays |= next[j] == m->slots[i];
		if (!stays)
			mirror_slot_free(m->slots[i]);
	}
	m->n_slots = (uint32_t)msg->n;
	memcpy(m->slots, next, m->n_slots * sizeof next[0]);
}

static void take_chain(struct mirror *m, const struct message *msg)
{
	if (!chain_valid(msg))
		return;
	chain_adopt(m, msg);
	m->chain.answered = true;
	m->complete = false;
	/* It may tell of a slot that got another module under its old name. */
	for (uint32_t i = 0; i < m->n_slots; i++)
		m->slots[i]->info.answered = false;
}

/* ---- Messages */

/* What a rack of another version has more or less of is left out. */
static void take_level(struct mirror *m, enum tap tap, const char *id, const struct message *msg)
{
	struct level_place at;
	if (!levels_find(&at, TAPS_ALL, tap, id))
		return;
	for (int i = 0; i < (int)level_width(at.row); i++) {
		double number;
		if (message_number(msg, i, &number) && !isnan(number))
			m->levels[at.first + (uint32_t)i] = (float)number;
	}
}

/* /rack/<slot>/..., /meter/<slot or tap>/...: rest begins behind the second slash. */
static void take_slot(struct mirror *m, const char *rest, bool is_meter, const struct message *msg)
{
	size_t length = strcspn(rest, "/");
	if (rest[length] != '/')
		return;
	int at = mirror_find_slot(m, rest, length), tap = is_meter ? tap_find(rest, length) : -1;
	const char *name = rest + length + 1;
	if (tap >= 0)
		take_level(m, (enum tap)tap, name, msg);
	else if (at >= 0 && is_meter)
		mirror_value_take_meter(m->slots[at], name, msg);
	else if (at >= 0 && strcmp(name, "info") == 0)
		mirror_slot_take_info(m->slots[at], msg), mirror_apply_locks(m);
	else if (at >= 0)
		mirror_value_take(m->slots[at], name, msg, m->now_ms);
}

/* A question may cross the news that its slot has left the chain. It stays open; the next chain settles it. */
static bool was_asked_of_slot(const struct mirror *m, const struct message *msg)
{
	const char *address = message_text(msg, 0);
	bool meter = address && strncmp(address, "/meter/", 7) == 0;
	if (!address || (!meter && strncmp(address, "/rack/", 6) != 0))
		return false;
	const char *id = address + (meter ? 7 : 6);
	size_t length = strcspn(id, "/");
	int at = id[length] ? mirror_find_slot(m, id, length) : -1;
	return at >= 0 && mirror_slot_asked(m->slots[at], id + length + 1, meter, m->now_ms);
}

void mirror_take(struct mirror *m, const struct message *msg)
{
	const char *address = msg->address;
	if (strncmp(address, "/meter/", 7) == 0)
		m->n_levels++;
	else
		m->serial++;
	if (strcmp(address, "/error") == 0 && was_asked_of_slot(m, msg))
		return;
	if (mirror_rack_take(m, msg))
		return;
	if (strcmp(address, "/chain") == 0)
		take_chain(m, msg);
	else if (strncmp(address, "/meter/", 7) == 0)
		take_slot(m, address + 7, true, msg);
	else if (strncmp(address, "/rack/", 6) == 0)
		take_slot(m, address + 6, false, msg);
}
