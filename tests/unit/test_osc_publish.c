/* Tests that what is no parameter is published like one: snapshot, scenes, presets, locks, title, connection; buttons.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/worker.h"
#include "tests/unit/osc_fixture.h"

static void follow(struct client *client, const char *pattern)
{
	SAY(client, "/subscribe", "s", pattern);
}

static void turn_ms(int ms)
{
	for (long end = rig_ms() + ms; rig_ms() < end;) {
		rig_turn(rig);
		worker_collect(control_worker(rig->control));
	}
}

/* All that comes within a while, of one address. */
static int count_of(const struct client *client, const char *address)
{
	int n = 0;
	size_t size = strlen(address);
	for (int i = 0; i < client->n; i++)
		n += strncmp(client->lines[i], address, size) == 0 && client->lines[i][size] == ' ';
	return n;
}

static void test_snapshot(void **state)
{
	(void)state;
	follow(&rig->udp, "/ab");
	follow(&rig->local, "/ab");
	rig_expect(rig, &rig->udp, "/ab s a");
	rig_expect(rig, &rig->local, "/ab s a");
	client_clear(&rig->local);
	SAY(&rig->local, "/ab", "s", "b");
	rig_expect(rig, &rig->udp, "/ab s b");
	turn_ms(100);
	assert_int_equal(count_of(&rig->local, "/ab"), 1); /* answered, and not told again */
	SAY(&rig->local, "/undo", "");
	rig_expect(rig, &rig->local, "/ab s a");
	assert_int_equal(client_count(&rig->udp, "/ab s b"), 1);
}

static void test_scenes(void **state)
{
	(void)state;
	follow(&rig->udp, "/scene/*");
	rig_expect(rig, &rig->udp, "/scene/list ");
	rig_expect(rig, &rig->udp, "/scene/recall s ");
	SAY(&rig->local, "/scene/store", "s", "soft");
	rig_expect(rig, &rig->udp, "/scene/list s soft");
	rig_expect(rig, &rig->udp, "/scene/recall s soft");
	SAY(&rig->local, "/scene/store", "s", "loud");
	rig_expect(rig, &rig->udp, "/scene/list ss soft loud");
	rig_expect(rig, &rig->udp, "/scene/recall s loud");
	client_clear(&rig->udp);
	SAY(&rig->local, "/scene/recall", "s", "soft");
	rig_expect(rig, &rig->udp, "/scene/recall s soft");
	SAY(&rig->local, "/scene/recall", ""); /* a question */
	rig_expect(rig, &rig->local, "/scene/recall s soft");
	SAY(&rig->local, "/scene/delete", "s", "soft");
	rig_expect(rig, &rig->udp, "/scene/list s loud");
	rig_expect(rig, &rig->udp, "/scene/recall s ");
	turn_ms(100);
	assert_int_equal(count_of(&rig->udp, "/scene/list"), 1); /* only as it changes */
}

static void test_presets(void **state)
{
	(void)state;
	follow(&rig->udp, "/preset/*");
	follow(&rig->local, "/preset/*");
	rig_expect(rig, &rig->udp, "/preset/load s ");
	turn_ms(100);
	client_clear(&rig->udp);
	client_clear(&rig->local);
	SAY(&rig->local, "/preset/save", "s", "first");
	for (int i = 0; i < 100 && !client_last(&rig->udp, "/preset/list"); i++)
		turn_ms(10);
	assert_non_null(strstr(client_last(&rig->udp, "/preset/list"), " first"));
	rig_expect(rig, &rig->udp, "/preset/load s first");
	client_clear(&rig->local);
	SAY(&rig->local, "/preset/load", "s", "first");
	turn_ms(300);
	assert_int_equal(client_count(&rig->local, "/preset/load s first"), 1);
	SAY(&rig->local, "/preset/delete", "s", "first");
	for (int i = 0; i < 100 && !client_has(&rig->udp, "/preset/load s "); i++)
		turn_ms(10);
	assert_true(client_has(&rig->udp, "/preset/load s "));
}

static void test_locks(void **state)
{
	(void)state;
	follow(&rig->udp, "/lock/list");
	rig_expect(rig, &rig->udp, "/lock/list ");
	SAY(&rig->local, "/lock", "sT", "/rack/trim/gain");
	rig_expect(rig, &rig->udp, "/lock/list s /rack/trim/gain");
	SAY(&rig->local, "/chain/remove", "s", "trim");
	client_clear(&rig->udp);
	rig_expect(rig, &rig->udp, "/lock/list ");
}

static void test_title_and_connection(void **state)
{
	(void)state;
	struct host_status host = { .client = "lacquer", .rate = 48000 };
	follow(&rig->udp, "/{title,connection}");
	rig_expect(rig, &rig->udp, "/connection s waiting");
	SAY(&rig->local, "/title", "s", "Side A");
	rig_expect(rig, &rig->udp, "/title s Side A");
	host.connection = HOST_CONNECTED;
	control_set_host(rig->control, &host);
	rig_expect(rig, &rig->udp, "/connection s connected");
	host.connection = HOST_LOST;
	control_set_host(rig->control, &host);
	rig_expect(rig, &rig->udp, "/connection s lost");
}

/* A press is 1, or nothing; its release does nothing. */
static void test_buttons(void **state)
{
	(void)state;
	follow(&rig->local, "/ab");
	SAY(&rig->udp, "/ab/b", "f", 1.0);
	rig_expect(rig, &rig->local, "/ab s b");
	SAY(&rig->udp, "/ab/a", "i", 0);
	rig_sync(rig, &rig->udp);
	assert_int_equal(control_snapshot(rig->control), 1);
	SAY(&rig->udp, "/ab/a", "");
	rig_sync(rig, &rig->udp);
	assert_int_equal(control_snapshot(rig->control), 0);

	SAY(&rig->udp, "/scene/store", "s", "zero");
	SAY(&rig->udp, "/rack/trim/gain", "f", 3.0);
	SAY(&rig->udp, "/scene/recall/zero", "F");
	rig_sync(rig, &rig->udp);
	assert_true(control_value(rig->control, 0, 0) == 3);
	SAY(&rig->udp, "/scene/recall/zero", "i", 1);
	rig_sync(rig, &rig->udp);
	assert_true(control_value(rig->control, 0, 0) == 0);

	client_clear(&rig->udp);
	SAY(&rig->udp, "/scene/recall/none", "i", 1);
	SAY(&rig->udp, "/ab/e", "T");
	SAY(&rig->udp, "/preset/load/none", "T");
	for (int i = 0; i < 100 && rig->udp.n < 3; i++)
		turn_ms(10);
	assert_string_equal(rig->udp.lines[0], "/error ss /scene/recall/none there is no scene 'none'");
	assert_string_equal(rig->udp.lines[1], "/error ss /ab/e the snapshots are a, b, c and d");
	assert_string_equal(rig->udp.lines[2], "/error ss /preset/load there is no preset 'none'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_snapshot),
		TEST(test_scenes),
		TEST(test_presets),
		TEST(test_locks),
		TEST(test_title_and_connection),
		TEST(test_buttons),
	};
	OSC_FIXTURE_RUN(tests);
}
