/* The mirror of a rack against a real server, a lossy way to it, a restart, and hostile answers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/osc_rig.h"

#include "osc/remote.h"
#include "osc/remote/mirror.h"
#include "rack/base/utf8.h"
#include "rack/model/registry.h"

#include <math.h>

/* ---- A rig with a remote */

/* Turns rig and remote until what is expected holds; fails after a long time. */
#define TURN_UNTIL(RIG, REMOTE, CONDITION)                                                                             \
	do {                                                                                                           \
		long end_ = rig_ms() + 12 * RIG_PATIENCE_MS;                                                           \
		while (!(CONDITION)) {                                                                                 \
			rig_turn(RIG);                                                                                 \
			remote_poll(REMOTE);                                                                           \
			if (rig_ms() > end_)                                                                           \
				fail_msg("never came true: %s", #CONDITION);                                           \
		}                                                                                                      \
	} while (0)

static void turn_for(struct rig *rig, struct remote *remote, long ms)
{
	for (long end = rig_ms() + ms; rig_ms() < end;) {
		rig_turn(rig);
		remote_poll(remote);
	}
}

static struct remote *open_remote(struct rig *rig, bool local)
{
	struct remote *remote;
	struct reason reason;
	char target[32];
	snprintf(target, sizeof target, "127.0.0.1:%d", rig->port);
	static const char *const all_meters[] = { "/meter/*/*", NULL };
	assert_int_equal(remote_open(&remote, local ? NULL : target, "rig", &reason), STATUS_OK);
	remote_listen(remote, all_meters);
	return remote;
}

/* Everything that can be known is, and nothing is made up: rows and values as the model has them. */
static bool mirrors(struct rig *rig, struct remote *remote)
{
	const struct rack *rack = control_rack(rig->control);
	if (remote_state(remote) != REMOTE_LIVE || remote_n_slots(remote) != rack->n_slots)
		return false;
	for (uint32_t s = 0; s < rack->n_slots; s++) {
		const struct remote_slot *slot = remote_slot(remote, s);
		if (strcmp(slot->id, rack->slots[s].id) != 0 || strcmp(slot->type, rack->slots[s].module->id) != 0)
			return false;
		for (uint32_t i = 0; i < slot_n_params(&rack->slots[s]); i++)
			if (!slot->params[i].known || slot->params[i].value != control_value(rig->control, s, i))
				return false;
	}
	return true;
}

static void expect_rows(struct rig *rig, struct remote *remote)
{
	const struct rack *rack = control_rack(rig->control);
	for (uint32_t s = 0; s < rack->n_slots; s++) {
		const struct remote_slot *slot = remote_slot(remote, s);
		const struct module *module = rack->slots[s].module;
		assert_string_equal(slot->label, module->label);
		assert_int_equal(slot->n_params, module->n_params);
		assert_int_equal(slot->n_meters, module->n_meters);
		for (uint32_t i = 0; i < slot_n_params(&rack->slots[s]); i++) {
			const struct param *row = &slot->params[i].row, *real = slot_param(&rack->slots[s], i);
			assert_string_equal(slot->params[i].id, real->id);
			assert_string_equal(row->id, real->id);
			assert_string_equal(row->label, real->label);
			assert_string_equal(row->help, real->help);
			assert_int_equal(row->unit, real->unit);
			assert_int_equal(row->scale, real->scale);
			assert_int_equal(row->role, real->role);
			assert_true(row->min == real->min && row->max == real->max);
			assert_true(row->def == real->def && row->step == real->step);
			for (int c = 0; real->scale == SCALE_CHOICE && c <= (int)real->max; c++)
				assert_string_equal(row->choices[c], real->choices[c]);
		}
		for (uint32_t i = 0; i < module->n_meters; i++)
			assert_int_equal(slot->meters[i].role, module->meters[i].role);
	}
}

static void set_model(struct rig *rig, uint32_t slot, uint32_t param, float value)
{
	assert_int_equal(control_set(rig->control, slot, param, value, ORIGIN_HOST, NULL, NULL), STATUS_OK);
}

/* ---- Against a real server */

static void mirror_whole(bool local)
{
	struct rig *rig = rig_new(true);
	for (uint32_t i = 0; i < registry_count(); i++)
		assert_int_equal(
			control_insert(rig->control, registry_at(i)->id, 99, NULL, ORIGIN_HOST, NULL), STATUS_OK);
	struct remote *remote = open_remote(rig, local);
	assert_int_equal(remote_state(remote), REMOTE_CONNECTING);
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	expect_rows(rig, remote);
	TURN_UNTIL(rig, remote, strcmp(remote_status(remote)->version, LACQUER_VERSION) == 0);
	remote_close(remote);
	rig_free(rig);
}

static void test_mirrors_every_module_over_the_local_socket(void **state)
{
	(void)state;
	mirror_whole(true);
}

static void test_mirrors_every_module_over_udp(void **state)
{
	(void)state;
	mirror_whole(false);
}

static const float *level(const struct remote *remote, enum tap tap, const char *id)
{
	struct level_place at;
	assert_true(levels_find(&at, TAPS_ALL, tap, id));
	return remote_level(remote, &at);
}

/* Every row of every tap, of any width, from the analysis thread to the mirror: dB are told as -144 in silence, the
 * rows for tests have values of their own. */
static void levels_arrive(bool local)
{
	struct rig *rig = rig_new(false);
	assert_int_equal(control_start(rig->control, &(struct spec){ .rate = 48000 }, 0, NULL), STATUS_OK);
	struct remote *remote = open_remote(rig, local);
	TURN_UNTIL(rig, remote, level(remote, TAP_OUT, "spectrum")[LEVEL_WIDTH_MAX - 1] > 0);
	TURN_UNTIL(rig, remote, level(remote, TAP_OUT, "row99")[0] > 0);
	uint32_t told = 0;
	for (struct level_place at = { 0 }; levels_next(&at, TAPS_RACK); told++) {
		bool in_db = level_silence(at.row) < 0;
		for (uint32_t i = 0; in_db && i < level_width(at.row); i++)
			TURN_UNTIL(rig, remote, level(remote, at.tap, at.row->id)[i] == -144);
	}
	assert_true(told > 100);
	for (int i = 0; i < LEVEL_WIDTH_MAX; i++)
		assert_true(level(remote, TAP_OUT, "spectrum")[i] == (float)i);
	for (int i = 0; i < 100; i++) {
		char id[24];
		snprintf(id, sizeof id, "row%02d", i);
		assert_true(level(remote, TAP_OUT, id)[0] == (float)i);
	}
	assert_true(level(remote, TAP_OUT, "unknown")[0] == 0);
	remote_meter_reset(remote);
	assert_true(isinf(level(remote, TAP_OUT, "true_peak_max")[1])); /* at once */
	assert_true(level(remote, TAP_OUT, "true_peak")[1] == -144);
	remote_close(remote);
	rig_free(rig);
}

static void test_levels_arrive_over_the_local_socket(void **state)
{
	(void)state;
	levels_arrive(true);
}

static void test_levels_arrive_over_udp(void **state)
{
	(void)state;
	levels_arrive(false);
}

static void test_a_change_shows_at_once_and_arrives(void **state)
{
	(void)state;
	struct rig *rig = rig_new(true);
	struct remote *remote = open_remote(rig, true);
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	uint64_t serial = remote_serial(remote);
	remote_set(remote, 0, 0, -4.5f);
	assert_true(remote_slot(remote, 0)->params[0].value == -4.5f);
	assert_true(remote_serial(remote) > serial);
	TURN_UNTIL(rig, remote, control_value(rig->control, 0, 0) == -4.5f);
	remote_set(remote, 0, 0, 1000); /* beyond the row: clamped here as there */
	assert_true(remote_slot(remote, 0)->params[0].value == control_param(rig->control, 0, 0)->max);
	TURN_UNTIL(rig, remote, control_value(rig->control, 0, 0) == control_param(rig->control, 0, 0)->max);
	remote_set_bypass(remote, true);
	assert_true(remote_rack_bypass(remote)->value == 1);
	TURN_UNTIL(rig, remote, control_value(rig->control, RACK_ITSELF, RACK_BYPASS) == 1);
	turn_for(rig, remote, 2 * MIRROR_HOLD_MS);
	assert_true(mirrors(rig, remote));
	remote_close(remote);
	rig_free(rig);
}

static void test_changes_of_others_arrive(void **state)
{
	(void)state;
	struct rig *rig = rig_new(true);
	struct remote *remote = open_remote(rig, true);
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	link_send(rig->udp.link, "/rack/trim/gain", "f", -7.0);
	TURN_UNTIL(rig, remote, remote_slot(remote, 0)->params[0].value == -7.0f);
	link_send(rig->udp.link, "/rack/trim/bypass", "T");
	TURN_UNTIL(rig, remote, remote_slot(remote, 0)->params[remote_slot(remote, 0)->n_params].value == 1);
	link_send(rig->udp.link, "/bypass", "T");
	TURN_UNTIL(rig, remote, remote_rack_bypass(remote)->value == 1);
	remote_close(remote);
	rig_free(rig);
}

/* The other's later word counts, though the own hand moved it a moment ago. */
static void test_two_hands_agree_in_the_end(void **state)
{
	(void)state;
	struct rig *rig = rig_new(true);
	struct remote *remote = open_remote(rig, true);
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	remote_set(remote, 0, 0, 3);
	TURN_UNTIL(rig, remote, control_value(rig->control, 0, 0) == 3);
	set_model(rig, 0, 0, -6);
	TURN_UNTIL(rig, remote, remote_slot(remote, 0)->params[0].value == -6);
	remote_close(remote);
	rig_free(rig);
}

static void test_edits_of_the_chain_are_followed(void **state)
{
	(void)state;
	struct rig *rig = rig_new(true);
	struct remote *remote = open_remote(rig, true);
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	const struct remote_param *before = remote_slot(remote, 0)->params;
	link_send(rig->udp.link, "/chain/insert", "sis", "trim", 0, "first");
	TURN_UNTIL(rig, remote, remote_n_slots(remote) == 3 && mirrors(rig, remote));
	assert_string_equal(remote_slot(remote, 0)->id, "first");
	assert_ptr_equal(remote_slot(remote, 1)->params, before); /* what is known already is not asked anew */
	remote_move(remote, "first", 2);
	TURN_UNTIL(rig, remote, strcmp(remote_slot(remote, 2)->id, "first") == 0 && mirrors(rig, remote));
	remote_replace(remote, "first", "testfault");
	TURN_UNTIL(rig, remote, strcmp(remote_slot(remote, 2)->type, "testfault") == 0 && mirrors(rig, remote));
	expect_rows(rig, remote);
	remote_remove(remote, "trim");
	TURN_UNTIL(rig, remote, remote_n_slots(remote) == 2 && mirrors(rig, remote));
	remote_insert(remote, "trim", 1);
	TURN_UNTIL(rig, remote, remote_n_slots(remote) == 3 && mirrors(rig, remote));
	assert_string_equal(remote_slot(remote, 1)->type, "trim");
	remote_close(remote);
	rig_free(rig);
}

static bool has_name(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static void test_menus_errors_and_news(void **state)
{
	(void)state;
	struct rig *rig = rig_new(true);
	struct remote *remote = open_remote(rig, true);
	uint32_t n;
	assert_null(remote_types(remote)[0]);
	TURN_UNTIL(rig, remote, has_name(remote_types(remote), "trim"));
	remote_preset_save(remote, "club");
	TURN_UNTIL(rig, remote, strcmp(remote_notice(remote, &n), "saved club") == 0);
	TURN_UNTIL(rig, remote, has_name(remote_presets(remote), "club"));
	uint32_t club = 0;
	while (strcmp(remote_presets(remote)[club], "club") != 0)
		club++;
	TURN_UNTIL(rig, remote, remote_preset(remote, club)->known);
	assert_string_equal(remote_preset(remote, club)->title, remote_title(remote));
	assert_int_equal(remote_preset(remote, club)->latency_frames, control_latency(rig->control));
	remote_preset_load(remote, "no such thing");
	TURN_UNTIL(rig, remote, (remote_error(remote, &n), n > 0));
	assert_non_null(strstr(remote_error(remote, &n), "/preset/load"));
	set_model(rig, 0, 0, 5);
	remote_preset_load(remote, "club");
	TURN_UNTIL(rig, remote, control_value(rig->control, 0, 0) == 0);
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	remote_quit(remote);
	TURN_UNTIL(rig, remote, rig->quits == 1);
	remote_close(remote);
	rig_free(rig);
}

static void test_titles_locks_and_deletions(void **state)
{
	(void)state;
	struct rig *rig = rig_new(true);
	struct remote *remote = open_remote(rig, true);
	uint32_t n;
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	remote_set_title(remote, "Night #3");
	TURN_UNTIL(rig, remote, strcmp(remote_title(remote), "Night 3") == 0);
	const struct remote_slot *trim = remote_slot(remote, 0);
	TURN_UNTIL(rig, remote, remote_locks_known(remote));
	assert_false(trim->params[0].locked);
	remote_set_lock(remote, 0, 0, true);
	assert_true(trim->params[0].locked); /* at once */
	TURN_UNTIL(rig, remote, control_locked(rig->control, 0, 0));
	control_lock(rig->control, 0, 1, true, NULL); /* another hand */
	TURN_UNTIL(rig, remote, trim->params[1].locked && trim->params[0].locked);
	control_lock(rig->control, 0, 0, false, NULL);
	TURN_UNTIL(rig, remote, !trim->params[0].locked && trim->params[1].locked);
	control_insert(rig->control, "limiter", 9, NULL, ORIGIN_HOST, NULL); /* locked by its row */
	int ceiling = module_find_role(registry_find("limiter"), ROLE_CEILING);
	TURN_UNTIL(rig, remote,
		remote_n_slots(remote) == control_rack(rig->control)->n_slots &&
			remote_slot(remote, control_rack(rig->control)->n_slots - 1)->n_params &&
			remote_slot(remote, control_rack(rig->control)->n_slots - 1)->params[ceiling].locked);
	remote_scene_store(remote, "verse");
	TURN_UNTIL(rig, remote, has_name(remote_scenes(remote), "verse"));
	remote_scene_delete(remote, "verse");
	TURN_UNTIL(rig, remote, !has_name(remote_scenes(remote), "verse"));
	assert_string_equal(remote_notice(remote, &n), "deleted verse");
	remote_preset_save(remote, "pub");
	TURN_UNTIL(rig, remote, has_name(remote_presets(remote), "pub"));
	remote_preset_delete(remote, "pub");
	TURN_UNTIL(rig, remote, !has_name(remote_presets(remote), "pub"));
	assert_string_equal(remote_notice(remote, &n), "deleted pub");
	remote_close(remote);
	rig_free(rig);
}

static void test_closing_gives_up_the_leases(void **state)
{
	(void)state;
	struct rig *rig = rig_new(true);
	struct remote *remote = open_remote(rig, true);
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	remote_close(remote);
	/* Eight clients have subscriptions at most: were the leases of those closed left, the last ones would see
	 * nothing. */
	for (int i = 0; i < 12; i++) {
		remote = open_remote(rig, true);
		TURN_UNTIL(rig, remote, mirrors(rig, remote));
		set_model(rig, 0, 0, (float)i);
		TURN_UNTIL(rig, remote, remote_slot(remote, 0)->params[0].value == (float)i);
		uint32_t n;
		assert_string_equal(remote_error(remote, &n), "");
		remote_close(remote);
	}
	rig_free(rig);
}

/* ---- A rack that goes and comes back */

/* Another rack under the old one's name and port. */
static struct rig *next_rack(int port)
{
	struct rig *rig = rig_new(true);
	assert_int_equal(rig->port, port);
	assert_int_equal(control_remove(rig->control, "trim", ORIGIN_HOST, NULL), STATUS_OK);
	assert_int_equal(control_insert(rig->control, "trim", 1, "other", ORIGIN_HOST, NULL), STATUS_OK);
	set_model(rig, 1, 0, 8);
	return rig;
}

static void come_back(bool local)
{
	struct rig *rig = rig_new(true);
	struct remote *remote = open_remote(rig, local);
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	int port = rig->port;
	rig_free(rig);
	for (long end = rig_ms() + 4 * RIG_PATIENCE_MS; remote_state(remote) != REMOTE_LOST;) {
		struct pollfd fd = { remote_fd(remote), POLLIN, 0 };
		poll(&fd, 1, 20);
		remote_poll(remote);
		assert_true(rig_ms() < end);
	}
	assert_int_equal(remote_n_slots(remote), 2); /* what was known stays to be seen, but for levels */
	assert_true(isinf(remote_level_role(remote, TAP_OUT, ROLE_PEAK)[0]));
	rig = next_rack(port);
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	set_model(rig, 1, 0, 9); /* and its leases are there again */
	TURN_UNTIL(rig, remote, remote_slot(remote, 1)->params[0].value == 9);
	remote_close(remote);
	rig_free(rig);
}

static void test_a_lost_rack_is_found_again_over_the_local_socket(void **state)
{
	(void)state;
	come_back(true);
}

static void test_a_lost_rack_is_found_again_over_udp(void **state)
{
	(void)state;
	come_back(false);
}

/* Too quick to be missed: nothing but the silence of the meters would tell. */
static void test_a_quick_restart_is_noticed(void **state)
{
	(void)state;
	struct rig *rig = rig_new(true);
	struct remote *remote = open_remote(rig, false);
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	int port = rig->port;
	rig_free(rig);
	rig = next_rack(port);
	TURN_UNTIL(rig, remote, mirrors(rig, remote));
	remote_close(remote);
	rig_free(rig);
}

static void test_no_rack_at_all(void **state)
{
	(void)state;
	struct remote *remote;
	struct reason reason = { "" };
	assert_int_equal(remote_open(&remote, NULL, "nobody", &reason), STATUS_UNAVAILABLE);
	assert_true(strlen(reason.text) > 0);
	assert_int_not_equal(remote_open(&remote, "127.0.0.1:99999", NULL, &reason), STATUS_OK);
}

/* ---- A way that loses a third of the datagrams */

struct relay {
	int front, back; /* towards the client, towards the rack */
	int port;
	unsigned count;
	uint32_t seed;
	struct sockaddr_in client;
};

static int udp_socket(int *port)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof own;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&own, sizeof own) == 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &size), 0);
	*port = ntohs(own.sin_port);
	return fd;
}

static void relay_open(struct relay *relay, int rack_port)
{
	int ignored;
	struct sockaddr_in rack = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)rack_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	relay->front = udp_socket(&relay->port);
	relay->back = udp_socket(&ignored);
	relay->count = relay->seed = 0;
	assert_int_equal(connect(relay->back, (struct sockaddr *)&rack, sizeof rack), 0);
}

/* One of three at random; in a fixed turn it might always be the same question. */
static bool passes(struct relay *relay)
{
	relay->seed = relay->seed * 1664525u + 1013904223u;
	relay->count++;
	return (relay->seed >> 16) % 3;
}

static void relay_turn(struct relay *relay)
{
	char bytes[65536];
	ssize_t n;
	socklen_t size = sizeof relay->client;
	while ((n = recvfrom(relay->front, bytes, sizeof bytes, 0, (struct sockaddr *)&relay->client, &size)) >= 0)
		if (passes(relay))
			assert_true(send(relay->back, bytes, (size_t)n, 0) == n);
	while ((n = recv(relay->back, bytes, sizeof bytes, 0)) >= 0)
		if (passes(relay))
			assert_true(sendto(relay->front, bytes, (size_t)n, 0, (struct sockaddr *)&relay->client,
					    size) == n);
}

static void test_lost_datagrams_are_made_good(void **state)
{
	(void)state;
	struct rig *rig = rig_new(true);
	for (int i = 0; i < 3; i++)
		assert_int_equal(control_insert(rig->control, "trim", 99, NULL, ORIGIN_HOST, NULL), STATUS_OK);
	struct relay relay;
	relay_open(&relay, rig->port);
	struct remote *remote;
	struct reason reason;
	char target[32];
	snprintf(target, sizeof target, "127.0.0.1:%d", relay.port);
	assert_int_equal(remote_open(&remote, target, NULL, &reason), STATUS_OK);
	TURN_UNTIL(rig, remote, (relay_turn(&relay), mirrors(rig, remote)));
	expect_rows(rig, remote);
	for (uint32_t slot = 0; slot < 5; slot++)
		set_model(rig, slot, 0, (float)slot + 1);
	assert_int_equal(control_remove(rig->control, "trim_3", ORIGIN_HOST, NULL), STATUS_OK);
	TURN_UNTIL(rig, remote, (relay_turn(&relay), mirrors(rig, remote)));
	assert_true(relay.count > 30);
	remote_close(remote);
	close(relay.front);
	close(relay.back);
	rig_free(rig);
}

/* ---- Hostile and broken answers */

static void test_text_from_the_network_is_made_safe(void **state)
{
	(void)state;
	static const struct {
		const char *text, *clean;
	} cases[] = {
		{ "Streaming, -14 LUFS", "Streaming, -14 LUFS" }, { "größe 音量", "größe 音量" },
		{ "\033[2J\033]0;gotcha\007", "?[2J?]0;gotcha?" }, { "tab\tline\nreturn\r", "tab?line?return?" },
		{ "c1 \xc2\x9b"
		  "31m",
			"c1 ?31m" },
		{ "\x7f", "?" }, { "\xff\xfe", "??" }, { "\xc0\xaf", "??" }, /* overlong */
		{ "\xe0\x80\xaf", "???" },                                   /* overlong */
		{ "\xed\xa0\x80", "???" },                                   /* surrogate */
		{ "\xf4\x90\x80\x80", "????" },                              /* beyond U+10FFFF */
		{ "half \xe9\x9f", "half ??" },
		{ "\xe2\x80\xae"
		  "evil",
			"?evil" }, /* right-to-left override */
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char out[64];
		utf8_copy(out, sizeof out, cases[i].text);
		assert_string_equal(out, cases[i].clean);
	}
	char small[4];
	utf8_copy(small, sizeof small, "aää");
	assert_string_equal(small, "aä");
	utf8_copy(small, sizeof small, "ääb");
	assert_string_equal(small, "ä");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mirrors_every_module_over_the_local_socket),
		cmocka_unit_test(test_mirrors_every_module_over_udp),
		cmocka_unit_test(test_levels_arrive_over_the_local_socket),
		cmocka_unit_test(test_levels_arrive_over_udp),
		cmocka_unit_test(test_a_change_shows_at_once_and_arrives),
		cmocka_unit_test(test_changes_of_others_arrive),
		cmocka_unit_test(test_two_hands_agree_in_the_end),
		cmocka_unit_test(test_edits_of_the_chain_are_followed),
		cmocka_unit_test(test_menus_errors_and_news),
		cmocka_unit_test(test_titles_locks_and_deletions),
		cmocka_unit_test(test_closing_gives_up_the_leases),
		cmocka_unit_test(test_a_lost_rack_is_found_again_over_the_local_socket),
		cmocka_unit_test(test_a_lost_rack_is_found_again_over_udp),
		cmocka_unit_test(test_a_quick_restart_is_noticed),
		cmocka_unit_test(test_no_rack_at_all),
		cmocka_unit_test(test_lost_datagrams_are_made_good),
		cmocka_unit_test(test_text_from_the_network_is_made_safe),
	};
	char folder[40], remove[60];
	rig_folders(folder);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(remove, sizeof remove, "rm -rf '%s'", folder);
	return system(remove) == 0 ? failed : 1;
}
