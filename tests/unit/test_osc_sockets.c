/* Tests the sockets of the OSC server: refusals, IPv6, addresses that answer, the local socket's file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/osc_fixture.h"

#include <sys/stat.h>

/* ---- Binding */

static void test_refusals(void **state)
{
	(void)state;
	struct server_config config;
	struct server *server = NULL;
	struct reason reason;
	char path[108];
	rig_config(rig, &config, path);
	assert_int_equal(server_new(&server, &config, &reason), STATUS_UNAVAILABLE); /* the rig's own socket lives */
	assert_non_null(strstr(reason.text, "rig.sock"));
	config.local_path = NULL;
	config.port = rig->port;
	assert_int_equal(server_new(&server, &config, &reason), STATUS_UNAVAILABLE);
	assert_non_null(strstr(reason.text, "taken"));
	config.bind = "0.0.0.0";
	assert_int_equal(server_new(&server, &config, &reason), STATUS_BAD_VALUE);
	assert_non_null(strstr(reason.text, "--osc-allow"));
	config.bind = "::";
	assert_int_equal(server_new(&server, &config, &reason), STATUS_BAD_VALUE);
	config.bind = "127.0.0.1";
	config.allow = "10.0.0.0/33";
	assert_int_equal(server_new(&server, &config, &reason), STATUS_BAD_VALUE);
	config.allow = NULL;
	config.bind = "example.org";
	assert_int_equal(server_new(&server, &config, &reason), STATUS_BAD_VALUE);
	assert_null(server);
}

/* Its own feedback would come back to it as settings. */
static void test_a_rack_is_no_surface_of_its_own(void **state)
{
	(void)state;
	struct server_config config;
	struct server *server = NULL;
	struct reason reason;
	char path[108], surfaces[32];
	rig_config(rig, &config, path);
	config.local_path = NULL;
	config.surfaces = surfaces;
	enum status status = STATUS_UNAVAILABLE;
	for (config.port = rig->port + 1; status == STATUS_UNAVAILABLE; config.port++) {
		snprintf(surfaces, sizeof surfaces, "localhost:%d", config.port);
		status = server_new(&server, &config, &reason);
	}
	assert_int_equal(status, STATUS_BAD_VALUE);
	assert_string_equal(reason.text, "--osc-surface: localhost is where this rack listens itself");
}

/* The rig's server bound to another address. False: this machine has no such address. */
static bool rebind(const char *address)
{
	struct server_config config;
	struct reason reason;
	char path[108];
	rig_config(rig, &config, path);
	config.local_path = NULL;
	config.bind = address;
	config.allow = "10.0.0.0/8";
	config.port = rig->port;
	server_free(rig->server);
	if (server_new(&rig->server, &config, &reason) == STATUS_OK)
		return true;
	config.bind = "127.0.0.1";
	assert_int_equal(server_new(&rig->server, &config, &reason), STATUS_OK);
	return false;
}

/* A client that takes answers from that address only is answered and told. */
static void assert_answers(const char *host)
{
	char target[40];
	struct reason reason;
	snprintf(target, sizeof target, "%s:%d", host, rig->port);
	link_close(rig->udp.link);
	assert_int_equal(link_open(&rig->udp.link, target, NULL, &reason), STATUS_OK);
	client_clear(&rig->udp);
	SAY(&rig->udp, "/chain", "");
	rig_sync(rig, &rig->udp);
	assert_string_equal(rig->udp.lines[0], "/chain ss trim testfault");
	SAY(&rig->udp, "/subscribe", "s", "/title");
	rig_expect(rig, &rig->udp, "/title s ");
}

static void test_ipv6(void **state)
{
	(void)state;
	if (!rebind("::1"))
		skip();
	assert_answers("[::1]");
}

/* Programs take it for either. */
static void test_localhost_is_both(void **state)
{
	(void)state;
	bool ipv6 = rebind("::1");
	assert_true(rebind(NULL));
	assert_answers("127.0.0.1");
	if (!ipv6)
		skip();
	assert_answers("[::1]");
	assert_true(rebind("localhost"));
	assert_answers("[::1]");
}

/* Of several addresses of this machine answers come from the one that was asked: others do not get through to a
 * client, or a firewall. */
static void test_answers_come_from_the_address_asked(void **state)
{
	(void)state;
	assert_true(rebind("0.0.0.0"));
	assert_answers("127.0.0.2");
	assert_answers("127.0.0.1");
	if (!rebind("::"))
		skip();
	assert_answers("[::1]");
	assert_answers("127.0.0.3");
}

static void test_local_socket_file(void **state)
{
	(void)state;
	struct server_config config;
	struct server *server;
	struct reason reason;
	struct stat file;
	char path[108], copy[120];
	rig_config(rig, &config, path);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0600);
	/* A socket that nobody reads any more, as a killed rack leaves one, is replaced; the server's end removes it.
	 */
	snprintf(copy, sizeof copy, "%s.old", path);
	config.local_path = copy;
	assert_int_equal(server_new(&server, &config, &reason), STATUS_OK);
	char aside[140];
	snprintf(aside, sizeof aside, "%s.aside", copy);
	rename(copy, aside);
	server_free(server);
	rename(aside, copy);
	assert_int_equal(server_new(&server, &config, &reason), STATUS_OK);
	server_free(server);
	assert_int_not_equal(stat(copy, &file), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_refusals),
		TEST(test_a_rack_is_no_surface_of_its_own),
		TEST(test_ipv6),
		TEST(test_localhost_is_both),
		TEST(test_answers_come_from_the_address_asked),
		TEST(test_local_socket_file),
	};
	OSC_FIXTURE_RUN(tests);
}
