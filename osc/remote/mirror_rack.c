/* The mirror's part that is no slot's: levels, status, names for menus, errors and news. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/remote/mirror_rack.h"

#include "rack/base/name.h"
#include "rack/base/utf8.h"
#include "rack/model/snapshot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void names_clear(struct mirror_names *names)
{
	free(names->texts);
	names->texts = NULL;
	names->list[0] = NULL;
	names->n = 0;
}

void mirror_rack_clear(struct mirror *m)
{
	names_clear(&m->presets);
	names_clear(&m->scenes);
	names_clear(&m->types);
	names_clear(&m->locks);
	free(m->preset_infos);
	m->preset_infos = NULL;
}

static bool same_names(const struct mirror_names *names, const struct message *msg)
{
	uint32_t n = 0;
	for (int i = 0; i < msg->n; i++)
		if (message_text(msg, i) && (n >= names->n || strcmp(names->list[n++], message_text(msg, i)) != 0))
			return false;
	return names->texts && n == names->n;
}

static void take_names(struct mirror_names *names, const struct message *msg)
{
	size_t size = 1;
	for (int i = 0; i < msg->n; i++)
		size += message_text(msg, i) ? strlen(message_text(msg, i)) + 1 : 0;
	char *texts = malloc(size);
	if (!texts)
		return;
	names_clear(names);
	names->texts = texts;
	uint32_t n = 0;
	for (int i = 0; i < msg->n && n < MIRROR_NAMES_MAX; i++) {
		if (!message_text(msg, i))
			continue;
		utf8_copy(texts, strlen(message_text(msg, i)) + 1, message_text(msg, i));
		names->list[n++] = texts;
		texts += strlen(texts) + 1;
	}
	names->list[n] = NULL;
	names->n = n;
	names->question.answered = true;
}

/* What is known of the presets stays while their names do. */
static void take_presets(struct mirror *m, const struct message *msg)
{
	if (same_names(&m->presets, msg)) {
		m->presets.question.answered = true;
		return;
	}
	take_names(&m->presets, msg);
	free(m->preset_infos);
	m->preset_infos = calloc(m->presets.n + 1, sizeof *m->preset_infos);
	m->complete = false;
}

/* name title comment frames */
static void take_preset_info(struct mirror *m, const struct message *msg)
{
	double frames;
	if (!message_text(msg, 0) || !message_text(msg, 1) || !message_text(msg, 2))
		return;
	for (uint32_t i = 0; m->preset_infos && i < m->presets.n; i++) {
		struct mirror_preset *preset = &m->preset_infos[i];
		if (strcmp(m->presets.list[i], message_text(msg, 0)) != 0)
			continue;
		utf8_copy(preset->shown.title, sizeof preset->shown.title, message_text(msg, 1));
		utf8_copy(preset->shown.comment, sizeof preset->shown.comment, message_text(msg, 2));
		if (message_number(msg, 3, &frames) && frames >= 0 && frames < UINT32_MAX)
			preset->shown.latency_frames = (uint32_t)frames;
		preset->shown.known = preset->question.answered = true;
	}
}

/* A preset that cannot be read, or a rack that does not know the question: it has no title then. */
static bool was_asked_of_preset(struct mirror *m, const char *address)
{
	for (uint32_t i = 0; m->preset_infos && strcmp(address, "/preset/info") == 0 && i < m->presets.n; i++)
		if (m->preset_infos[i].question.asked_ms && !m->preset_infos[i].question.answered)
			return m->preset_infos[i].question.answered = true;
	return false;
}

/* An older rack may not know what is asked: that is an answer too, and no news to anybody. */
static bool was_asked(struct mirror *m, const char *address)
{
	const struct {
		const char *address;
		struct question *question;
	} asked[] = { { "/title", &m->title_question }, { "/ab", &m->snapshot_question }, { "/info", &m->info },
		{ "/bypass/match", &m->rack_values[RACK_MATCH] }, { "/scene/list", &m->scenes.question },
		{ "/preset/list", &m->presets.question }, { "/lock/list", &m->locks.question },
		{ "/modules", &m->types.question } };
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
		if (strcmp(asked[i].address, address) == 0 && !asked[i].question->answered)
			return asked[i].question->answered = true;
	return was_asked_of_preset(m, address);
}

static void take_error(struct mirror *m, const struct message *msg)
{
	char address[100], reason[150];
	if (!message_text(msg, 0) || !message_text(msg, 1) || was_asked(m, message_text(msg, 0)))
		return;
	utf8_copy(address, sizeof address, message_text(msg, 0));
	utf8_copy(reason, sizeof reason, message_text(msg, 1));
	size_t n = strlen(address);
	memcpy(m->error, address, n);
	memcpy(m->error + n, ": ", 2);
	memcpy(m->error + n + 2, reason, strlen(reason) + 1);
	m->n_errors++;
}

/* A preset's name comes back when the work is done. */
static void take_done(struct mirror *m, const char *verb, const struct message *msg)
{
	if (!message_text(msg, 0))
		return;
	size_t n = strlen(verb);
	memcpy(m->notice, verb, n);
	m->notice[n] = ' ';
	utf8_copy(m->notice + n + 1, NAME_SIZE, message_text(msg, 0));
	const char *kept = message_text(msg, 1);
	n = strlen(m->notice);
	if (kept && n + 2 < sizeof m->notice) {
		memcpy(m->notice + n, "; ", 3);
		utf8_copy(m->notice + n + 2, sizeof m->notice - n - 2, kept);
	}
	m->n_notices++;
}

static void take_snapshot_news(struct mirror *m, const char *kept)
{
	int n = snprintf(m->notice, sizeof m->notice, "snapshot %c; ", m->snapshot ? m->snapshot - 'a' + 'A' : '?');
	utf8_copy(m->notice + n, sizeof m->notice - (size_t)n, kept);
	m->n_notices++;
}

/* The names are others now. */
static void ask_again(struct mirror *m, struct mirror_names *names)
{
	names->question = (struct question){ 0 };
	m->complete = false;
}

static bool is_locked(const struct mirror *m, const char *slot, const char *param)
{
	char address[96];
	snprintf(address, sizeof address, "/rack/%s/%s", slot, param);
	for (const char *const *name = m->locks.list; *name; name++)
		if (strcmp(*name, address) == 0)
			return true;
	return false;
}

void mirror_apply_locks(struct mirror *m)
{
	for (uint32_t i = 0; m->locks_known && i < m->n_slots; i++) {
		struct remote_slot *slot = &m->slots[i]->shown;
		for (uint32_t p = 0; p < slot->n_params + N_HOST_PARAMS; p++)
			slot->params[p].locked = is_locked(m, slot->id, slot->params[p].id);
	}
}

static void take_locks(struct mirror *m, const struct message *msg)
{
	take_names(&m->locks, msg);
	m->locks_known |= m->locks.question.answered;
	mirror_apply_locks(m);
}

static void take_rack_value(struct mirror *m, int index, const struct message *msg)
{
	double number;
	if (!message_number(msg, 0, &number))
		return;
	if (m->now_ms < m->rack_held_until_ms[index])
		return;
	m->rack_values[index].answered = true;
	m->rack_params[index].value = number != 0;
	m->rack_params[index].known = true;
}

bool mirror_rack_take(struct mirror *m, const struct message *msg)
{
	const char *address = msg->address;
	if (strcmp(address, "/title") == 0 && message_text(msg, 0)) {
		utf8_copy(m->title, sizeof m->title, message_text(msg, 0));
		m->title_question.answered = true;
	} else if (strcmp(address, "/bypass") == 0) {
		take_rack_value(m, RACK_BYPASS, msg);
	} else if (strcmp(address, "/bypass/match") == 0) {
		take_rack_value(m, RACK_MATCH, msg);
	} else if (strcmp(address, "/error") == 0) {
		take_error(m, msg);
	} else if (strcmp(address, "/info") == 0 || strcmp(address, "/status") == 0) {
		m->info.answered |= address[1] == 'i';
		report_take(&m->status, msg);
	} else if (strcmp(address, "/ab") == 0 && message_text(msg, 0)) {
		m->snapshot = snapshot_find(message_text(msg, 0)) < SNAPSHOTS ? message_text(msg, 0)[0] : '\0';
		m->snapshot_question.answered = true;
		if (message_text(msg, 1)) /* what was kept because it is locked */
			take_snapshot_news(m, message_text(msg, 1));
	} else if (strcmp(address, "/scene/list") == 0) {
		take_names(&m->scenes, msg);
	} else if (strcmp(address, "/lock/list") == 0) {
		take_locks(m, msg);
	} else if (strcmp(address, "/scene/store") == 0) {
		take_done(m, "stored", msg);
	} else if (strcmp(address, "/scene/delete") == 0) {
		take_done(m, "deleted", msg);
		ask_again(m, &m->scenes);
	} else if (strcmp(address, "/preset/delete") == 0) {
		take_done(m, "deleted", msg);
		ask_again(m, &m->presets);
	} else if (strcmp(address, "/scene/recall") == 0) {
		take_done(m, "recalled", msg);
	} else if (strcmp(address, "/preset/load") == 0) {
		take_done(m, "loaded", msg);
	} else if (strcmp(address, "/preset/save") == 0) {
		take_done(m, "saved", msg);
		ask_again(m, &m->presets);
	} else if (strcmp(address, "/preset/list") == 0) {
		take_presets(m, msg);
	} else if (strcmp(address, "/preset/info") == 0) {
		take_preset_info(m, msg);
	} else if (strcmp(address, "/modules") == 0) {
		take_names(&m->types, msg);
	} else {
		return false;
	}
	return true;
}
