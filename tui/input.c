/* The terminal's bytes as keys: control sequences are read to their end, and dropped whole where they are no key. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/input.h"

#include "rack/base/utf8.h"
#include "tui/sequences.h"

#include <stdlib.h>
#include <string.h>

/* Control characters: 7-bit, and the 8-bit ones that begin or end a sequence. */
enum { BEL = 0x07, CAN = 0x18, SUB = 0x1a, ESC = 0x1b, DEL = 0x7f };
enum { SS2 = 0x8e, SS3, DCS, SOS = 0x98, CSI = 0x9b, ST, OSC, PM, APC };

enum state {
	GROUND,
	AFTER_ESCAPE,
	INTERMEDIATE,  /* ESC and 0x20 .. 0x2f */
	IN_CSI,        /* to 0x40 .. 0x7e */
	IN_SHIFT,      /* SS2 and SS3: one character, xterm's parameters before it */
	IN_STRING,     /* DCS, SOS, OSC, PM, APC: to ST, OSC also to BEL */
	STRING_ESCAPE, /* an ESC in one: half of ST, or a new sequence */
	IN_MOUSE,      /* CSI M: three bytes */
	IN_KEY,        /* a key of the table that is longer than its sequence */
	IN_PASTE,      /* CSI 200~: to CSI 201~ */
};

struct input {
	bool utf8;
	struct sequences keys;

	enum state state;
	bool told;   /* AFTER_ESCAPE: the Escape has been an event already */
	bool is_osc; /* IN_STRING */
	int left;    /* IN_MOUSE: bytes to come */
	uint8_t taken[SEQUENCES_LENGTH_MAX];
	size_t n_taken; /* one more than fits: too long to be a key */
	int64_t heard_ms;

	char character[5]; /* in UTF-8, as far as it has come */
	size_t n_character, n_wanted;
	bool dropping; /* the character belongs to a sequence */

	struct events events;
};

struct input *input_new(bool utf8)
{
	struct input *in = calloc(1, sizeof *in);
	if (in)
		in->utf8 = utf8;
	return in;
}

void input_free(struct input *in)
{
	free(in);
}

void input_add(struct input *in, const char *sequence, int code)
{
	sequences_add(&in->keys, sequence, code);
}

static void tell_byte(struct input *in, uint8_t byte)
{
	int code = sequences_find(&in->keys, &byte, 1);
	events_add(&in->events, EVENT_KEY, code ? code : byte);
}

bool input_next(struct input *in, struct event *event)
{
	return events_next(&in->events, event);
}

/* ---- Sequences */

static void begin(struct input *in, uint8_t byte, enum state state)
{
	in->state = state;
	in->told = in->is_osc = false;
	in->taken[0] = byte;
	in->n_taken = 1;
	in->n_wanted = 0;
}

static void append(struct input *in, uint8_t byte)
{
	if (in->n_taken < SEQUENCES_LENGTH_MAX)
		in->taken[in->n_taken] = byte;
	in->n_taken += in->n_taken <= SEQUENCES_LENGTH_MAX;
}

static bool took(const struct input *in, const char *sequence)
{
	return in->n_taken == strlen(sequence) && memcmp(in->taken, sequence, in->n_taken) == 0;
}

/* What has been read is a whole sequence: a key, a report of the mouse, or dropped. */
static void complete(struct input *in)
{
	in->state = GROUND;
	if (in->n_taken > SEQUENCES_LENGTH_MAX)
		return;
	int code = sequences_find(&in->keys, in->taken, in->n_taken);
	if (code)
		events_add(&in->events, EVENT_KEY, code);
	else if (sequences_begin(&in->keys, in->taken, in->n_taken))
		in->state = IN_KEY;
	else if (took(in, "\033[200~"))
		in->state = IN_PASTE;
	else if (in->n_taken > 3 && memcmp(in->taken, "\033[<", 3) == 0)
		events_add_sgr(&in->events, in->taken + 3, in->n_taken - 3);
}

/* An 8-bit control: begins a sequence, or is dropped. */
static void take_c1(struct input *in, uint8_t byte)
{
	switch (byte) {
	case CSI:
		begin(in, byte, IN_CSI);
		break;
	case SS2:
	case SS3:
		begin(in, byte, IN_SHIFT);
		break;
	case OSC:
	case DCS:
	case SOS:
	case PM:
	case APC:
		begin(in, byte, IN_STRING);
		in->is_osc = byte == OSC;
		break;
	default:
		in->state = GROUND;
	}
}

/* What any sequence but a string takes alike: a new one begins, CAN and SUB end it, other controls do not count. True:
 * the byte is done with. */
static bool take_control(struct input *in, uint8_t byte)
{
	if (byte == ESC)
		begin(in, byte, AFTER_ESCAPE);
	else if (byte == CAN || byte == SUB)
		in->state = GROUND;
	else if (byte >= 0x80 && byte <= 0x9f)
		take_c1(in, byte);
	return byte < 0x20 || byte >= DEL;
}

/* ---- Characters */

/* Bytes of a character in UTF-8 by its first; 0: it cannot be one. */
static size_t utf8_length(uint8_t byte)
{
	return byte >= 0xc2 && byte <= 0xdf   ? 2
	       : byte >= 0xe0 && byte <= 0xef ? 3
	       : byte >= 0xf0 && byte <= 0xf4 ? 4
					      : 0;
}

static void begin_character(struct input *in, uint8_t byte, bool dropping)
{
	memset(in->character, 0, sizeof in->character);
	in->character[0] = (char)byte;
	in->n_character = 1;
	in->n_wanted = in->utf8 ? utf8_length(byte) : 0;
	in->dropping = dropping;
}

static void end_character(struct input *in)
{
	uint32_t code;
	if (utf8_decode(in->character, &code) == 0)
		return;
	bool is_control = code <= 0x9f; /* in two bytes */
	if (is_control && in->state == IN_STRING && code == ST)
		in->state = GROUND;
	else if (is_control && in->state == GROUND)
		take_c1(in, (uint8_t)code);
	else if (!is_control && !in->dropping)
		for (size_t i = 0; i < in->n_character; i++)
			events_add(&in->events, in->state == IN_PASTE ? EVENT_PASTE : EVENT_KEY,
				(uint8_t)in->character[i]);
}

/* True: the byte goes on with a character. */
static bool take_tail(struct input *in, uint8_t byte)
{
	if (in->n_wanted == 0)
		return false;
	if (byte < 0x80 || byte > 0xbf) {
		in->n_wanted = 0;
		return false;
	}
	in->character[in->n_character++] = (char)byte;
	if (in->n_character == in->n_wanted) {
		in->n_wanted = 0;
		end_character(in);
	}
	return true;
}

/* ---- Bytes in each state */

static void take_ground(struct input *in, uint8_t byte)
{
	if (byte == ESC)
		begin(in, byte, AFTER_ESCAPE);
	else if (byte >= 0x80 && byte <= 0x9f)
		take_c1(in, byte);
	else if (byte >= 0xa0)
		begin_character(in, byte, false);
	else
		tell_byte(in, byte);
}

static bool begins_more(uint8_t byte)
{
	return byte != 0 && strchr("[ON]PX^_", byte) != NULL;
}

/* Once the Escape has been a key by itself, what follows is one too, unless it begins a longer sequence: a slow line
 * may have torn that in two. */
static void take_after_escape(struct input *in, uint8_t byte)
{
	if (in->told && !begins_more(byte)) {
		in->state = GROUND;
		take_ground(in, byte);
		return;
	}
	append(in, byte);
	if (byte == ESC) /* Alt with what follows */
		return;
	if (byte == '[')
		in->state = IN_CSI;
	else if (byte == 'O' || byte == 'N')
		in->state = IN_SHIFT;
	else if (begins_more(byte)) {
		in->state = IN_STRING;
		in->is_osc = byte == ']';
	} else if (byte >= 0x20 && byte <= 0x2f)
		in->state = INTERMEDIATE;
	else if (byte >= 0x80 && byte <= 0x9f)
		take_c1(in, byte);
	else if (byte >= 0xa0) {
		in->state = GROUND;
		begin_character(in, byte, true);
	} else
		complete(in); /* of two bytes, or Alt with a control character */
}

static void take_intermediate(struct input *in, uint8_t byte)
{
	if (take_control(in, byte))
		return;
	append(in, byte);
	if (byte >= 0x30)
		complete(in);
}

static void take_csi(struct input *in, uint8_t byte)
{
	if (take_control(in, byte))
		return;
	append(in, byte);
	if (took(in, "\033[M") || took(in, "\x9bM")) {
		in->state = IN_MOUSE;
		in->left = 3;
	} else if (byte >= 0x40) {
		complete(in);
	}
}

static void take_shift(struct input *in, uint8_t byte)
{
	if (take_control(in, byte))
		return;
	append(in, byte);
	if (byte < 0x30 || byte > 0x3f)
		complete(in);
}

static void take_string(struct input *in, uint8_t byte)
{
	if (byte == ESC)
		in->state = STRING_ESCAPE;
	else if (byte == ST || byte == CAN || byte == SUB || (byte == BEL && in->is_osc))
		in->state = GROUND;
	else if (byte >= 0xa0)
		begin_character(in, byte, true);
}

static void take_string_escape(struct input *in, uint8_t byte)
{
	if (byte == '\\') {
		in->state = GROUND;
		return;
	}
	begin(in, ESC, AFTER_ESCAPE);
	take_after_escape(in, byte);
}

/* Button, column and line, each 32 more than it is. */
static void take_mouse(struct input *in, uint8_t byte)
{
	if (byte < 0x20) {
		in->state = GROUND;
		take_ground(in, byte);
		return;
	}
	append(in, byte);
	if (--in->left > 0)
		return;
	in->state = GROUND;
	events_add_x10(&in->events, &in->taken[in->n_taken - 3]);
}

static void take_key(struct input *in, uint8_t byte)
{
	if (take_control(in, byte))
		return;
	append(in, byte);
	complete(in);
}

static void take_paste(struct input *in, uint8_t byte)
{
	static const char end[] = "\033[201~";
	if (byte == ESC) {
		in->n_taken = 0;
		append(in, byte);
	} else if (in->n_taken > 0 && in->n_taken < sizeof end - 1) {
		append(in, byte);
		if (memcmp(in->taken, end, in->n_taken) != 0)
			in->n_taken = 0;
		else if (in->n_taken == sizeof end - 1)
			in->state = GROUND;
	} else if (byte >= 0xa0) {
		begin_character(in, byte, false);
	} else if (byte >= 0x20 && byte < DEL) {
		events_add(&in->events, EVENT_PASTE, byte);
	}
}

static void take_byte(struct input *in, uint8_t byte)
{
	static void (*const by_state[])(struct input *, uint8_t) = {
		[GROUND] = take_ground,
		[AFTER_ESCAPE] = take_after_escape,
		[INTERMEDIATE] = take_intermediate,
		[IN_CSI] = take_csi,
		[IN_SHIFT] = take_shift,
		[IN_STRING] = take_string,
		[STRING_ESCAPE] = take_string_escape,
		[IN_MOUSE] = take_mouse,
		[IN_KEY] = take_key,
		[IN_PASTE] = take_paste,
	};
	if (!take_tail(in, byte))
		by_state[in->state](in, byte);
}

void input_take(struct input *in, const char *bytes, size_t n, int64_t now_ms)
{
	for (size_t i = 0; i < n; i++)
		take_byte(in, (uint8_t)bytes[i]);
	if (n > 0)
		in->heard_ms = now_ms;
}

static bool escape_waits(const struct input *in)
{
	return in->state == AFTER_ESCAPE && !in->told;
}

void input_tick(struct input *in, int64_t now_ms)
{
	int64_t silent = now_ms - in->heard_ms;
	if (escape_waits(in) && silent >= INPUT_ESCAPE_MS) {
		events_add(&in->events, EVENT_KEY, ESC);
		in->told = true;
		in->n_taken = 1;
	}
	if (silent < INPUT_SILENCE_MS)
		return;
	in->state = GROUND;
	in->n_wanted = 0;
}

int input_wait_ms(const struct input *in, int64_t now_ms)
{
	if (in->state == GROUND && in->n_wanted == 0)
		return -1;
	int64_t due = in->heard_ms + (escape_waits(in) ? INPUT_ESCAPE_MS : INPUT_SILENCE_MS) - now_ms;
	return due > 0 ? (int)due : 0;
}
