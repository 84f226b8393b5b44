/* One slot of the mirror: made, reshaped when its module changes, freed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/remote/mirror_slot.h"

#include "rack/base/utf8.h"

#include <stdlib.h>
#include <string.h>

static void free_rows(struct mirror_slot *s)
{
	for (uint32_t i = 0; s->params && i < s->shown.n_rows; i++) {
		free(s->params[i].texts);
		free(s->params[i].choices);
	}
	free(s->params);
	free(s->meters);
	free(s->shown.params);
	free(s->shown.meters);
}

/* The host's rows are the same in every rack, so they are there before any answer. */
static void name_rows(struct mirror_slot *s, const char *const *ids)
{
	uint32_t n_params = s->shown.n_params;
	s->shown.bypass = n_params + HOST_BYPASS;
	s->shown.solo = n_params + HOST_SOLO;
	s->shown.delta = n_params + HOST_DELTA;
	for (uint32_t i = 0; i < s->shown.n_rows; i++) {
		struct remote_param *p = &s->shown.params[i];
		bool of_host = i >= n_params;
		if (of_host)
			p->row = host_params[i - n_params];
		utf8_copy(p->id, sizeof p->id, of_host ? p->row.id : ids[i]);
		if (!of_host)
			p->row.label = p->row.help = "";
		p->row.id = p->id;
		s->params[i].row.answered = of_host;
	}
}

static bool make_rows(struct mirror_slot *s, uint32_t n_params, const char *const *ids, uint32_t n_meters)
{
	struct mirror_slot made = {
		.shown = { .n_params = n_params, .n_rows = n_params + N_HOST_PARAMS, .n_meters = n_meters }
	};
	made.params = calloc(made.shown.n_rows, sizeof *made.params);
	made.meters = calloc(n_meters + 1, sizeof *made.meters);
	made.shown.params = calloc(made.shown.n_rows, sizeof *made.shown.params);
	made.shown.meters = calloc(n_meters + 1, sizeof *made.shown.meters);
	if (!made.params || !made.meters || !made.shown.params || !made.shown.meters) {
		free_rows(&made);
		return false;
	}
	name_rows(&made, ids);
	free_rows(s);
	s->params = made.params;
	s->meters = made.meters;
	s->shown.n_params = n_params;
	s->shown.n_rows = made.shown.n_rows;
	s->shown.bypass = made.shown.bypass;
	s->shown.solo = made.shown.solo;
	s->shown.delta = made.shown.delta;
	s->shown.params = made.shown.params;
	s->shown.n_meters = n_meters;
	s->shown.meters = made.shown.meters;
	return true;
}

struct mirror_slot *mirror_slot_new(const char *id)
{
	struct mirror_slot *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	utf8_copy(s->shown.id, sizeof s->shown.id, id);
	if (!make_rows(s, 0, NULL, 0)) {
		free(s);
		return NULL;
	}
	return s;
}

void mirror_slot_free(struct mirror_slot *s)
{
	free_rows(s);
	free(s);
}

void mirror_slot_doubt(struct mirror_slot *s)
{
	s->info.answered = false;
	for (uint32_t i = 0; i < s->shown.n_rows; i++) {
		s->params[i].value.answered = false;
		if (i < s->shown.n_params)
			s->params[i].row.answered = false;
	}
	for (uint32_t i = 0; i < s->shown.n_meters; i++)
		s->meters[i].answered = false;
}

static bool is_open(const struct question *q)
{
	return q->asked_ms && !q->answered;
}

bool mirror_slot_asked(const struct mirror_slot *s, const char *name, bool meter, uint64_t now_ms)
{
	size_t length = strlen(name), tail = length > 5 && strcmp(name + length - 5, "/info") == 0 ? 5 : 0;
	length -= tail;
	if (!meter && strcmp(name, "info") == 0)
		return is_open(&s->info);
	for (uint32_t i = 0; meter && i < s->shown.n_meters; i++)
		if (strlen(s->shown.meters[i].id) == length && memcmp(s->shown.meters[i].id, name, length) == 0)
			return is_open(&s->meters[i]);
	for (uint32_t i = 0; !meter && i < s->shown.n_rows; i++)
		if (strlen(s->shown.params[i].id) == length && memcmp(s->shown.params[i].id, name, length) == 0)
			return tail ? is_open(&s->params[i].row)
				    : is_open(&s->params[i].value) && now_ms >= s->params[i].held_until_ms;
	return false;
}

/* ---- /rack/<slot>/info */

/* The count at index and as many texts behind it; returns the index behind them, 0 when malformed. */
static int read_list(const struct message *msg, int index, const char **ids, uint32_t most, uint32_t *n)
{
	double count;
	if (!message_number(msg, index, &count) || count < 0 || count > most)
		return 0;
	index++;
	for (*n = 0; *n < (uint32_t)count && message_text(msg, index); index++)
		ids[(*n)++] = message_text(msg, index);
	return index;
}

static bool same_shape(const struct mirror_slot *s, const char *type, const char **ids, uint32_t n_params,
	const char **meters, uint32_t n_meters)
{
	if (strcmp(s->shown.type, type) != 0 || s->shown.n_params != n_params || s->shown.n_meters != n_meters)
		return false;
	for (uint32_t i = 0; i < n_params; i++)
		if (strcmp(s->shown.params[i].id, ids[i]) != 0)
			return false;
	for (uint32_t i = 0; i < n_meters; i++)
		if (strcmp(s->shown.meters[i].id, meters[i]) != 0)
			return false;
	return true;
}

static enum role read_role(const char *text)
{
	for (int i = 0; i < N_ROLES; i++)
		if (strcmp(text, role_text((enum role)i)) == 0)
			return (enum role)i;
	return ROLE_NONE;
}

/* The roles of the parameters and of the meters; a rack of an older version tells none. */
static void take_roles(struct mirror_slot *s, const struct message *msg, int at)
{
	const char *params[MIRROR_PARAMS_MAX], *meters[MODULE_METERS_MAX];
	uint32_t n_params = 0, n_meters = 0;
	at = read_list(msg, at, params, MIRROR_PARAMS_MAX, &n_params);
	if (at)
		read_list(msg, at, meters, MODULE_METERS_MAX, &n_meters);
	for (uint32_t i = 0; i < s->shown.n_params; i++)
		s->shown.params[i].row.role = i < n_params ? read_role(params[i]) : ROLE_NONE;
	for (uint32_t i = 0; i < s->shown.n_meters; i++)
		s->shown.meters[i].role = i < n_meters ? read_role(meters[i]) : ROLE_NONE;
}

void mirror_slot_take_info(struct mirror_slot *s, const struct message *msg)
{
	const char *ids[MIRROR_PARAMS_MAX], *meters[MODULE_METERS_MAX], *type = message_text(msg, 0);
	uint32_t n_ids = 0, n_meters = 0;
	if (!type || !message_text(msg, 1) || !message_text(msg, 2))
		return;
	int at = read_list(msg, 3, ids, MIRROR_PARAMS_MAX, &n_ids);
	if (!at || n_ids < N_HOST_PARAMS || !(at = read_list(msg, at, meters, MODULE_METERS_MAX, &n_meters)))
		return;
	n_ids -= N_HOST_PARAMS;
	if (!same_shape(s, type, ids, n_ids, meters, n_meters)) {
		if (!make_rows(s, n_ids, ids, n_meters))
			return;
		for (uint32_t i = 0; i < n_meters; i++)
			utf8_copy(s->shown.meters[i].id, sizeof s->shown.meters[i].id, meters[i]);
	}
	utf8_copy(s->shown.type, sizeof s->shown.type, type);
	utf8_copy(s->shown.label, sizeof s->shown.label, message_text(msg, 1));
	take_roles(s, msg, at);
	s->info.answered = true;
}
