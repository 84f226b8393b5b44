/* The terminal's bytes as keys: every sequence of the grammar is read to its end, and only those of the table are keys.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { UP = 1001, LEFT, F1, BACKSPACE };

struct rig {
	struct input *input;
	int64_t now_ms;
};

static struct rig rig_new(void)
{
	struct rig rig = { input_new(true), 1000 };
	assert_non_null(rig.input);
	input_add(rig.input, "\033[A", UP);
	input_add(rig.input, "\033OA", UP);
	input_add(rig.input, "\033[D", LEFT);
	input_add(rig.input, "\033[[A", F1); /* of the Linux console */
	input_add(rig.input, "\x7f", BACKSPACE);
	return rig;
}

/* Time passes in steps of a millisecond, as the loop's deadlines would have it. */
static void pass(struct rig *rig, int ms)
{
	for (int i = 0; i < ms; i++)
		input_tick(rig->input, ++rig->now_ms);
}

static void send(struct rig *rig, const char *bytes, size_t n)
{
	input_take(rig->input, bytes, n, rig->now_ms);
	input_tick(rig->input, rig->now_ms);
}

static void expect(struct rig *rig, const char *what, const int *codes, size_t n)
{
	struct event event;
	for (size_t i = 0; i < n; i++) {
		if (!input_next(rig->input, &event))
			fail_msg("%s: event %zu is missing", what, i);
		if (event.kind != EVENT_KEY || event.code != codes[i])
			fail_msg("%s: event %zu is %d, not %d", what, i, event.code, codes[i]);
	}
	if (input_next(rig->input, &event))
		fail_msg("%s: %d too many", what, event.code);
}

/* What the bytes give, sent at once and with a pause of each length between them; then a key counts as ever. */
static void expect_of(const char *what, const char *bytes, size_t n, const int *codes, size_t n_codes)
{
	static const int pauses_ms[] = { 0, 1, 10, 24 };
	for (size_t p = 0; p < sizeof pauses_ms / sizeof pauses_ms[0]; p++) {
		struct rig rig = rig_new();
		for (size_t i = 0; i < n; i++) {
			send(&rig, &bytes[i], 1);
			pass(&rig, pauses_ms[p]);
		}
		expect(&rig, what, codes, n_codes);
		send(&rig, "b", 1);
		expect(&rig, what, (const int[]){ 'b' }, 1);
		input_free(rig.input);
	}
	struct rig rig = rig_new();
	send(&rig, bytes, n);
	expect(&rig, what, codes, n_codes);
	assert_int_equal(input_wait_ms(rig.input, rig.now_ms), -1);
	input_free(rig.input);
}

#define GIVES(BYTES, ...)                                                                                              \
	expect_of(#BYTES, BYTES, sizeof BYTES - 1, (const int[]){ __VA_ARGS__ },                                       \
		sizeof(const int[]){ __VA_ARGS__ } / sizeof(int))
#define DROPPED(BYTES) expect_of(#BYTES, BYTES, sizeof BYTES - 1, NULL, 0)

static void test_keys_are_keys(void **state)
{
	(void)state;
	GIVES("a", 'a');
	GIVES("\r", '\r');
	GIVES("\x01", 1);
	GIVES("\x7f", BACKSPACE);
	GIVES("\033[A", UP);
	GIVES("\033OA", UP);
	GIVES("\033[Ax\033[D", UP, 'x', LEFT);
	GIVES("\033[[A", F1);
	GIVES("\xc3\xa4", 0xc3, 0xa4);
	GIVES("\xf0\x9f\x8e\x9b", 0xf0, 0x9f, 0x8e, 0x9b); /* with what would be CSI by itself */
}

/* What terminals answer, send for other keys, and send when a program has left its modes behind. */
static void test_what_terminals_send_beside_keys(void **state)
{
	(void)state;
	DROPPED("\033[?1;2c");                  /* device attributes */
	DROPPED("\033[>41;354;0c");             /* secondary ones */
	DROPPED("\033P!|00000000\033\\");       /* tertiary ones */
	DROPPED("\033[24;80R");                 /* the cursor's place */
	DROPPED("\033[?12;2$y");                /* a mode */
	DROPPED("\033]11;rgb:1/2/3\033\\");     /* the background, ended by ST */
	DROPPED("\033]11;rgb:1/2/3\007");       /* and by BEL */
	DROPPED("\033P1+r436f=323536\033\\");   /* a capability */
	DROPPED("\033P>|tmux 3.3a\033\\");      /* the version */
	DROPPED("\033_Gi=1;OK\033\\");          /* kitty's graphics */
	DROPPED("\033[25~");                    /* F13 */
	DROPPED("\033[1;5D");                   /* Ctrl-Left of xterm */
	DROPPED("\033Od");                      /* and of rxvt */
	DROPPED("\033O5D");                     /* and of an old xterm */
	DROPPED("\033\033[D");                  /* Alt-Left of rxvt */
	DROPPED("\033b");                       /* Alt-b */
	DROPPED("\033\r");                      /* Alt-Enter */
	DROPPED("\033\x7f");                    /* Alt-Backspace */
	DROPPED("\033\xc3\xa4");                /* Alt with a letter of two bytes */
	DROPPED("\033[I");                      /* focus */
	DROPPED("\033[98;5u");                  /* kitty's keyboard */
	DROPPED("\033[27;5;105~");              /* modifyOtherKeys */
	DROPPED("\033[64;12;7M");               /* the mouse as urxvt has it */
	DROPPED("\033[<0;12;7m");               /* a release */
	DROPPED("\033[<35;12;7M");              /* a move */
	DROPPED("\033[M#bb");                   /* a release in three bytes */
	DROPPED("\033 G");                      /* an escape sequence with an intermediate byte */
	DROPPED("\033]0;\xe2\x80\x9c x\033\\"); /* a string with what would be ST by itself */
}

static void test_eight_bit_forms(void **state)
{
	(void)state;
	DROPPED("\x9b?1;2c");
	DROPPED("\x9b"
		"D");
	DROPPED("\x8f"
		"A");
	DROPPED("\x8e"
		"b");
	DROPPED("\x90!|00\x9c");
	DROPPED("\x9d"
		"11;rgb:1/2/3\x9c");
	DROPPED("\x98 b \x9c");
	DROPPED("\x9e b \x9c");
	DROPPED("\x9f b \x9c");
	DROPPED("\x84\x85\x8d\x9c");
	DROPPED("\xc2\x9b?1;2c"); /* in UTF-8 */
	DROPPED("\xc2\x9d"
		"0;b\xc2\x9c");
	DROPPED("\xff\xc0\xb1"); /* no UTF-8 */
	GIVES("\xc3"
	      "x",
		'x');
}

static void test_sequences_that_are_cut_short(void **state)
{
	(void)state;
	DROPPED("\033[12\x18");     /* CAN */
	DROPPED("\033P1;2\x1a");    /* SUB */
	DROPPED("\033[1;\033[25~"); /* another one begins */
	DROPPED("\033P1;\033[25~");
	GIVES("\033[1;\033[A", UP);
	GIVES("\033P1;\033[A", UP);
	DROPPED("\033[1\r\n;2c"); /* controls within do not count */
}

/* Finals of CSI that begin what is longer: the mouse's report in three bytes and the console's F1 to F5. */
static bool is_longer(const char *bytes, size_t n)
{
	return n == 3 && bytes[1] == '[' && (bytes[2] == 'M' || bytes[2] == '[');
}

static bool is_key(const char *bytes, size_t n)
{
	static const char *const keys[] = { "\033[A", "\033OA", "\033[D" };
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strlen(keys[i]) == n && memcmp(keys[i], bytes, n) == 0)
			return true;
	return false;
}

/* ESC I F, CSI P I F and SS3 P F with every final, and parameter and intermediate bytes of every kind. */
static void test_every_sequence_of_the_grammar(void **state)
{
	(void)state;
	static const char *const parameters[] = { "", "0", "1;2", "?1", "<;:=>", "0123456789" };
	static const char *const intermediates[] = { "", " ", "!/", "$#" };
	static const char *const introducers[] = { "\033[", "\x9b", "\xc2\x9b" };
	char bytes[40];
	int count = 0;
	for (size_t p = 0; p < sizeof parameters / sizeof parameters[0]; p++)
		for (size_t i = 0; i < sizeof intermediates / sizeof intermediates[0]; i++)
			for (int final = 0x40; final <= 0x7e; final++)
				for (size_t c = 0; c < sizeof introducers / sizeof introducers[0]; c++) {
					int n = snprintf(bytes, sizeof bytes, "%s%s%s%c", introducers[c], parameters[p],
						intermediates[i], final);
					bool longer = !*parameters[p] && !*intermediates[i] &&
						      (final == 'M' || (final == '[' && c == 0));
					if (longer || is_longer(bytes, (size_t)n) || is_key(bytes, (size_t)n))
						continue;
					expect_of(bytes, bytes, (size_t)n, NULL, 0);
					count++;
				}
	for (int final = 0x30; final <= 0x7e; final++)
		for (size_t i = 0; i < sizeof intermediates / sizeof intermediates[0]; i++) {
			int n = snprintf(bytes, sizeof bytes, "\033%s%c", intermediates[i], final);
			if (!*intermediates[i] && strchr("[ONPX]^_", final))
				continue;
			expect_of(bytes, bytes, (size_t)n, NULL, 0);
		}
	for (int final = 0x40; final <= 0x7e; final++) {
		int n = snprintf(bytes, sizeof bytes, "\033O%c", final);
		if (!is_key(bytes, (size_t)n))
			expect_of(bytes, bytes, (size_t)n, NULL, 0);
	}
	assert_true(count > 4000);
}

static void test_a_lone_escape_is_a_key(void **state)
{
	(void)state;
	struct rig rig = rig_new();
	send(&rig, "\033", 1);
	assert_int_equal(input_wait_ms(rig.input, rig.now_ms), INPUT_ESCAPE_MS);
	pass(&rig, INPUT_ESCAPE_MS - 1);
	expect(&rig, "too early", NULL, 0);
	pass(&rig, 1);
	expect(&rig, "a lone Escape", (const int[]){ 27 }, 1);
	pass(&rig, 10);
	send(&rig, "b", 1);
	expect(&rig, "a key behind it", (const int[]){ 'b' }, 1);
	send(&rig, "\033", 1);
	pass(&rig, 30);
	send(&rig, "\033", 1);
	pass(&rig, 30);
	expect(&rig, "twice", (const int[]){ 27, 27 }, 2);
	input_free(rig.input);
}

static void test_an_arrow_on_a_slow_line(void **state)
{
	(void)state;
	struct rig rig = rig_new();
	for (int i = 0; i < 3; i++) {
		send(&rig, &"\033[A"[i], 1);
		pass(&rig, 300);
	}
	expect(&rig, "300 ms between bytes", (const int[]){ 27, UP }, 2);
	for (int i = 0; i < 6; i++) {
		send(&rig, &"\033[1;5D"[i], 1);
		pass(&rig, 300);
	}
	expect(&rig, "no key of the table", (const int[]){ 27 }, 1);
	input_free(rig.input);
}

/* Each state that waits for more ends by silence, and then a key counts; not before. */
static void test_what_has_no_end_is_dropped(void **state)
{
	(void)state;
	static const char *const begun[] = { "\033[", "\033[12;", "\033[<0;1", "\033O", "\033O5", "\033P1;2q",
		"\033]0;b", "\033]0;b\033", "\033^b", "\033_b", "\033Xb", "\033 ", "\033N", "\033[M", "\033[Mb",
		"\033[[", "\x9b",
		"\x9b"
		"1;",
		"\x90q",
		"\x9d"
		"0;b",
		"\xe2\x80", "\xc3", "\033[200~b" };
	for (size_t i = 0; i < sizeof begun / sizeof begun[0]; i++) {
		struct rig rig = rig_new();
		struct event event;
		send(&rig, begun[i], strlen(begun[i]));
		pass(&rig, INPUT_SILENCE_MS - 1);
		assert_true(input_wait_ms(rig.input, rig.now_ms) == 1);
		while (input_next(rig.input, &event))
			assert_int_equal(event.kind, EVENT_PASTE);
		pass(&rig, 1);
		assert_int_equal(input_wait_ms(rig.input, rig.now_ms), -1);
		send(&rig, "b", 1);
		expect(&rig, begun[i], (const int[]){ 'b' }, 1);
		input_free(rig.input);
	}
}

static void expect_press(struct rig *rig, const char *bytes, int button, int y, int x)
{
	struct event event;
	send(rig, bytes, strlen(bytes));
	assert_true(input_next(rig->input, &event));
	assert_int_equal(event.kind, EVENT_MOUSE);
	assert_int_equal(event.button, button);
	assert_int_equal(event.y, y);
	assert_int_equal(event.x, x);
	assert_false(input_next(rig->input, &event));
}

static void test_presses_of_the_mouse(void **state)
{
	(void)state;
	struct rig rig = rig_new();
	expect_press(&rig, "\033[<0;12;7M", 0, 6, 11);
	expect_press(&rig, "\033[<64;1;1M", 64, 0, 0);
	expect_press(&rig, "\033[<69;300;2M", 65, 1, 299); /* with Shift */
	expect_press(&rig, "\033[M !%", 0, 4, 0);
	expect_press(&rig, "\033[M`!!", 64, 0, 0);
	input_free(rig.input);
}

static void test_pasted_text_is_no_key(void **state)
{
	(void)state;
	struct rig rig = rig_new();
	struct event event;
	static const char pasted[] = "\033[200~qy\r\033[A\xc3\xa4\033[201~";
	char text[8] = "";
	size_t n = 0;
	send(&rig, pasted, sizeof pasted - 1);
	while (input_next(rig.input, &event) && n < sizeof text - 1) {
		assert_int_equal(event.kind, EVENT_PASTE);
		text[n++] = (char)event.code;
	}
	assert_string_equal(text, "qy\xc3\xa4");
	send(&rig, "b", 1);
	expect(&rig, "behind it", (const int[]){ 'b' }, 1);
	input_free(rig.input);
}

/* Any bytes at all: no more events than bytes, and the memory's bounds hold. */
static void test_noise(void **state)
{
	(void)state;
	struct rig rig = rig_new();
	srand(5);
	for (int round = 0; round < 20000; round++) {
		char bytes[64];
		struct event event;
		size_t n = (size_t)(rand() % 64), events = 0;
		for (size_t i = 0; i < n; i++)
			bytes[i] = rand() % 3 ? (char)rand() : "\033[]P<;M\x9b"[rand() % 8];
		send(&rig, bytes, n);
		pass(&rig, rand() % 3);
		while (input_next(rig.input, &event))
			events++;
		assert_true(events <= n + 4);
	}
	pass(&rig, INPUT_SILENCE_MS);
	while (input_next(rig.input, &(struct event){ 0 }))
		;
	send(&rig, "b", 1);
	expect(&rig, "a key behind it", (const int[]){ 'b' }, 1);
	input_free(rig.input);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_are_keys),
		cmocka_unit_test(test_what_terminals_send_beside_keys),
		cmocka_unit_test(test_eight_bit_forms),
		cmocka_unit_test(test_sequences_that_are_cut_short),
		cmocka_unit_test(test_every_sequence_of_the_grammar),
		cmocka_unit_test(test_a_lone_escape_is_a_key),
		cmocka_unit_test(test_an_arrow_on_a_slow_line),
		cmocka_unit_test(test_what_has_no_end_is_dropped),
		cmocka_unit_test(test_presses_of_the_mouse),
		cmocka_unit_test(test_pasted_text_is_no_key),
		cmocka_unit_test(test_noise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
