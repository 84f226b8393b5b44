/* Tests the log: whole lines with both times, the limit of its size, what a kill tears, a disk that is full. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/json.h"
#include "src/logfile.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/lacquer-logfile-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : 1;
}

static const char *at(const char *name)
{
	static char path[2][128];
	static int turn;
	turn = !turn;
	snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
	return path[turn];
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(at("new/log"));
	rmdir(at("new"));
	unlink(at("log"));
	unlink(at("log" LOGFILE_OLD));
	return rmdir(folder);
}

static int forget(void **state)
{
	(void)state;
	unlink(at("log"));
	unlink(at("log" LOGFILE_OLD));
	return 0;
}

static const char *contents(const char *name)
{
	static char text[65536];
	FILE *file = fopen(at(name), "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	return text;
}

static enum status add(struct logfile *l, const char *text)
{
	struct json *j = logfile_begin(l);
	assert_non_null(j);
	json_text(j, "text", text);
	return logfile_end(l, NULL);
}

static struct logfile *begin(uint64_t limit)
{
	struct reason reason = { "" };
	struct logfile *l = logfile_open(at("log"), limit, &reason);
	if (!l)
		fail_msg("%s", reason.text);
	return l;
}

static void a_line_has_both_times_and_what_was_said(void **state)
{
	(void)state;
	struct logfile *l = begin(10000);
	int utc_end, end;
	double before, after;
	assert_int_equal(add(l, "a\nb\xff"), STATUS_OK);
	usleep(2000);
	assert_int_equal(add(l, "second"), STATUS_OK);
	logfile_close(l);
	const char *text = contents("log");
	assert_int_equal(sscanf(text, "{\"utc\": \"%*4d-%*2d-%*2dT%*2d:%*2d:%*2d.%*6dZ%n\", \"monotonic_s\": %lf, %n",
				 &utc_end, &before, &end),
		1);
	assert_int_equal(utc_end, strlen("{\"utc\": \"2026-05-31T12:00:00.123456Z"));
	static const char said[] = "\"text\": \"a\\u000ab\\ufffd\"}\n";
	assert_memory_equal(text + end, said, sizeof said - 1);
	assert_int_equal(sscanf(text + end + sizeof said - 1, "{\"utc\": %*s \"monotonic_s\": %lf,", &after), 1);
	assert_true(after > before + 0.001 && after < before + 10);
	struct stat s;
	assert_int_equal(stat(at("log"), &s), 0);
	assert_int_equal(s.st_mode & 0777, 0600);
}

static void it_goes_on_where_it_was_and_makes_its_folder(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct logfile *l = logfile_open(at("new/log"), 10000, NULL);
		assert_non_null(l);
		assert_int_equal(add(l, "x"), STATUS_OK);
		logfile_close(l);
	}
	const char *text = contents("new/log"), *first_end = strchr(text, '\n');
	assert_int_equal(strlen(first_end + 1), (size_t)(first_end + 1 - text));
	struct reason reason;
	assert_null(logfile_open(at("none/none/log"), 10000, &reason));
	assert_non_null(strstr(reason.text, "No such file"));
}

static void a_torn_last_line_is_ended(void **state)
{
	(void)state;
	FILE *file = fopen(at("log"), "w");
	fputs("{\"whole\": 1}\n{\"utc\": \"20", file);
	fclose(file);
	struct logfile *l = begin(10000);
	assert_int_equal(add(l, "next"), STATUS_OK);
	logfile_close(l);
	const char *text = contents("log");
	assert_memory_equal(text, "{\"whole\": 1}\n{\"utc\": \"20\n{\"utc\": \"", 34);
	static const char end[] = ", \"text\": \"next\"}\n";
	assert_string_equal(text + strlen(text) - strlen(end), end);
}

static void a_full_file_makes_room(void **state)
{
	(void)state;
	enum { LINES = 40, LIMIT = 1000 };
	struct logfile *l = begin(LIMIT);
	struct stat s;
	char number[32];
	for (int i = 0; i < LINES; i++) {
		snprintf(number, sizeof number, "line %d.", i);
		assert_int_equal(add(l, number), STATUS_OK);
		assert_int_equal(stat(at("log"), &s), 0);
		assert_true(s.st_size > 0 && s.st_size <= LIMIT);
	}
	assert_int_equal(stat(at("log" LOGFILE_OLD), &s), 0);
	assert_true(s.st_size > LIMIT / 2 && s.st_size <= LIMIT);
	assert_non_null(strstr(contents("log"), "line 39."));
	/* The old file ends where the new one begins. */
	int first = atoi(strstr(contents("log"), "line ") + 5);
	snprintf(number, sizeof number, "line %d.", first - 1);
	const char *old = contents("log" LOGFILE_OLD), *last = strstr(old, number);
	assert_non_null(last);
	assert_null(strchr(strchr(last, '\n') + 1, '\n'));
	/* A line longer than the limit is written all the same. */
	char longer[2 * LIMIT];
	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	assert_int_equal(add(l, longer), STATUS_OK);
	assert_non_null(strstr(contents("log"), longer));
	logfile_close(l);
}

/* Whatever the moment of the kill, all lines but the last are whole, and the next start goes on. */
static void a_kill_tears_no_line(void **state)
{
	(void)state;
	enum { KILLS = 20 };
	for (int i = 0; i < KILLS; i++) {
		pid_t child = fork();
		if (child == 0) {
			struct logfile *l = logfile_open(at("log"), 100000000, NULL);
			for (;;)
				add(l, "an event");
		}
		usleep(2000 + 500 * (useconds_t)i);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	struct logfile *l = begin(100000000);
	add(l, "an event");
	logfile_close(l);
	FILE *file = fopen(at("log"), "r");
	char line[256];
	unsigned lines = 0, torn = 0;
	static const char end[] = "\"text\": \"an event\"}\n";
	while (fgets(line, sizeof line, file)) {
		size_t n = strlen(line);
		lines++;
		torn += strncmp(line, "{\"utc\": \"", 9) != 0 || n < sizeof end ||
			strcmp(line + n - sizeof end + 1, end) != 0;
	}
	fclose(file);
	assert_true(lines > KILLS);
	assert_true(torn <= KILLS);
}

/* A line that does not fit is said and ended later; the log goes on when there is room. */
static void a_full_disk_is_said_and_got_over(void **state)
{
	(void)state;
	struct logfile *l = begin(1000000);
	struct rlimit before, little;
	getrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(add(l, "fits"), STATUS_OK);
	little = (struct rlimit){ 150, before.rlim_max };
	setrlimit(RLIMIT_FSIZE, &little);
	struct reason reason = { "" };
	json_text(logfile_begin(l), "text", "does not fit");
	assert_int_equal(logfile_end(l, &reason), STATUS_IO);
	assert_non_null(strstr(reason.text, "cannot be written: "));
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(add(l, "fits again"), STATUS_OK);
	logfile_close(l);
	const char *text = contents("log"), *again = strstr(text, "fits again");
	assert_non_null(again);
	while (*again != '\n')
		again--;
	assert_memory_equal(again + 1, "{\"utc\"", 6);
	assert_true(strstr(again + 6, "\"utc\"") == NULL); /* the torn line is another */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_line_has_both_times_and_what_was_said, forget),
		cmocka_unit_test_teardown(it_goes_on_where_it_was_and_makes_its_folder, forget),
		cmocka_unit_test_teardown(a_torn_last_line_is_ended, forget),
		cmocka_unit_test_teardown(a_full_file_makes_room, forget),
		cmocka_unit_test_teardown(a_kill_tears_no_line, forget),
		cmocka_unit_test_teardown(a_full_disk_is_said_and_got_over, forget),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
