/* Tests lacquer get, set and watch as programs against a server in this process: output, errors, exit status. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/osc_rig.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static struct rig *rig;
static char program[4096], output[8192], errors[8192];

static int setup(void **state)
{
	(void)state;
	rig = rig_new(false);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_free(rig);
	return 0;
}

static void find_program(void)
{
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 10);
	assert_true(n > 0);
	program[n] = '\0';
	strcpy(strrchr(program, '/'), "/lacquer");
}

static pid_t start_program(char *const *argv, const int out[2], const int err[2])
{
	pid_t child = fork();
	if (child == 0) {
		dup2(out[1], 1);
		dup2(err[1], 2);
		execv(program, argv);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	return child;
}

static void read_more(int fd, char *text)
{
	size_t used = strlen(text);
	ssize_t n = read(fd, text + used, sizeof output - 1 - used);
	text[n > 0 ? used + (size_t)n : used] = '\0';
}

/* Runs "lacquer COMMAND -n rig WORD..." (words apart by '|') while the server lives; its exit status. until: text in
 * the output at which it gets SIGINT, or NULL. */
static int lacquer(const char *line, const char *until)
{
	char words[512], *argv[16] = { program };
	int n = 1, out[2], err[2], status = 0;
	snprintf(words, sizeof words, "%s", line);
	for (char *rest = words, *word; (word = strsep(&rest, "|")) && n < 15;)
		argv[n++] = word;
	assert_int_equal(pipe(out) | pipe(err), 0);
	output[0] = errors[0] = '\0';
	pid_t child = start_program(argv, out, err);
	long end = rig_ms() + 3 * RIG_PATIENCE_MS;
	bool running = true;
	while (running && rig_ms() < end) {
		rig_turn(rig);
		running = waitpid(child, &status, WNOHANG) == 0;
		read_more(out[0], output);
		read_more(err[0], errors);
		if (until && strstr(output, until)) {
			kill(child, SIGINT);
			until = NULL;
		}
	}
	if (running)
		kill(child, SIGKILL);
	close(out[0]);
	close(err[0]);
	assert_false(running);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_get(void **state)
{
	(void)state;
	assert_int_equal(lacquer("get|-n|rig|/chain", NULL), 0);
	assert_string_equal(output, "trim testfault\n");
	assert_int_equal(lacquer("get|-n|rig|/rack/trim/gain/str", NULL), 0);
	assert_string_equal(output, "0.0 dB\n");
	assert_int_equal(lacquer("get|-n|rig|/rack/trim/{gain,mono}", NULL), 0);
	assert_string_equal(output, "/rack/trim/gain 0\n/rack/trim/mono off\n");
	assert_int_equal(lacquer("get|-n|rig|--json|/rack/testfault/*[ts]", NULL), 0);
	assert_string_equal(output, "{\"address\": \"/rack/testfault/fault\", \"values\": [\"none\"]}\n"
				    "{\"address\": \"/rack/testfault/bypass\", \"values\": [false]}\n");
	assert_string_equal(errors, "");
}

static void test_get_over_udp(void **state)
{
	(void)state;
	char line[80];
	snprintf(line, sizeof line, "get|--to|127.0.0.1:%d|/chain", rig->port);
	assert_int_equal(lacquer(line, NULL), 0);
	assert_string_equal(output, "trim testfault\n");
}

static void test_set(void **state)
{
	(void)state;
	assert_int_equal(lacquer("set|-n|rig|/rack/trim/gain|-1.5", NULL), 0);
	assert_string_equal(output, "-1.5\n");
	assert_int_equal(lacquer("set|-n|rig|/rack/trim/gain|1e9", NULL), 0);
	assert_string_equal(output, "24\n"); /* once, and what is in force */
	assert_string_equal(errors, "lacquer: /rack/trim/gain: clamped to 24\n");
	assert_int_equal(lacquer("set|-n|rig|/rack/trim/gain|3|dB", NULL), 0);
	assert_string_equal(output, "3\n");
	assert_int_equal(lacquer("set|-n|rig|/rack/trim/gain|99 dB", NULL), 0);
	assert_string_equal(errors, "lacquer: /rack/trim/gain: clamped to 24\n");
	assert_int_equal(lacquer("set|-n|rig|/rack/testfault/fault|2", NULL), 0); /* a choice by its index */
	assert_string_equal(output, "lock\n");
	assert_int_equal(lacquer("set|-n|rig|/rack/trim/gain/str|2 dB", NULL), 0);
	assert_string_equal(output, "2.0 dB\n");
	assert_int_equal(lacquer("set|-n|rig|/rack/trim/mono|on", NULL), 0);
	assert_string_equal(output, "on\n");
	assert_int_equal(lacquer("set|-n|rig|/rack/testfault/fault|huge", NULL), 0);
	assert_string_equal(output, "huge\n");
	assert_int_equal(lacquer("set|-n|rig|/chain/insert|trim|0|pre", NULL), 0);
	assert_string_equal(output, "pre trim testfault\n");
	assert_int_equal(lacquer("set|-n|rig|/preset/save|12", NULL), 0);
	assert_string_equal(output, "12\n");
	assert_string_equal(errors, "");
	assert_int_equal(lacquer("set|-n|rig|/quit", NULL), 0);
	assert_int_equal(rig->quits, 1);
}

/* What looks like a number or a switch and is a name. */
static void test_names(void **state)
{
	(void)state;
	assert_int_equal(lacquer("set|-n|rig|/scene/store|2", NULL), 0);
	assert_string_equal(output, "2\n");
	assert_int_equal(lacquer("set|-n|rig|/scene/store|off", NULL), 0);
	assert_int_equal(lacquer("get|-n|rig|/scene/list", NULL), 0);
	assert_string_equal(output, "2 off\n");
	assert_int_equal(lacquer("set|-n|rig|/title|007", NULL), 0);
	assert_string_equal(output, "007\n");
	assert_int_equal(lacquer("set|-n|rig|/chain/insert|trim|0|f2", NULL), 0);
	assert_int_equal(lacquer("set|-n|rig|/chain/remove|2", NULL), 1);
	assert_string_equal(errors, "lacquer: /chain/remove: there is no slot '2'\n");
	assert_int_equal(lacquer("set|-n|rig|/lock|/rack/trim/gain|on", NULL), 0);
	assert_string_equal(output, "/rack/trim/gain on\n");
}

/* A question changes nothing. */
static void test_get_only_asks(void **state)
{
	(void)state;
	assert_int_equal(lacquer("set|-n|rig|/rack/trim/gain|-3", NULL), 0);
	assert_int_equal(lacquer("get|-n|rig|/undo", NULL), 2);
	assert_string_equal(output, "");
	assert_string_equal(
		errors, "lacquer: get: /undo has no value; it acts: lacquer set /undo\nSee 'lacquer get --help'.\n");
	assert_int_equal(lacquer("watch|-n|rig|/undo", NULL), 2);
	assert_int_equal(lacquer("get|-n|rig|/quit", NULL), 2);
	assert_int_equal(lacquer("get|-n|rig|/chain/remove", NULL), 2);
	assert_int_equal(rig->quits, 0);
	assert_int_equal(lacquer("get|-n|rig|/rack/trim/gain", NULL), 0);
	assert_string_equal(output, "-3\n");
	assert_int_equal(lacquer("set|-n|rig|/undo", NULL), 0);
	assert_int_equal(lacquer("get|-n|rig|/rack/trim/gain", NULL), 0);
	assert_string_equal(output, "0\n");
}

static void test_pairs_are_objects(void **state)
{
	(void)state;
	assert_int_equal(lacquer("get|-n|rig|--json|/info", NULL), 0);
	assert_non_null(strstr(output, "{\"address\": \"/info\", \"program\": \"lacquer\", \"version\": \""));
	assert_non_null(strstr(output, "\"rate\": "));
	assert_int_equal(lacquer("get|-n|rig|--json|/status", NULL), 0);
	assert_non_null(strstr(output, "\"realtime\": false, "));
}

static void test_failures(void **state)
{
	(void)state;
	assert_int_equal(lacquer("set|-n|rig|/rack/trim/gain|nan", NULL), 1);
	assert_string_equal(errors, "lacquer: /rack/trim/gain: 'nan' is not a number\n");
	assert_int_equal(lacquer("set|-n|rig|/rack/trim/gain|3|Hz", NULL), 1);
	assert_int_equal(lacquer("set|-n|rig|/rack/testfault/fault|sunburn", NULL), 1);
	assert_int_equal(lacquer("get|-n|rig|/nope", NULL), 1);
	assert_string_equal(errors, "lacquer: /nope: unknown address\n");
	assert_string_equal(output, "");
	assert_int_equal(lacquer("watch|-n|rig|/nope", NULL), 1);
	assert_int_equal(lacquer("get|-n|nobody|/chain", NULL), 1);
	assert_non_null(strstr(errors, "lacquer: /chain: no rack answers at "));
	assert_int_equal(lacquer("get|--to|127.0.0.1:9|/chain", NULL), 1);
	assert_string_equal(errors, "lacquer: /chain: no rack answers at 127.0.0.1:9\n");
	assert_int_equal(lacquer("get|-n|rig", NULL), 2);
	assert_int_equal(lacquer("get|-n|rig|chain", NULL), 2);
	assert_int_equal(lacquer("get|-n|rig|/*****", NULL), 2);
	assert_int_equal(lacquer("get|-n|../rig|/chain", NULL), 2);
	assert_int_equal(lacquer("get|--to|127.0.0.1:99999|/chain", NULL), 2);
	assert_int_equal(lacquer("get|--to|[::1|/chain", NULL), 2);
	assert_int_equal(lacquer("get|--to||/chain", NULL), 2);
	assert_int_equal(lacquer("set|-n|rig|/preset/load|gone", NULL), 1);
	assert_string_equal(errors, "lacquer: /preset/load: there is no preset 'gone'\n");
}

static void test_watch(void **state)
{
	(void)state;
	assert_int_equal(lacquer("watch|-n|rig|/rack/*/bypass", "/rack/testfault/bypass off\n"), 0);
	assert_string_equal(output, "/rack/trim/bypass off\n/rack/testfault/bypass off\n");
	assert_string_equal(errors, "");
	assert_int_equal(lacquer("watch|-n|rig|--json|/meter/out/peak", "]}\n"), 0);
	static const char first[] = "{\"address\": \"/meter/out/peak\", \"values\": [-144, -144]}\n";
	output[sizeof first - 1] = '\0';
	assert_string_equal(output, first);
}

int main(void)
{
	char folder[40], remove[80];
	rig_folders(folder);
	find_program();
#define TEST(F) cmocka_unit_test_setup_teardown(F, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_get),
		TEST(test_get_over_udp),
		TEST(test_set),
		TEST(test_names),
		TEST(test_get_only_asks),
		TEST(test_pairs_are_objects),
		TEST(test_failures),
		TEST(test_watch),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(remove, sizeof remove, "rm -rf '%s'", folder);
	return system(remove) == 0 ? failed : 1;
}
