/* Every allocation of the program fails in its turn: it is said, nothing crashes, leaks or is lost on disk. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server.h"
#include "rack/base/file.h"
#include "rack/base/worker.h"
#include "rack/model/rack.h"
#include "src/instance.h"
#include "src/load.h"
#include "src/state.h"
#include "src/subcommands.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lo/lo.h>
#include <sndfile.h>

#include <cmocka.h>

/* ---- The failing allocator: the linker sends the program's own calls here (see CMakeLists.txt) */

static atomic_long n_calls, fails_at; /* 0: none */
static atomic_bool stays_empty;       /* all behind it fail too */

static bool fails(void)
{
	long call = atomic_fetch_add(&n_calls, 1) + 1, at = atomic_load(&fails_at);
	if (!at || (stays_empty ? call < at : call != at))
		return false;
	errno = ENOMEM;
	return true;
}

#define WRAP(result, name, parameters, arguments)                                                                      \
	result __real_##name parameters;                                                                               \
	result __wrap_##name parameters;                                                                               \
	result __wrap_##name parameters                                                                                \
	{                                                                                                              \
		return fails() ? NULL : __real_##name arguments;                                                       \
	}

WRAP(void *, malloc, (size_t size), (size))
WRAP(void *, calloc, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, (void *p, size_t size), (p, size))
WRAP(char *, strdup, (const char *text), (text))
WRAP(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
WRAP(FILE *, open_memstream, (char **text, size_t *size), (text, size))
WRAP(FILE *, fdopen, (int fd, const char *mode), (fd, mode))
WRAP(lo_message, lo_message_new, (void), ())
WRAP(lo_message, lo_message_deserialise, (void *data, size_t size, int *result), (data, size, result))

static int print(char **text, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
static int print(char **text, const char *format, va_list args)
{
	*text = NULL;
	return fails() ? -1 : vasprintf(text, format, args);
}

int __wrap_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **text, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int size = print(text, format, args);
	va_end(args);
	return size;
}

int __wrap___asprintf_chk(char **text, int flag, const char *format, ...) __attribute__((format(printf, 3, 4)));
int __wrap___asprintf_chk(char **text, int flag, const char *format, ...)
{
	va_list args;
	(void)flag;
	va_start(args, format);
	int size = print(text, format, args);
	va_end(args);
	return size;
}

/* ---- What is run, each in a process and a folder of its own */

static char folder[] = "/dev/shm/lacquer-alloc.XXXXXX"; /* what is written is synced, which takes long on a disk */

static void put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static char *get(const char *name)
{
	size_t size;
	char *text = NULL;
	return file_read(name, 1 << 24, &text, &size, NULL) == STATUS_OK ? text : NULL;
}

static void put_sound(const char *name)
{
	SF_INFO info = { .samplerate = 48000, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
	SNDFILE *file = sf_open(name, SFM_WRITE, &info);
	static short frames[2 * 9600];
	for (int i = 0; i < 2 * 9600; i++)
		frames[i] = (short)(i * 7919 % 20000 - 10000);
	assert_int_equal(sf_writef_short(file, frames, 9600), 9600);
	sf_close(file);
}

#define RACK_TEXT "# first line\n[rack]\nformat = 1\n[trim]\ngain = -3\n[eq]\nband2.gain = 2\n[limiter]\n"

static void prepare(void)
{
	mkdir("state", 0700);
	mkdir("state/lacquer", 0700);
	mkdir("state/lacquer/held.states", 0700);
	put("a.rack", RACK_TEXT);
	put("odd.rack", "[rack]\nformat = 1\n[trim]\ngain = -3\nnothing = 1\n[trim two]\ngain = 1\ngain = 2\n");
	put("state/lacquer/held.rack", RACK_TEXT);
	put("state/lacquer/held.states/scene-one.rack", RACK_TEXT);
	put("state/lacquer/held.states/side-b.rack", RACK_TEXT);
	put("state/lacquer/held.states/list", "side = a\nkept = b\nscene = one\nlock = trim/gain\n");
	put("events", "0.05 /rack/trim/gain -6\n0.1 /bypass on\n");
	put("out.wav", "the old master");
	put_sound("in.wav");
	mkdir("run", 0700);
	mkdir("config", 0700);
}

static int subcommand(const char *name, ...)
{
	char *argv[12];
	int argc = 0;
	va_list words;
	va_start(words, name);
	argv[argc++] = (char *)name;
	while ((argv[argc] = va_arg(words, char *)))
		argc++;
	va_end(words);
	int status = subcommand_find(name)->main(argc, argv);
	return fflush(stdout) == 0 ? status : EXIT_FAILED;
}

static int check(void)
{
	return subcommand("check", "a.rack", "odd.rack", NULL);
}

static int describe_text_of_all(void)
{
	return subcommand("describe", NULL);
}

static int describe_json_of_all(void)
{
	return subcommand("describe", "--json", NULL);
}

static int measure(void)
{
	return subcommand("measure", "--json", "in.wav", NULL);
}

static int render(void)
{
	return subcommand("render", "--force", "--json", "--events", "events", "a.rack", "in.wav", "out.wav", NULL);
}

static int ask_nobody(void)
{
	return subcommand("get", "-n", "absent", "/chain", NULL) == EXIT_FAILED ? EXIT_DONE : EXIT_USAGE;
}

/* A rack as host.c starts it, without JACK: what was saved is restored, the server is asked, all is saved at the end.
 */
struct rack_of_test {
	int lock_fd, client_fd;
	struct loop loop;
	struct control *control;
	struct state *state;
	struct server *server;
	char reply[4096];
	bool refused; /* an /error came */
};

static bool say(enum status status, const struct reason *reason)
{
	if (status != STATUS_OK)
		options_error("test", "%s", reason->text);
	return status == STATUS_OK;
}

static bool open_rack(struct rack_of_test *t)
{
	struct reason reason = { "no reason" };
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "client" };
	*t = (struct rack_of_test){ .client_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) };
	if (bind(t->client_fd, (const struct sockaddr *)&address, sizeof address) != 0)
		abort();
	t->lock_fd = instance_lock("held", NULL, &reason);
	t->control = t->lock_fd >= 0 ? control_new(&reason) : NULL;
	bool worker = t->control && (control_worker(t->control) ||
					    reason_set(&reason, STATUS_NO_MEMORY, "out of memory") == STATUS_OK);
	t->state = worker ? state_new(t->control, "held", &t->loop, &reason) : NULL;
	if (!say(t->state ? STATUS_OK : STATUS_IO, &reason))
		return false;
	const struct load load = { .control = t->control, .state = t->state };
	if (load_rack(&load) != EXIT_DONE)
		return false;
	const struct server_config config = { .control = t->control, .local_path = "socket" };
	return say(server_new(&t->server, &config, &reason), &reason);
}

/* An engine, as JACK would bring it. */
static bool start_rack(struct rack_of_test *t)
{
	struct reason reason = { "no reason" };
	return say(control_start(t->control, &(struct spec){ .rate = 48000 }, 0, &reason), &reason);
}

static void close_rack(struct rack_of_test *t, bool flush)
{
	if (t->state && flush)
		state_flush(t->state);
	server_free(t->server);
	state_free(t->state);
	if (t->control && control_engine(t->control))
		control_stop(t->control);
	control_free(t->control);
	if (t->lock_fd >= 0)
		close(t->lock_fd);
	close(t->client_fd);
}

static void take_replies(struct rack_of_test *t)
{
	ssize_t size;
	while ((size = recv(t->client_fd, t->reply, sizeof t->reply - 1, 0)) > 0) {
		t->reply[size] = '\0';
		/* ",ss" and two padded texts: the address and the reason. */
		bool error = strcmp(t->reply, "/error") == 0 && strncmp(t->reply + 8, ",ss", 3) == 0;
		if (error && size > 16)
			options_error(t->reply + 12, "%s", t->reply + 12 + (strlen(t->reply + 12) / 4 + 1) * 4);
		t->refused |= error;
	}
}

static size_t pad(char *to, const char *text)
{
	size_t size = (strlen(text) / 4 + 1) * 4;
	memset(to, 0, size);
	memcpy(to, text, strlen(text));
	return size;
}

/* Texts and a number as arguments; what the server and the worker make of it is done when this returns. */
static void tell(struct rack_of_test *t, const char *address, const char *types, ...)
{
	char packet[512];
	size_t size = pad(packet, address);
	const struct sockaddr_un server = { .sun_family = AF_UNIX, .sun_path = "socket" };
	char tags[16];
	snprintf(tags, sizeof tags, ",%s", types);
	size += pad(packet + size, tags);
	va_list args;
	va_start(args, types);
	for (; *types; types++)
		if (*types == 's') {
			size += pad(packet + size, va_arg(args, const char *));
		} else {
			int32_t number = va_arg(args, int);
			for (int shift = 24; shift >= 0; shift -= 8)
				packet[size++] = (char)(number >> shift);
		}
	va_end(args);
	if (sendto(t->client_fd, packet, size, 0, (const struct sockaddr *)&server, sizeof server) < 0)
		abort();
	for (int i = 0; i < 3; i++) {
		server_poll(t->server);
		control_tick(t->control);
		worker_collect(control_worker(t->control));
	}
	take_replies(t);
}

static int start_and_stop(void)
{
	struct rack_of_test t;
	bool good = open_rack(&t) && start_rack(&t);
	if (good)
		tell(&t, "/chain", "");
	close_rack(&t, good);
	return good && !t.refused ? EXIT_DONE : EXIT_FAILED;
}

static void edit(struct rack_of_test *t)
{
	tell(t, "/subscribe", "s", "/rack/*/*");
	tell(t, "/chain/insert", "si", "compressor", 1);
	tell(t, "/rack/compressor/ratio", "i", 3);
	tell(t, "/rack/trim/gain/str", "s", "-4 dB");
	tell(t, "/chain/replace", "ss", "compressor", "clipper");
	tell(t, "/chain/move", "si", "clipper", 0);
	tell(t, "/undo", "");
	tell(t, "/redo", "");
	tell(t, "/scene/store", "s", "two");
	tell(t, "/rack/trim/gain", "i", 2);
	tell(t, "/scene/recall", "s", "two");
	tell(t, "/ab", "s", "c");
	tell(t, "/ab/copy", "ss", "a", "d");
	tell(t, "/lock", "si", "/rack/trim/gain", 1);
	tell(t, "/scene/delete", "s", "two");
	tell(t, "/rack/*/bypass", "");
	tell(t, "/chain/remove", "s", "eq");
	tell(t, "/unsubscribe", "s", "/rack/*/*");
}

static int session(void)
{
	struct rack_of_test t;
	bool good = open_rack(&t) && start_rack(&t);
	if (good)
		edit(&t);
	close_rack(&t, good);
	return good && !t.refused ? EXIT_DONE : EXIT_FAILED;
}

static int presets(void)
{
	struct rack_of_test t;
	bool good = open_rack(&t) && start_rack(&t);
	if (good) {
		tell(&t, "/preset/save", "s", "mine");
		usleep(20000); /* the worker's part */
		tell(&t, "/preset/list", "");
		tell(&t, "/preset/load", "s", "mine");
		usleep(20000);
		tell(&t, "/chain", "");
	}
	close_rack(&t, good);
	return good && !t.refused ? EXIT_DONE : EXIT_FAILED;
}

/* ---- Each of its allocations fails */

struct outcome {
	int status; /* of waitpid */
	long calls;
	char *out, *err;
};

struct shared {
	atomic_long calls;
};

static void enter(const char *name)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chdir(path), 0);
	setenv("XDG_STATE_HOME", strcat(getcwd(path, sizeof path - 8), "/state"), 1);
	setenv("XDG_RUNTIME_DIR", strcat(getcwd(path, sizeof path - 8), "/run"), 1);
	setenv("XDG_CONFIG_HOME", strcat(getcwd(path, sizeof path - 8), "/config"), 1);
}

static void leave(void)
{
	char command[64];
	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof command, "rm -rf %s/*", folder);
	assert_int_equal(system(command), 0);
}

static void redirect(int fd, const char *name)
{
	int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	dup2(file, fd);
	close(file);
}

static struct outcome run_failing(int (*scenario)(void), long at, bool empty, struct shared *shared)
{
	struct outcome o;
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		redirect(STDOUT_FILENO, "stdout");
		redirect(STDERR_FILENO, "stderr");
		stays_empty = empty;
		n_calls = 0;
		fails_at = at;
		int status = scenario();
		fails_at = 0;
		shared->calls = n_calls;
		exit(status);
	}
	assert_int_equal(waitpid(child, &o.status, 0), child);
	o.calls = shared->calls;
	o.out = get("stdout");
	o.err = get("stderr");
	return o;
}

static void free_outcome(struct outcome *o)
{
	free(o->out);
	free(o->err);
}

/* What there was stays usable: OUT is the old one or a whole new one, files of the state are racks. */
static const char *lost_file(bool done)
{
	static const char *const racks[] = { "state/lacquer/held.rack", "a.rack" };
	for (size_t i = 0; i < sizeof racks / sizeof racks[0]; i++) {
		char *text = get(racks[i]);
		bool whole =
			text && strstr(text, "[trim") && strstr(text, "limiter]") && text[strlen(text) - 1] == '\n';
		free(text);
		if (!whole)
			return racks[i];
	}
	char *list = get("state/lacquer/held.states/list"), *scene = get("state/lacquer/held.states/scene-one.rack");
	bool kept =
		list && strstr(list, "scene = one\n") && strstr(list, "kept = b\n") && scene && strstr(scene, "[trim");
	free(list);
	free(scene);
	if (!kept)
		return "a scene or snapshot was lost";
	char *out = get("out.wav");
	bool old = out && strcmp(out, "the old master") == 0, sound = out && strncmp(out, "RIFF", 4) == 0;
	free(out);
	return old || (done && sound) ? NULL : "out.wav";
}

static const char *fault_of(const struct outcome *o, const struct outcome *whole)
{
	if (WIFSIGNALED(o->status))
		return "it crashed";
	bool done = WEXITSTATUS(o->status) == EXIT_DONE;
	if (!o->err || !o->out || !whole->out)
		return "its output cannot be read";
	bool said = strstr(o->err, "memory") || strstr(o->err, "Cannot allocate");
	if (strstr(o->err, "Sanitizer"))
		return "a sanitizer spoke";
	if (!done && !said)
		return "it failed and did not say that memory was short";
	if (done && strcmp(o->out, whole->out) != 0)
		return "it says that it is done, and the output is another";
	return lost_file(done);
}

static void fail_one(const char *name, int (*scenario)(void), long at, bool empty, const struct outcome *whole,
	struct shared *shared, int *faults)
{
	enter("one");
	prepare();
	struct outcome o = run_failing(scenario, at, empty, shared);
	const char *fault = fault_of(&o, whole);
	if (fault && ++*faults <= 20)
		print_error("%s, allocation %ld%s: %s (status %x)\n%.600s\n", name, at,
			empty ? " and all behind it" : "", fault, (unsigned)o.status, o.err);
	free_outcome(&o);
	leave();
}

/* Steps in which allocations are tried: the first ones each, later ones further and further apart unless all are asked
 * for. */
static long stride(long at)
{
	const char *every = getenv("LACQUER_TEST_ALLOCATIONS");
	return every && strcmp(every, "all") == 0 ? 1 : at < 40 ? 1 : 1 + at / 20;
}

static void fail_each(const char *name, int (*scenario)(void))
{
	struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int faults = 0;
	enter("whole");
	prepare();
	struct outcome whole = run_failing(scenario, 0, false, shared);
	if (whole.status != 0)
		fail_msg("%s: status %x without any failure\n%s", name, (unsigned)whole.status, whole.err);
	leave();
	for (long at = 1; at <= whole.calls; at += stride(at)) {
		fail_one(name, scenario, at, false, &whole, shared, &faults);
		fail_one(name, scenario, at, true, &whole, shared, &faults);
	}
	print_message("%s: %ld allocations\n", name, whole.calls);
	free_outcome(&whole);
	munmap(shared, sizeof *shared);
	assert_int_equal(faults, 0);
}

#define SCENARIO(name)                                                                                                 \
	static void name##_without_memory(void **state)                                                                \
	{                                                                                                              \
		(void)state;                                                                                           \
		fail_each(#name, name);                                                                                \
	}

SCENARIO(check)
SCENARIO(describe_text_of_all)
SCENARIO(describe_json_of_all)
SCENARIO(measure)
SCENARIO(render)
SCENARIO(ask_nobody)
SCENARIO(start_and_stop)
SCENARIO(session)
SCENARIO(presets)

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_without_memory),
		cmocka_unit_test(describe_text_of_all_without_memory),
		cmocka_unit_test(describe_json_of_all_without_memory),
		cmocka_unit_test(measure_without_memory),
		cmocka_unit_test(render_without_memory),
		cmocka_unit_test(ask_nobody_without_memory),
		cmocka_unit_test(start_and_stop_without_memory),
		cmocka_unit_test(session_without_memory),
		cmocka_unit_test(presets_without_memory),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
