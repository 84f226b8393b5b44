/* Tests what surfaces need: listed ones, switches as numbers, buttons without text, errors for what cannot be read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/worker.h"
#include "tests/unit/osc_fixture.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* ---- What cannot be read */

static void test_unreadable_arguments_get_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t size;
		const char *error;
	} sent[] = {
		{ "/rack/trim/gain\0\77\200\0\0", 20, "/error ss /rack/trim/gain the values have no type tags" },
		{ "/rack/trim/gain\0,[f]\0\0\0\0\77\200\0\0", 28, "/error ss /rack/trim/gain arrays are not taken" },
		{ "/rack/trim/gain\0,?\0\0\77\200\0\0", 24,
			"/error ss /rack/trim/gain an argument is of a type that OSC 1.0 does not have" },
		{ "/error\0\0,?\0\0", 12, NULL },
	};
	for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++) {
		client_clear(&rig->udp);
		assert_int_equal(send(link_fd(rig->udp.link), sent[i].bytes, sent[i].size, 0), sent[i].size);
		rig_sync(rig, &rig->udp);
		if (sent[i].error)
			assert_string_equal(rig->udp.lines[0], sent[i].error);
		else
			assert_int_equal(rig->udp.n, 1); /* the answer to /sync */
	}
	assert_true(control_value(rig->control, 0, 0) == 0);
}

/* The others of a bundle are taken. */
static void test_unreadable_in_a_bundle(void **state)
{
	(void)state;
	static const char bundle[] = "#bundle\0\0\0\0\0\0\0\0\1\0\0\0\024/rack/trim/gain\0\77\200\0\0\0\0\0\030"
				     "/rack/trim/gain\0,f\0\0\77\200\0\0";
	assert_int_equal(send(link_fd(rig->udp.link), bundle, sizeof bundle - 1, 0), sizeof bundle - 1);
	rig_sync(rig, &rig->udp);
	assert_string_equal(rig->udp.lines[0], "/error ss /rack/trim/gain the values have no type tags");
	assert_true(control_value(rig->control, 0, 0) == 1);
}

/* ---- Switches as numbers */

static void test_switches_as_numbers(void **state)
{
	(void)state;
	SAY(&rig->udp, "/subscribe", "sis", "/rack/trim/*", 30, "numbers");
	SAY(&rig->local, "/subscribe", "s", "/rack/trim/*");
	rig_expect(rig, &rig->udp, "/rack/trim/bypass f 0");
	rig_expect(rig, &rig->local, "/rack/trim/bypass F");
	SAY(&rig->local, "/rack/trim/bypass", "T");
	rig_expect(rig, &rig->udp, "/rack/trim/bypass f 1");
	SAY(&rig->udp, "/rack/trim/bypass", "");
	SAY(&rig->udp, "/lock", "s", "/rack/trim/gain");
	client_clear(&rig->udp);
	rig_sync(rig, &rig->udp);
	assert_string_equal(rig->udp.lines[0], "/rack/trim/bypass f 1");
	assert_string_equal(rig->udp.lines[1], "/lock sf /rack/trim/gain 0");
	assert_false(client_has(&rig->udp, "/rack/trim/bypass T"));
	SAY(&rig->udp, "/rack/trim/bypass", "f", 0.0);
	rig_expect(rig, &rig->local, "/rack/trim/bypass F");
	SAY(&rig->udp, "/subscribe", "ss", "/title", "loud");
	rig_expect(rig, &rig->udp, "/error ss /subscribe the only option is 'numbers'");
	SAY(&rig->udp, "/subscribe", "ss", "/rack/trim/*", "numbers"); /* without a rate */
	rig_sync(rig, &rig->udp);
}

/* ---- Listed surfaces */

/* rig->udp's port, as a surface that is listed. */
static void surface_text(char text[60], const char *options)
{
	struct sockaddr_in name;
	socklen_t size = sizeof name;
	assert_int_equal(getsockname(link_fd(rig->udp.link), (struct sockaddr *)&name, &size), 0);
	snprintf(text, 60, "127.0.0.1:%d%s", ntohs(name.sin_port), options);
}

static void list_surface(const char *options)
{
	char text[60], line[RIG_LINE];
	surface_text(text, options);
	SAY(&rig->local, "/surface/add", "s", text);
	snprintf(line, sizeof line, "/surface/list s %s", text);
	rig_expect(rig, &rig->local, line);
}

static void turn_ms(int ms)
{
	for (long end = rig_ms() + ms; rig_ms() < end;)
		rig_turn(rig);
}

static void test_surfaces_come_and_go(void **state)
{
	(void)state;
	char text[60];
	surface_text(text, "");
	list_surface("");
	rig_expect(rig, &rig->udp, "/rack/trim/gain f 0");
	rig_expect(rig, &rig->udp, "/chain ss trim testfault");
	SAY(&rig->local, "/surface/add", "s", text);
	rig_sync(rig, &rig->local);
	assert_non_null(strstr(client_last(&rig->local, "/error"), "is listed already"));
	SAY(&rig->local, "/surface/remove", "s", text);
	rig_expect(rig, &rig->local, "/surface/list ");
	turn_ms(50);
	client_clear(&rig->udp);
	SAY(&rig->local, "/rack/trim/gain", "f", 3.0);
	turn_ms(100);
	assert_int_equal(rig->udp.n, 0);
	SAY(&rig->local, "/surface/remove", "s", text);
	rig_sync(rig, &rig->local);
	assert_non_null(strstr(client_last(&rig->local, "/error"), "is listed"));
}

static void test_surfaces_as_numbers(void **state)
{
	(void)state;
	list_surface("/norm/numbers");
	rig_expect(rig, &rig->udp, "/rack/trim/gain/norm f 0.5");
	rig_expect(rig, &rig->udp, "/rack/trim/gain/str s 0.0 dB");
	assert_false(client_has(&rig->udp, "/rack/trim/gain f 0"));
	char text[60];
	surface_text(text, "");
	SAY(&rig->local, "/surface/remove", "s", text); /* without its options */
	rig_expect(rig, &rig->local, "/surface/list ");
	list_surface("/numbers");
	rig_expect(rig, &rig->udp, "/rack/trim/bypass f 0");
	assert_false(client_has(&rig->udp, "/rack/trim/bypass F"));
}

static void test_surfaces_are_the_keepers(void **state)
{
	(void)state;
	static const char *const wrong[] = { "nonsense", "127.0.0.1:", "127.0.0.1:9000/loud", "127.0.0.1:9000/",
		"somewhere.example:9000", "0.0.0.0:9000", "10.9.8.7:9000" };
	SAY(&rig->udp, "/surface/add", "s", "127.0.0.1:9000");
	SAY(&rig->udp, "/surface/list", "");
	rig_sync(rig, &rig->udp);
	assert_string_equal(rig->udp.lines[0], "/error ss /surface/add only over the local socket");
	assert_string_equal(rig->udp.lines[1], "/error ss /surface/list only over the local socket");
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		SAY(&rig->local, "/surface/add", "s", wrong[i]);
	rig_sync(rig, &rig->local);
	assert_int_equal(rig->local.n, sizeof wrong / sizeof wrong[0] + 1);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(strncmp(rig->local.lines[i], "/error ss /surface/add ", 23), 0);
	list_surface("");
	SAY(&rig->udp, "/unsubscribe", "s", "/rack/*/*");
	SAY(&rig->udp, "/subscribe", "s", "/surface/*");
	rig_sync(rig, &rig->udp);
	assert_null(client_last(&rig->udp, "/surface/list"));
}

/* It sends from another port than it listens at: it does not get its own moves back, but its errors. */
static void test_one_host_and_one_surface_are_one_peer(void **state)
{
	(void)state;
	struct reason reason;
	struct client sender = { .link = NULL };
	char target[32];
	snprintf(target, sizeof target, "127.0.0.1:%d", rig->port);
	assert_int_equal(link_open(&sender.link, target, NULL, &reason), STATUS_OK);
	list_surface("");
	rig_expect(rig, &rig->udp, "/rack/trim/gain f 0");
	turn_ms(50);
	client_clear(&rig->udp);
	SAY(&sender, "/rack/trim/gain", "f", 3.0);
	SAY(&sender, "/rack/trim/gain", "f", 4.0);
	turn_ms(200);
	assert_true(control_value(rig->control, 0, 0) == 4);
	assert_null(client_last(&rig->udp, "/rack/trim/gain"));
	SAY(&sender, "/rack/trim/gain", "f", 99.0);
	rig_expect(rig, &rig->udp, "/rack/trim/gain f 24");
	SAY(&sender, "/rack/trim/gain", "s", "loud");
	rig_expect(rig, &rig->udp, "/error ss /rack/trim/gain 'loud' is not a number");
	SAY(&rig->local, "/rack/trim/gain", "f", 5.0); /* another's */
	rig_expect(rig, &rig->udp, "/rack/trim/gain f 5");
	link_close(sender.link);
}

static void wait_for_file(const char *path, const char *wanted)
{
	char *text = NULL;
	size_t size;
	for (long end = rig_ms() + RIG_PATIENCE_MS; rig_ms() < end;) {
		rig_turn(rig);
		worker_collect(control_worker(rig->control));
		free(text);
		if (file_read(path, 1000, &text, &size, NULL) != STATUS_OK)
			text = NULL;
		else if (strcmp(text, wanted) == 0)
			break;
	}
	assert_non_null(text);
	assert_string_equal(text, wanted);
	free(text);
}

static void test_surfaces_are_kept(void **state)
{
	(void)state;
	struct server_config config;
	struct reason reason;
	char path[108], surfaces[120], text[60], wanted[200], line[RIG_LINE];
	rig_config(rig, &config, path);
	snprintf(surfaces, sizeof surfaces, "%s.surfaces", path);
	config.surfaces_path = surfaces;
	config.port = rig->port;
	server_free(rig->server);
	assert_int_equal(server_new(&rig->server, &config, &reason), STATUS_OK);
	list_surface("/numbers");
	surface_text(text, "/numbers");
	snprintf(wanted, sizeof wanted, "# OSC surfaces that are told without asking.\n%s\n", text);
	wait_for_file(surfaces, wanted);
	server_free(rig->server);
	assert_int_equal(server_new(&rig->server, &config, &reason), STATUS_OK);
	client_clear(&rig->local);
	client_clear(&rig->udp);
	rig_expect(rig, &rig->udp, "/rack/trim/bypass f 0");
	SAY(&rig->local, "/surface/list", "");
	snprintf(line, sizeof line, "/surface/list s %s", text);
	rig_expect(rig, &rig->local, line);
	SAY(&rig->local, "/surface/remove", "s", text);
	wait_for_file(surfaces, "# OSC surfaces that are told without asking.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unreadable_arguments_get_an_error),
		TEST(test_unreadable_in_a_bundle),
		TEST(test_switches_as_numbers),
		TEST(test_surfaces_come_and_go),
		TEST(test_surfaces_as_numbers),
		TEST(test_surfaces_are_the_keepers),
		TEST(test_one_host_and_one_surface_are_one_peer),
		TEST(test_surfaces_are_kept),
	};
	OSC_FIXTURE_RUN(tests);
}
