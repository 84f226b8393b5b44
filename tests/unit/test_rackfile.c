/* rackfile*.c: what is read, refused and warned of, and that printing keeps every line that it need not change. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/rackfile.h"
#include "rack/model/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char warnings[8192];

static void note_warning(void *user, const char *place, const char *text)
{
	(void)user;
	size_t used = strlen(warnings);
	snprintf(warnings + used, sizeof warnings - used, "%s: %s\n", place, text);
}

static enum status parse(
	const char *text, size_t size, struct rack *rack, struct rackfile **file, struct reason *reason)
{
	warnings[0] = '\0';
	return rackfile_parse("x.rack", text, size, rack, file, note_warning, NULL, reason);
}

static struct rackfile *must_parse(const char *text, struct rack *rack)
{
	struct rackfile *file;
	struct reason reason;
	if (parse(text, strlen(text), rack, &file, &reason) != STATUS_OK)
		fail_msg("%s\nin:\n%s", reason.text, text);
	return file;
}

static void assert_prints(const struct rack *rack, const struct rackfile *file, const char *wanted)
{
	char *text = rackfile_print(rack, file);
	assert_non_null(text);
	if (strcmp(text, wanted) != 0)
		fail_msg("printed:\n%s\n---- wanted:\n%s", text, wanted);
	free(text);
}

static float *value_of(struct rack *rack, const char *slot, const char *param)
{
	int index = rack_find_slot(rack, slot);
	assert_true(index >= 0);
	int row = slot_find_param(&rack->slots[index], param);
	assert_true(row >= 0);
	return &rack->slots[index].values[row];
}

static const char sample[] = "# A rack for tests.\n"
			     "# Its second line.\n"
			     "\n"
			     "# About the rack.\n"
			     "[rack]\n"
			     "format = 1\n"
			     "title  = Über, -14 LUFS   # in the list\n"
			     "bypass.match=on\n"
			     "\n"
			     "# In front.\n"
			     "[trim]              # plain\n"
			     "  gain    = -1.5 dB # down\n"
			     "  balance =10\n"
			     "  colour  = blue    # not ours\n"
			     "  # mono = on\n"
			     "\n"
			     "\n"
			     "[future thing]\n"
			     "warp = 9 # \xe2\x98\x83\n"
			     "\n"
			     "# The second.\n"
			     "# Still the second.\n"
			     "[trim late]\n"
			     "gain = +2dB\n"
			     "bypass = off\n"
			     "\n"
			     "# Lonely remark.\n"
			     "\n"
			     "[testfault]\n"
			     "fault = nan\n";

static void reads_values(void **state)
{
	(void)state;
	struct rack rack;
	struct rackfile *file = must_parse(sample, &rack);
	assert_string_equal(rack.title, "Über, -14 LUFS");
	assert_true(rack.values[RACK_MATCH] == 1 && rack.values[RACK_BYPASS] == 0);
	assert_int_equal(rack.n_slots, 3);
	assert_string_equal(rack.slots[0].id, "trim");
	assert_string_equal(rack.slots[1].id, "late");
	assert_string_equal(rack.slots[1].module->id, "trim");
	assert_string_equal(rack.slots[2].id, "testfault");
	assert_true(*value_of(&rack, "trim", "gain") == -1.5f && *value_of(&rack, "trim", "balance") == 10);
	assert_true(*value_of(&rack, "late", "gain") == 2 && *value_of(&rack, "late", "bypass") == 0);
	assert_true(*value_of(&rack, "testfault", "fault") == 4);
	assert_string_equal(warnings, "x.rack:14: unknown parameter 'colour', kept\n"
				      "x.rack:18: unknown module 'future', its section is kept and has no effect\n");
	rackfile_free(file);
	file = must_parse("[rack]\nformat=1\nbypass/match = T\n[trim]\nsolo = 1\n", &rack);
	assert_true(rack.values[RACK_MATCH] == 1 && *value_of(&rack, "trim", "solo") == 1);
	assert_string_equal(warnings, "");
	rackfile_free(file);
}

static void what_is_read_is_printed_byte_for_byte(void **state)
{
	(void)state;
	static const char *const texts[] = {
		sample,
		"[rack]\nformat = 1\n",
		"[rack]",
		"[rack]\nformat = 1",
		"\n\n[trim]\n\n\n",
		"\xef\xbb\xbf[rack]\nformat=1\n[trim]\n",
		"\xef\xbb\xbf# c\r\n[rack]\r\nformat=1 \r\n\r\n[trim]\r\n\tgain\t=\t1 dB\t# x\r\n",
		"[trim]\r\ngain = 1\n\r\n[trim b]\n",
		"[trim]\ngain = 1\ngain = 2\ngain=3\nnix = 1\nnix = 2\n",
		"  [ trim   b ]  # c\n gain = 1e0   \n",
		"[nix]\nrubbish = \nvalue = x = y\n",
		"[trim]\n#only\n#comments",
		"[trim]\ngain = 0.10000000149 dB\nmono = TRUE\nbalance = 10 percent\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct rack rack;
		struct rackfile *file = must_parse(texts[i], &rack);
		assert_prints(&rack, file, texts[i]);
		rackfile_free(file);
	}
}

static void bad_files_are_refused_with_their_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "", "x.rack: not a rack file: there is no section in it" },
		{ "# nothing\n\n", "x.rack: not a rack file: there is no section in it" },
		{ "gain = 1\n[trim]\n", "x.rack:1: a key before the first section" },
		{ "[rack]\nformat = 2\n", "x.rack:2: format 2 is newer than this lacquer knows (1)" },
		{ "{ \"new\": 1 }\n[rack]\nformat = 99\n", "x.rack:3: format 99 is newer than this lacquer knows (1)" },
		{ "[rack]\nformat = 99999999999999999999\n", "x.rack:2: format 99999999999999999999 is newer than" },
		{ "[rack]\nformat = 1.5\n", "x.rack:2: '1.5' is no format" },
		{ "[rack]\nformat = 0\n", "x.rack:2: '0' is no format" },
		{ "[rack]\nformat = -1\n", "x.rack:2: '-1' is no format" },
		{ "[rack]\nformat =\n", "x.rack:2: '' is no format" },
		{ "[rack]\nbypass = maybe\n", "x.rack:2: 'maybe' is neither on nor off" },
		{ "[rack main]\n", "x.rack:1: [rack] takes no id" },
		{ "[RACK]\nformat = 1\n", "x.rack:1: [RACK] is written in small letters: [rack]" },
		{ "[trim]\n[Limiter]\n", "x.rack:2: [Limiter] is written in small letters: [limiter]" },
		{ "[rack]\n[trim]\n[rack]\n", "x.rack:3: there is a [rack] already (line 1)" },
		{ "[trim]\n\ngain = 99\n", "x.rack:3: 99 is out of range (-24 to 24 dB)" },
		{ "[trim]\ngain = 1 Hz\n", "x.rack:2: 'Hz' is not a unit of this parameter (dB)" },
		{ "[trim]\ngain = loud\n", "x.rack:2: 'loud' is not a number" },
		{ "[trim]\ngain = \n", "x.rack:2: the value is missing" },
		{ "[trim]\ngain = # 3\n", "x.rack:2: the value is missing" },
		{ "[trim]\ngain # = 3\n", "x.rack:2: neither a section, nor KEY = VALUE, nor a comment" },
		{ "[trim]\ngain 3\n", "x.rack:2: neither a section, nor KEY = VALUE, nor a comment" },
		{ "[trim]\n= 3\n", "x.rack:2: the key before '=' is missing" },
		{ "[trim]\ngain = 99\ngain = 1\n", "x.rack:2: 99 is out of range" },
		{ "[trim]\n[trim]\n", "x.rack:2: there is a slot 'trim' already (line 1): name this one, [trim NAME]" },
		{ "[trim a]\n[testfault a]\n", "x.rack:2: there is a slot 'a' already (line 1)" },
		{ "[trim in]\n", "x.rack:1: 'in' cannot be a slot's id: /meter/in is something else" },
		{ "[trim Air]\n", "x.rack:1: 'Air' cannot be a slot's id" },
		{ "[trim 2]\n", "x.rack:1: '2' cannot be a slot's id" },
		{ "[trim aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n",
			"x.rack:1: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' cannot be" },
		{ "[trim a b]\n", "x.rack:1: a section has two words at most" },
		{ "[trim\n", "x.rack:1: a section's ']' is missing" },
		{ "[trim # a]\n", "x.rack:1: a section's ']' is missing" },
		{ "[ ]\n", "x.rack:1: a section needs a name" },
		{ "[trim] gain = 1\n", "x.rack:1: unexpected text behind ']'" },
		{ "[trim]\n#\x01\n", "x.rack:2: a control character: this is not a text file" },
		{ "[trim]\rgain = 1\r", "x.rack:1: a control character: this is not a text file" },
		{ "[trim]\n# f\xfcr\n", "x.rack:2: not UTF-8 text" },
		{ "[trim]\n# \xed\xa0\x80\n", "x.rack:2: not UTF-8 text" },
		{ "[trim]\n# \xc0\xaf\n", "x.rack:2: not UTF-8 text" },
		{ "\x7f"
		  "ELF\x02\x01",
			"x.rack:1: a control character: this is not a text file" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct reason reason = { "" };
		struct rack rack, before;
		struct rackfile *file = (struct rackfile *)&before;
		memset(&rack, 0x5a, sizeof rack);
		memcpy(&before, &rack, sizeof rack);
		if (parse(cases[i].text, strlen(cases[i].text), &rack, &file, &reason) != STATUS_BAD_VALUE)
			fail_msg("taken:\n%s", cases[i].text);
		if (strncmp(reason.text, cases[i].reason, strlen(cases[i].reason)) != 0)
			fail_msg("\"%s\", not \"%s\"", reason.text, cases[i].reason);
		assert_memory_equal(&rack, &before, sizeof rack);
		assert_ptr_equal(file, &before);
	}
	struct reason reason;
	struct rack rack;
	assert_int_equal(parse("[trim]\n#\0\n", 10, &rack, NULL, &reason), STATUS_BAD_VALUE);
	assert_string_equal(reason.text, "x.rack:2: a NUL byte: this is not a text file");
}

static void limits_are_told(void **state)
{
	(void)state;
	struct rack rack;
	struct reason reason;
	char text[2000] = "[rack]\nformat = 1\n";
	for (int i = 0; i <= RACK_SLOTS_MAX; i++)
		sprintf(text + strlen(text), "[trim t%d]\n", i);
	assert_int_equal(parse(text, strlen(text), &rack, NULL, &reason), STATUS_BAD_VALUE);
	assert_string_equal(reason.text, "x.rack:27: the rack holds 24 slots at most");
	char *big = malloc(RACKFILE_SIZE_MAX + 1);
	memset(big, '\n', RACKFILE_SIZE_MAX + 1);
	memcpy(big, "[rack]", 6);
	assert_int_equal(parse(big, RACKFILE_SIZE_MAX, &rack, NULL, &reason), STATUS_OK);
	assert_int_equal(parse(big, RACKFILE_SIZE_MAX + 1, &rack, NULL, &reason), STATUS_BAD_VALUE);
	assert_string_equal(reason.text, "x.rack: longer than 262144 bytes");
	free(big);
	char name[400], *end = name + sizeof name - 1;
	memset(name, 'n', sizeof name);
	*end = '\0';
	assert_int_equal(rackfile_parse(name, "x\n", 2, &rack, NULL, NULL, NULL, &reason), STATUS_BAD_VALUE);
	assert_non_null(strstr(reason.text, "nnn:1: neither a section"));
}

static void warns_and_goes_on(void **state)
{
	(void)state;
	struct rack rack;
	struct rackfile *file = must_parse("[trim]\ngain = 1\nmono = on\ngain = 2\n", &rack);
	assert_true(*value_of(&rack, "trim", "gain") == 2);
	assert_string_equal(warnings, "x.rack: no 'format' in [rack], read as format 1\n"
				      "x.rack:4: 'gain' is set on line 2 already, this one counts\n");
	*value_of(&rack, "trim", "gain") = 3;
	assert_prints(&rack, file, "[trim]\ngain = 1\nmono = on\ngain = 3\n");
	rackfile_free(file);
	file = must_parse("# c\n[rack]\n", &rack);
	assert_string_equal(warnings, "x.rack:2: no 'format' in [rack], read as format 1\n");
	rackfile_free(file);
	char text[300] = "[rack]\nformat = 1\ntitle = ";
	for (int i = 0; i < 70; i++)
		strcat(text, "\xc3\xa4");
	strcat(text, "\n");
	file = must_parse(text, &rack);
	assert_int_equal(strlen(rack.title), 126); /* 63 whole characters */
	assert_string_equal(warnings, "x.rack:3: the title is longer than 127 bytes and shown cut\n");
	assert_prints(&rack, file, text);
	rackfile_free(file);
}

static void a_typing_error_is_guessed(void **state)
{
	(void)state;
	struct rack rack;
	rackfile_free(must_parse(
		"[rack]\nformat = 1\nbypass.macth = on\n[tirm]\n[trim]\ninvertleft = on\ngian = 1\nx = 2\n", &rack));
	assert_string_equal(warnings,
		"x.rack:3: unknown parameter 'bypass.macth', kept (did you mean bypass.match?)\n"
		"x.rack:4: unknown module 'tirm', its section is kept and has no effect (did you mean trim?)\n"
		"x.rack:6: unknown parameter 'invertleft', kept (did you mean invert_left?)\n"
		"x.rack:7: unknown parameter 'gian', kept (did you mean gain?)\n"
		"x.rack:8: unknown parameter 'x', kept\n");
}

static void a_changed_value_is_changed_in_its_place(void **state)
{
	(void)state;
	static const struct {
		const char *before, *after;
		float gain;
	} cases[] = {
		{ "gain = -1.5 dB # c", "gain = -12 dB  # c", -12 },
		{ "gain = -12.25 dB # c", "gain = 3 dB      # c", 3 },
		{ "gain = 1 # c", "gain = -12.25 # c", -12.25f },
		{ "gain = -12.25 # c", "gain = 1      # c", 1 },
		{ "gain=1", "gain=2", 2 },
		{ "gain = 1dB", "gain = 0.1dB", 0.1f },
		{ "gain = +1 dB", "gain = +2 dB", 2 },
		{ "gain = +1 dB", "gain = -2 dB", -2 },
		{ "gain = 1\tDB\t# c", "gain = 2\tdB\t# c", 2 },
		{ "gain = 1 LU", "gain = 2 dB", 2 },
		{ "gain = 1e1 dB", "gain = 2 dB", 2 },
		{ "   gain   =   1   ", "   gain   =   0   ", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char before[200], after[200];
		struct rack rack;
		snprintf(before, sizeof before, "[trim]\n%s\nmono = on\n", cases[i].before);
		snprintf(after, sizeof after, "[trim]\n%s\nmono = on\n", cases[i].after);
		struct rackfile *file = must_parse(before, &rack);
		*value_of(&rack, "trim", "gain") = cases[i].gain;
		assert_prints(&rack, file, after);
		rackfile_free(file);
	}
}

static void switches_choices_and_titles_change_too(void **state)
{
	(void)state;
	struct rack rack;
	struct rackfile *file = must_parse(
		"[rack]\nformat = 1\ntitle = Old      # t\nbypass = TRUE\n[testfault]\nfault = inf#x\n", &rack);
	strcpy(rack.title, "Nöw # 2");
	rack.values[RACK_BYPASS] = 0;
	rack.values[RACK_MATCH] = 1;
	*value_of(&rack, "testfault", "fault") = 0;
	*value_of(&rack, "testfault", "solo") = 1;
	assert_prints(&rack, file,
		"[rack]\nformat = 1\ntitle = Nöw  2   # t\nbypass = off\nbypass.match = on\n[testfault]\nfault = none "
		"#x\nsolo = on\n");
	rackfile_free(file);
}

static void new_rows_come_behind_the_last_key(void **state)
{
	(void)state;
	struct rack rack;
	struct rackfile *file = must_parse(sample, &rack);
	*value_of(&rack, "trim", "mono") = 1;
	*value_of(&rack, "late", "balance") = -12.5f;
	*value_of(&rack, "late", "delta") = 1;
	char *text = rackfile_print(&rack, file);
	assert_non_null(strstr(text, "  colour  = blue    # not ours\n  mono = on\n  # mono = on\n\n\n[future"));
	assert_non_null(
		strstr(text, "bypass = off\nbalance = -12.5 %\ndelta = on\n\n# Lonely remark.\n\n[testfault]\n"));
	free(text);
	rackfile_free(file);
	file = must_parse("[trim]\r\n# c", &rack);
	*value_of(&rack, "trim", "gain") = 1;
	strcpy(rack.title, "T");
	assert_prints(&rack, file, "[rack]\r\nformat = 1\r\ntitle = T\r\n\r\n[trim]\r\ngain = 1 dB\r\n# c");
	rackfile_free(file);
}

static void a_rack_without_a_file_is_written_afresh(void **state)
{
	(void)state;
	struct rack rack;
	rack_clear(&rack);
	assert_prints(&rack, NULL, "[rack]\nformat = 1\n");
	strcpy(rack.title, "Fresh");
	rack_insert(&rack, 9, registry_find("trim"), NULL, NULL);
	rack_insert(&rack, 9, registry_find("trim"), "air", NULL);
	*value_of(&rack, "air", "gain") = 0.1f;
	assert_prints(&rack, NULL, "[rack]\nformat = 1\ntitle = Fresh\n\n[trim]\n\n[trim air]\ngain = 0.1 dB\n");
}

static void the_rate_is_read_and_kept(void **state)
{
	(void)state;
	struct rack rack;
	struct reason reason;
	struct rackfile *file = must_parse("[rack]\nformat = 1\nrate = 44.1 kHz # CD\n", &rack);
	assert_true(rack.rate == 44100);
	assert_prints(&rack, file, "[rack]\nformat = 1\nrate = 44.1 kHz # CD\n");
	rack.rate = 48000;
	assert_prints(&rack, file, "[rack]\nformat = 1\nrate = 48000 Hz # CD\n");
	rack.rate = 0;
	assert_prints(&rack, file, "[rack]\nformat = 1\n");
	rackfile_free(file);
	file = must_parse("[rack]\nformat = 1\n", &rack);
	assert_true(rack.rate == 0);
	rack.rate = 96000;
	assert_prints(&rack, file, "[rack]\nformat = 1\nrate = 96000 Hz\n");
	assert_prints(&rack, NULL, "[rack]\nformat = 1\nrate = 96000 Hz\n");
	rackfile_free(file);
	static const char *const bad[] = { "", "44.1", "7999", "400 kHz", "fast", "1 dB" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char text[64];
		snprintf(text, sizeof text, "[rack]\nrate = %s\n", bad[i]);
		assert_int_equal(parse(text, strlen(text), &rack, &file, &reason), STATUS_BAD_VALUE);
		assert_memory_equal(reason.text, "x.rack:2: ", 10);
	}
}

#define RACK "# file\n\n[rack]\nformat = 1\n\n"
#define A "# a\n[trim a]\ngain = 1\n"
#define B "# b\n[trim b]\ngain = 2\n# b's end\n"
#define C "# c\n[trim c]\ngain = 3\n"
#define NIX "[nix]\n"

static void sections_come_go_and_move(void **state)
{
	(void)state;
	struct rack rack;
	struct rackfile *file = must_parse(RACK A "\n" B "\n\n" NIX "\n" C, &rack);
	rack_move(&rack, 2, 0);
	assert_prints(&rack, file, RACK C "\n" A "\n\n" NIX "\n" B);
	rack_move(&rack, 0, 2);
	assert_prints(&rack, file, RACK A "\n" B "\n\n" NIX "\n" C);
	rack_remove(&rack, 1);
	assert_prints(&rack, file, RACK A "\n" NIX "\n" C);
	rack_insert(&rack, 1, registry_find("testfault"), NULL, NULL);
	assert_prints(&rack, file, RACK A "\n[testfault]\n\n" NIX "\n" C);
	rack_insert(&rack, 0, registry_find("trim"), NULL, NULL);
	rack_insert(&rack, 9, registry_find("trim"), NULL, NULL);
	assert_prints(&rack, file, RACK "[trim]\n\n" A "\n[testfault]\n\n" NIX "\n" C "\n[trim trim_2]\n");
	while (rack.n_slots)
		rack_remove(&rack, 0);
	assert_prints(&rack, file, RACK NIX);
	/* The same id with another module is another slot. */
	rack_insert(&rack, 0, registry_find("testfault"), "b", NULL);
	assert_prints(&rack, file, RACK NIX "\n[testfault b]\n");
	rackfile_free(file);
	file = must_parse("# file\n[trim a]\ngain = 1\n", &rack);
	rack_remove(&rack, 0);
	assert_prints(&rack, file, "# file\n[rack]\nformat = 1\n");
	rackfile_free(file);
	file = must_parse("# file\n[trim a]\n[trim b]\ngain = 1", &rack);
	rack_move(&rack, 1, 0);
	assert_prints(&rack, file, "# file\n[trim b]\ngain = 1\n[trim a]\n");
	rack_remove(&rack, 1);
	assert_prints(&rack, file, "# file\n[trim b]\ngain = 1");
	rackfile_free(file);
}

/* ---- At random */

static uint32_t below(uint32_t n)
{
	static uint64_t seed = 0x9e3779b97f4a7c15u;
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 20) % n;
}

static void set_something(struct rack *rack)
{
	if (rack->n_slots == 0)
		return;
	struct rack_slot *slot = &rack->slots[below(rack->n_slots)];
	uint32_t i = below(slot_n_params(slot));
	slot->values[i] = param_from_norm(slot_param(slot, i), (float)below(1001) / 1000);
}

static void edit_something(struct rack *rack)
{
	switch (below(9)) {
	case 0:
		rack_insert(rack, below(RACK_SLOTS_MAX), registry_at(below(registry_count())), NULL, NULL);
		break;
	case 1:
		if (rack->n_slots)
			rack_remove(rack, below(rack->n_slots));
		break;
	case 2:
		if (rack->n_slots)
			rack_move(rack, below(rack->n_slots), below(rack->n_slots));
		break;
	case 3:
		rack->values[below(N_RACK_PARAMS)] = (float)below(2);
		break;
	case 5:
		rack->rate = below(3) ? (float)(8000 + below(1000)) : 0;
		break;
	case 4:
		snprintf(rack->title, sizeof rack->title, "Title %u", below(100));
		break;
	default:
		set_something(rack);
	}
}

static void assert_same_rack(const struct rack *a, const struct rack *b)
{
	assert_string_equal(a->title, b->title);
	assert_true(a->rate == b->rate);
	assert_memory_equal(a->values, b->values, sizeof a->values);
	assert_int_equal(a->n_slots, b->n_slots);
	for (uint32_t i = 0; i < a->n_slots; i++) {
		assert_string_equal(a->slots[i].id, b->slots[i].id);
		assert_ptr_equal(a->slots[i].module, b->slots[i].module);
		for (uint32_t k = 0; k < slot_n_params(&a->slots[i]); k++)
			if (a->slots[i].values[k] != b->slots[i].values[k])
				fail_msg("%s %s: %.9g, not %.9g", a->slots[i].id, slot_param(&a->slots[i], k)->id,
					b->slots[i].values[k], a->slots[i].values[k]);
	}
}

/* Whatever is edited: the text reads back as the same rack, its own text again, and keeps what is not ours. */
static void edits_at_random_survive_writing(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct rack rack, again;
		struct rackfile *file = must_parse(sample, &rack);
		for (int edit = 0; edit < 12; edit++) {
			for (uint32_t n = below(4); n > 0; n--)
				edit_something(&rack);
			char *text = rackfile_print(&rack, file);
			struct rackfile *next = must_parse(text, &again);
			assert_same_rack(&rack, &again);
			assert_prints(&again, next, text);
			assert_non_null(strstr(text, "# A rack for tests.\n# Its second line.\n\n"));
			assert_non_null(strstr(text, "# About the rack.\n[rack]\nformat = 1\n"));
			assert_non_null(strstr(text, "[future thing]\nwarp = 9 # \xe2\x98\x83\n"));
			if (rack_find_slot(&rack, "late") >= 0 && below(2) == 0)
				assert_non_null(strstr(text, "# The second.\n# Still the second.\n[trim late]\n"));
			free(text);
			/* Sometimes on from the text just written, sometimes still from the first. */
			if (below(2)) {
				rackfile_free(file);
				file = next;
			} else
				rackfile_free(next);
		}
		rackfile_free(file);
	}
}

/* A file with any byte changed or cut off anywhere is taken or refused with its name, and what is taken prints the
 * same. */
static void damaged_files_do_no_harm(void **state)
{
	(void)state;
	size_t size = strlen(sample);
	unsigned taken = 0, refused = 0;
	for (size_t i = 0; i < 40 * size; i++) {
		char *text = malloc(size); /* of exactly that size: a byte beyond is seen by the address sanitizer */
		memcpy(text, sample, size);
		size_t n = i < size ? i : size;
		if (n == size)
			text[i % size] = (char)(i % 3 ? below(256) : (unsigned char)"[]=#\n .\r0-"[below(10)]);
		struct rack rack;
		struct rackfile *file = NULL;
		struct reason reason = { "" };
		if (parse(text, n, &rack, &file, &reason) == STATUS_OK) {
			char *printed = rackfile_print(&rack, file);
			assert_int_equal(strlen(printed), n);
			assert_memory_equal(printed, text, n);
			free(printed);
			taken++;
		} else {
			assert_int_equal(strncmp(reason.text, "x.rack:", 7), 0);
			refused++;
		}
		rackfile_free(file);
		free(text);
	}
	assert_true(taken > size && refused > size);
}

int main(void)
{
	setenv("LACQUER_TEST_MODULES", "1", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values),
		cmocka_unit_test(what_is_read_is_printed_byte_for_byte),
		cmocka_unit_test(bad_files_are_refused_with_their_line),
		cmocka_unit_test(limits_are_told),
		cmocka_unit_test(warns_and_goes_on),
		cmocka_unit_test(a_typing_error_is_guessed),
		cmocka_unit_test(a_changed_value_is_changed_in_its_place),
		cmocka_unit_test(switches_choices_and_titles_change_too),
		cmocka_unit_test(new_rows_come_behind_the_last_key),
		cmocka_unit_test(a_rack_without_a_file_is_written_afresh),
		cmocka_unit_test(the_rate_is_read_and_kept),
		cmocka_unit_test(sections_come_go_and_move),
		cmocka_unit_test(edits_at_random_survive_writing),
		cmocka_unit_test(damaged_files_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
