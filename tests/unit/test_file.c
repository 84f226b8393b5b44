/* file.c: reading with a limit, replacing whole files, failures that leave the old file, the standard folders. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/draft.h"
#include "rack/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

/* Two places at most are in use at a time. */
static const char *at(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 4];
	snprintf(path, PATH_MAX, "%s/%s", folder, name);
	return path;
}

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/lacquer-test-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static void put(const char *path, const char *text)
{
	struct reason reason = { "" };
	enum status status = file_write(path, text, strlen(text), &reason);
	if (status != STATUS_OK)
		fail_msg("%s: %s", path, reason.text);
}

static void assert_holds(const char *path, const char *text)
{
	char *read;
	size_t size;
	assert_int_equal(file_read(path, 1 << 20, &read, &size, NULL), STATUS_OK);
	assert_string_equal(read, text);
	assert_int_equal(size, strlen(text));
	free(read);
}

static unsigned count_files(void)
{
	unsigned n = 0;
	DIR *d = opendir(folder);
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static mode_t mode_of(const char *path)
{
	struct stat s;
	assert_int_equal(lstat(path, &s), 0);
	return s.st_mode;
}

static void reads_up_to_the_limit_and_no_more(void **state)
{
	(void)state;
	char *text = NULL;
	size_t size;
	struct reason reason;
	put(at("a"), "12345");
	assert_int_equal(file_read(at("a"), 5, &text, &size, &reason), STATUS_OK);
	assert_int_equal(size, 5);
	assert_int_equal(text[5], 0);
	free(text);
	text = NULL;
	assert_int_equal(file_read(at("a"), 4, &text, &size, &reason), STATUS_BAD_VALUE);
	assert_string_equal(reason.text, "longer than 4 bytes");
	assert_null(text);
	assert_int_equal(file_read("/dev/zero", 1 << 20, &text, &size, &reason), STATUS_BAD_VALUE);
	assert_int_equal(file_read(at("none"), 4, &text, &size, &reason), STATUS_IO);
	assert_non_null(strstr(reason.text, strerror(ENOENT)));
	assert_int_equal(file_read(folder, 4, &text, &size, &reason), STATUS_IO);
	assert_non_null(strstr(reason.text, strerror(EISDIR)));
}

static void reads_every_byte_of_long_and_empty_files(void **state)
{
	(void)state;
	size_t n = 100001, size;
	char *bytes = malloc(n), *text;
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i * 31 % 256);
	assert_int_equal(file_write(at("long"), bytes, n, NULL), STATUS_OK);
	assert_int_equal(file_read(at("long"), n, &text, &size, NULL), STATUS_OK);
	assert_int_equal(size, n);
	assert_memory_equal(text, bytes, n);
	free(text);
	free(bytes);
	put(at("empty"), "");
	assert_holds(at("empty"), "");
}

static void makes_missing_folders_for_their_owner_alone(void **state)
{
	(void)state;
	put(at("one/two/file"), "x");
	assert_holds(at("one/two/file"), "x");
	assert_int_equal(mode_of(at("one")) & 0777, 0700);
	assert_int_equal(mode_of(at("one/two")) & 0777, 0700);
}

static void keeps_the_mode(void **state)
{
	(void)state;
	put(at("a"), "old");
	assert_int_equal(chmod(at("a"), 0640), 0);
	put(at("a"), "new");
	assert_holds(at("a"), "new");
	assert_int_equal(mode_of(at("a")) & 0777, 0640);
	assert_int_equal(count_files(), 1);
}

static void replaces_what_a_link_leads_to(void **state)
{
	(void)state;
	put(at("real/target"), "old");
	assert_int_equal(symlink("real/target", at("inner")), 0);
	assert_int_equal(symlink(at("inner"), at("outer")), 0);
	put(at("outer"), "new");
	assert_holds(at("real/target"), "new");
	assert_true(S_ISLNK(mode_of(at("outer"))) && S_ISLNK(mode_of(at("inner"))));
	assert_int_equal(symlink("real/fresh", at("dangling")), 0);
	put(at("dangling"), "born");
	assert_holds(at("real/fresh"), "born");
	assert_int_equal(symlink("loop", at("loop")), 0);
	assert_int_equal(file_write(at("loop"), "x", 1, NULL), STATUS_IO);
}

static void refuses_what_is_no_plain_file(void **state)
{
	(void)state;
	struct reason reason;
	assert_int_equal(mkdir(at("d"), 0700), 0);
	assert_int_equal(file_write(at("d"), "x", 1, &reason), STATUS_IO);
	assert_non_null(strstr(reason.text, "folder"));
	assert_int_equal(mkfifo(at("fifo"), 0600), 0);
	assert_int_equal(file_write(at("fifo"), "x", 1, &reason), STATUS_IO);
	assert_true(S_ISFIFO(mode_of(at("fifo"))));
	assert_int_equal(count_files(), 2);
	put(at("plain"), "x");
	assert_int_equal(file_write(at("plain/below"), "x", 1, &reason), STATUS_IO);
}

/* Runs as a process of its own, as a limit on file sizes holds for a whole process. */
static int write_beyond_limit(void)
{
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit limit = { 10000, 10000 };
	static char big[50000];
	memset(big, 'x', sizeof big);
	struct reason reason;
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 1;
	return file_write(at("a"), big, sizeof big, &reason) == STATUS_IO && strstr(reason.text, strerror(EFBIG)) ? 0
														  : 2;
}

static void a_write_that_fails_half_way_leaves_the_old_file_alone(void **state)
{
	(void)state;
	put(at("a"), "old");
	pid_t child = fork();
	if (child == 0)
		_exit(write_beyond_limit());
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_holds(at("a"), "old");
	assert_int_equal(count_files(), 1);
}

/* As on a file system that cannot sync a full disk's delayed blocks: /dev/full stands for it at the other end of a
 * link. */
static void a_full_disk_is_told(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	char command[256];
	assert_int_equal(mkdir(at("small"), 0700), 0);
	snprintf(command, sizeof command, "mount -t tmpfs -o size=64k none '%s' 2>/dev/null", at("small"));
	if (system(command) != 0)
		skip();
	put(at("small/a"), "old");
	static char big[200000];
	struct reason reason;
	enum status status = file_write(at("small/a"), big, sizeof big, &reason);
	char *text = NULL;
	size_t size = 0;
	file_read(at("small/a"), 1000, &text, &size, NULL);
	snprintf(command, sizeof command, "test $(ls '%s' | wc -l) = 1", at("small"));
	int left = system(command);
	snprintf(command, sizeof command, "umount '%s'", at("small"));
	assert_int_equal(system(command), 0);
	assert_int_equal(status, STATUS_IO);
	assert_non_null(strstr(reason.text, strerror(ENOSPC)));
	assert_int_equal(left, 0);
	assert_non_null(text);
	assert_string_equal(text, "old");
	free(text);
}

/* Readers see the old or the new text, whole, at every moment; a writer that is killed leaves them so. */
static void a_killed_writer_leaves_a_whole_file_and_sweep_its_rest(void **state)
{
	(void)state;
	static char one[60000], two[60000];
	memset(one, '1', sizeof one);
	memset(two, '2', sizeof two);
	assert_int_equal(file_write(at("a"), one, sizeof one, NULL), STATUS_OK);
	for (int round = 0; round < 20; round++) {
		pid_t child = fork();
		if (child == 0)
			for (;;) {
				file_write(at("a"), two, sizeof two, NULL);
				file_write(at("a"), one, sizeof one, NULL);
			}
		usleep(1000 + (useconds_t)round * 300);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		char *text;
		size_t size;
		assert_int_equal(file_read(at("a"), 1 << 20, &text, &size, NULL), STATUS_OK);
		assert_int_equal(size, sizeof one);
		assert_memory_equal(text, text[0] == '1' ? one : two, sizeof one);
		free(text);
	}
	draft_sweep(at("a"));
	assert_int_equal(count_files(), 1);
}

static void keep(const char *path, const char *text)
{
	struct reason reason = { "" };
	if (file_write_keeping(path, text, strlen(text), &reason) != STATUS_OK)
		fail_msg("%s: %s", path, reason.text);
}

static void what_was_there_before_is_kept(void **state)
{
	(void)state;
	keep(at("a"), "first");
	assert_int_equal(count_files(), 1);
	assert_int_equal(chmod(at("a"), 0640), 0);
	keep(at("a"), "second");
	assert_holds(at("a"), "second");
	assert_holds(at("a.bak"), "first");
	assert_int_equal(mode_of(at("a.bak")) & 0777, 0640);
	keep(at("a"), "third");
	assert_holds(at("a"), "third");
	assert_holds(at("a.bak"), "second");
	assert_int_equal(count_files(), 2);
	put(at("a"), "fourth");
	assert_holds(at("a.bak"), "second");
}

/* Killed between the two renames: both names are one file. */
static void a_backup_that_is_the_file_itself_is_replaced(void **state)
{
	(void)state;
	put(at("a"), "first");
	assert_int_equal(link(at("a"), at("a.bak")), 0);
	keep(at("a"), "second");
	assert_holds(at("a"), "second");
	assert_holds(at("a.bak"), "first");
	assert_int_equal(count_files(), 2);
}

static void nothing_is_kept_behind_a_link_or_of_a_failed_write(void **state)
{
	(void)state;
	put(at("real/a"), "old");
	assert_int_equal(symlink("real/a", at("a")), 0);
	keep(at("a"), "new");
	assert_holds(at("real/a"), "new");
	assert_int_equal(access(at("real/a.bak"), F_OK), -1);
	assert_int_equal(access(at("a.bak"), F_OK), -1);
	keep(at("b"), "one");
	keep(at("b"), "two");
	assert_int_equal(mkdir(at("b.d"), 0700), 0);
	assert_int_equal(file_write_keeping(at("b.d"), "x", 1, NULL), STATUS_IO);
	assert_int_equal(unlink(at("b.bak")), 0);
	assert_int_equal(mkdir(at("b.bak"), 0700), 0); /* cannot be a backup: the save goes on */
	keep(at("b"), "three");
	assert_holds(at("b"), "three");
	assert_int_equal(count_files(), 5);
}

static void check_whole(const char *path, const char *one, const char *two, size_t size)
{
	char *text;
	size_t got;
	assert_int_equal(file_read(path, 1 << 20, &text, &got, NULL), STATUS_OK);
	assert_int_equal(got, size);
	assert_memory_equal(text, text[0] == '1' ? one : two, size);
	free(text);
}

static void a_killed_writer_leaves_file_and_backup_whole(void **state)
{
	(void)state;
	static char one[60000], two[60000];
	memset(one, '1', sizeof one);
	memset(two, '2', sizeof two);
	assert_int_equal(file_write_keeping(at("a"), one, sizeof one, NULL), STATUS_OK);
	assert_int_equal(file_write_keeping(at("a"), two, sizeof two, NULL), STATUS_OK);
	for (int round = 0; round < 20; round++) {
		pid_t child = fork();
		if (child == 0)
			for (;;) {
				file_write_keeping(at("a"), two, sizeof two, NULL);
				file_write_keeping(at("a"), one, sizeof one, NULL);
			}
		for (int look = 0; look < 20; look++) { /* both are there at every moment */
			check_whole(at("a"), one, two, sizeof one);
			check_whole(at("a.bak"), one, two, sizeof one);
		}
		usleep(1000 + (useconds_t)round * 300);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		check_whole(at("a"), one, two, sizeof one);
		check_whole(at("a.bak"), one, two, sizeof one);
	}
	draft_sweep(at("a"));
	assert_int_equal(count_files(), 2);
}

static void touch(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
}

static void sweep_takes_only_what_a_dead_writer_left(void **state)
{
	(void)state;
	pid_t dead = fork();
	if (dead == 0)
		_exit(0);
	waitpid(dead, NULL, 0);
	char stale[64], living[64], others[64];
	snprintf(stale, sizeof stale, "a.%d.7.lacquer-tmp", (int)dead);
	snprintf(living, sizeof living, "a.%d.7.lacquer-tmp", (int)getppid());
	snprintf(others, sizeof others, "ab.%d.7.lacquer-tmp", (int)dead);
	touch(at(stale));
	touch(at(living));
	touch(at(others));
	touch(at("a.x.lacquer-tmp"));
	put(at("a"), "x");
	draft_sweep(at("a"));
	assert_int_equal(access(at(stale), F_OK), -1);
	assert_int_equal(access(at(living), F_OK), 0);
	assert_int_equal(access(at(others), F_OK), 0);
	assert_int_equal(count_files(), 4);
	draft_sweep(at("")); /* the folder: ab's too */
	assert_int_equal(access(at(others), F_OK), -1);
	assert_int_equal(count_files(), 3);
	draft_sweep(at("missing/a"));
}

static void places_follow_the_standard(void **state)
{
	(void)state;
	char path[PATH_MAX], wanted[PATH_MAX];
	setenv("HOME", folder, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	assert_int_equal(file_place(FILE_CONFIG, "racks", path, sizeof path, NULL), STATUS_OK);
	assert_string_equal(path, at(".config/lacquer/racks"));
	assert_int_equal(file_place(FILE_STATE, "s", path, sizeof path, NULL), STATUS_OK);
	assert_string_equal(path, at(".local/state/lacquer/s"));
	setenv("XDG_CONFIG_HOME", "/conf", 1);
	assert_int_equal(file_place(FILE_CONFIG, "x", path, sizeof path, NULL), STATUS_OK);
	assert_string_equal(path, "/conf/lacquer/x");
	setenv("XDG_CONFIG_HOME", "not/absolute", 1);
	assert_int_equal(file_place(FILE_CONFIG, "x", path, sizeof path, NULL), STATUS_OK);
	assert_string_equal(path, at(".config/lacquer/x"));
	assert_int_equal(file_place(FILE_CONFIG, "x", path, 10, NULL), STATUS_UNAVAILABLE);
	unsetenv("HOME");
	assert_int_equal(file_place(FILE_CONFIG, "x", path, sizeof path, NULL), STATUS_UNAVAILABLE);
	unsetenv("XDG_RUNTIME_DIR");
	snprintf(wanted, sizeof wanted, "/tmp/lacquer-%ld/sock", (long)geteuid());
	assert_int_equal(file_place(FILE_RUNTIME, "sock", path, sizeof path, NULL), STATUS_OK);
	assert_string_equal(path, wanted);
}

static void the_runtime_folder_is_ours_alone_or_refused(void **state)
{
	(void)state;
	char path[PATH_MAX];
	struct reason reason;
	setenv("XDG_RUNTIME_DIR", folder, 1);
	assert_int_equal(file_place(FILE_RUNTIME, "sock", path, sizeof path, NULL), STATUS_OK);
	assert_int_equal(mode_of(at("lacquer")) & 0777, 0700);
	assert_int_equal(chmod(at("lacquer"), 0770), 0);
	assert_int_equal(file_place(FILE_RUNTIME, "sock", path, sizeof path, &reason), STATUS_UNAVAILABLE);
	assert_non_null(strstr(reason.text, at("lacquer")));
	assert_int_equal(rmdir(at("lacquer")), 0);
	assert_int_equal(mkdir(at("elsewhere"), 0700), 0);
	assert_int_equal(symlink("elsewhere", at("lacquer")), 0);
	assert_int_equal(file_place(FILE_RUNTIME, "sock", path, sizeof path, &reason), STATUS_UNAVAILABLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_up_to_the_limit_and_no_more),
		TEST(reads_every_byte_of_long_and_empty_files),
		TEST(makes_missing_folders_for_their_owner_alone),
		TEST(keeps_the_mode),
		TEST(replaces_what_a_link_leads_to),
		TEST(refuses_what_is_no_plain_file),
		TEST(a_write_that_fails_half_way_leaves_the_old_file_alone),
		TEST(a_full_disk_is_told),
		TEST(a_killed_writer_leaves_a_whole_file_and_sweep_its_rest),
		TEST(what_was_there_before_is_kept),
		TEST(a_backup_that_is_the_file_itself_is_replaced),
		TEST(nothing_is_kept_behind_a_link_or_of_a_failed_write),
		TEST(a_killed_writer_leaves_file_and_backup_whole),
		TEST(sweep_takes_only_what_a_dead_writer_left),
		TEST(places_follow_the_standard),
		TEST(the_runtime_folder_is_ours_alone_or_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
