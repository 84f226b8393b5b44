/* Tests presets over OSC: loaded, saved, deleted, and the backup that is named. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/file.h"
#include "rack/model/preset.h"
#include "rack/model/rackfile.h"
#include "tests/unit/near.h"
#include "tests/unit/osc_fixture.h"

#include <limits.h>

static void read_preset(const char *name, struct rack *rack)
{
	char path[PATH_MAX], *text;
	size_t size;
	assert_int_equal(preset_find(name, path, sizeof path, NULL), STATUS_OK);
	assert_int_equal(file_read(path, RACKFILE_SIZE_MAX, &text, &size, NULL), STATUS_OK);
	assert_int_equal(rackfile_parse(name, text, size, rack, NULL, NULL, NULL, NULL), STATUS_OK);
	free(text);
}

static void test_presets(void **state)
{
	(void)state;
	struct client *c = &rig->udp;
	SAY(c, "/preset/save", "s", "../evil");
	SAY(c, "/preset/load", "s", "/etc/passwd");
	SAY(c, "/preset/load", "s", "not there");
	SAY(c, "/rack/trim/gain", "f", 4.0);
	SAY(c, "/bypass", "T");
	SAY(c, "/bypass/match", "T");
	SAY(c, "/rack/trim/solo", "T");
	rig_turn(rig);
	SAY(c, "/preset/save", "s", "My mix");
	rig_expect(rig, c, "/preset/save s My mix");
	/* Who saves while comparing has saved the rack. */
	struct rack saved;
	read_preset("My mix", &saved);
	assert_near(saved.values[RACK_BYPASS], 0, 0);
	assert_near(saved.values[RACK_MATCH], 0, 0);
	assert_near(saved.slots[0].values[0], 4, 0);
	assert_near(saved.slots[0].values[slot_find_param(&saved.slots[0], "solo")], 0, 0);
	SAY(c, "/rack/trim/gain", "f", 1.0);
	SAY(c, "/preset/load", "s", "My mix");
	rig_expect(rig, c, "/preset/load s My mix");
	assert_near(value_of("trim", "gain"), 4, 0);
	SAY(c, "/preset/list", "");
	rig_sync(rig, c);
	assert_non_null(strstr(client_last(c, "/preset/list"), "My mix"));
	/* Locked by its row, so it stays, which is said. */
	SAY(c, "/chain/insert", "si", "limiter", 9);
	SAY(c, "/preset/load", "s", "vinyl");
	rig_expect(rig, c, "/preset/load ss vinyl kept, locked: limiter ceiling -1.0 dBTP, the preset has -3.0 dBTP");
	SAY(c, "/lock/list", "");
	rig_expect(rig, c, "/lock/list s /rack/limiter/ceiling");
	SAY(c, "/scene/store", "s", "as is");
	SAY(c, "/rack/limiter/ceiling", "f", -2.0);
	SAY(c, "/scene/recall", "s", "as is");
	rig_expect(rig, c, "/scene/recall ss as is kept, locked: limiter ceiling -2.0 dBTP, the scene has -1.0 dBTP");
	SAY(c, "/lock", "sF", "/rack/limiter/ceiling");
	SAY(c, "/preset/load", "s", "vinyl");
	rig_expect(rig, c, "/preset/load s vinyl");
	assert_near(value_of("limiter", "ceiling"), -3, 0);
	SAY(c, "/preset/info", "s", "streaming");
	rig_expect(rig, c,
		"/preset/info sssi streaming Streaming, -14 LUFS Streaming: an even master at about -14 LUFS, "
		"with room for lossy codecs. 226");
	SAY(c, "/preset/info", "s", "nowhere");
	rig_expect(rig, c, "/error ss /preset/info there is no preset 'nowhere'");
	int errors = 0;
	for (int i = 0; i < c->n; i++)
		errors += strncmp(c->lines[i], "/error ss /preset/", 18) == 0;
	assert_int_equal(errors, 4);
}

static void test_presets_are_deleted(void **state)
{
	(void)state;
	struct client *c = &rig->udp;
	char path[1000];
	SAY(c, "/preset/save", "s", "streaming"); /* hides the program's own */
	rig_expect(rig, c, "/preset/save s streaming");
	assert_int_equal(preset_save_path("streaming", path, sizeof path, NULL), STATUS_OK);
	assert_int_equal(access(path, F_OK), 0);
	SAY(c, "/preset/delete", "s", "streaming");
	rig_expect(rig, c, "/preset/delete s streaming");
	assert_int_not_equal(access(path, F_OK), 0);
	SAY(c, "/preset/delete", "s", "streaming");
	rig_expect(rig, c, "/error ss /preset/delete 'streaming' is a factory preset and cannot be deleted");
	assert_int_equal(preset_find("streaming", path, sizeof path, NULL), STATUS_OK);
	SAY(c, "/preset/delete", "s", "nobody's");
	SAY(c, "/preset/delete", "s", "../racks/streaming");
	SAY(c, "/preset/delete", "s", "nothing");
	rig_expect(rig, c, "/error ss /preset/delete there is no preset 'nothing'");
	int errors = 0;
	for (int i = 0; i < c->n; i++)
		errors += strncmp(c->lines[i], "/error ss /preset/delete", 24) == 0;
	assert_int_equal(errors, 4);
}

/* Of a damaged preset the one before is named. */
static void test_a_backup_is_named(void **state)
{
	(void)state;
	struct client *c = &rig->udp;
	char path[1000];
	static const char damaged[] = "[trim]\ngain = loud\n";
	assert_int_equal(preset_save_path("club", path, sizeof path, NULL), STATUS_OK);
	assert_int_equal(file_write_keeping(path, damaged, strlen(damaged), NULL), STATUS_OK);
	SAY(c, "/preset/load", "s", "club");
	rig_expect(rig, c, "/error ss /preset/load club.rack:2: 'loud' is not a number");
	assert_int_equal(file_write_keeping(path, damaged, strlen(damaged), NULL), STATUS_OK);
	SAY(c, "/preset/load", "s", "club");
	rig_expect(rig, c,
		"/error ss /preset/load club.rack:2: 'loud' is not a number; the one before is kept as club.rack.bak");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_presets),
		TEST(test_presets_are_deleted),
		TEST(test_a_backup_is_named),
	};
	OSC_FIXTURE_RUN(tests);
}
