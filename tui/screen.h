/* What the terminal UI knows besides the rack: where the cursor is, what is asked, what was said. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "tui/colors.h"
#include "tui/dialog.h"
#include "tui/layout.h"
#include "tui/page.h"
#include "tui/tui.h"

enum { SCREEN_SLOTS_MAX = 24 };

/* Cursor of one slot, kept while another one is shown. */
struct place {
	char slot[32];
	uint32_t param;
	int top;       /* first line of the page that shows */
	uint32_t left; /* first column of its tables that shows */
	uint32_t cell; /* column that moving up and down keeps to */
};

/* A peak that stays for a while after it was. */
struct hold {
	float db;
	uint64_t until_ms;
};

struct screen {
	struct remote *remote;
	struct tui_options options;
	struct layout layout;
	uint64_t now_ms; /* of this round of the loop */

	char slot[32]; /* id of the selected slot; "": none */
	uint32_t slot_index;
	uint32_t awaited_slots, awaited_index; /* an insertion that is to be selected; 0: none */
	struct place places[SCREEN_SLOTS_MAX];
	uint32_t next_place;
	struct page page;  /* of the selected slot */
	char page_key[96]; /* what page was made from */
	int chain_top;
	int focus_y, focus_x; /* where the terminal's cursor rests, for screen readers and braille lines */
	bool curve_flipped;   /* shown where there is no room to spare, hidden where there is */

	struct hold holds[2][2]; /* in, out; left, right */

	struct dialog dialog;
	char asked_name[65]; /* the preset or scene that is to be replaced or deleted, while that is asked */
	char message[256];
	bool message_bad;
	uint64_t message_until_ms;
	uint32_t n_errors, n_notices;

	bool done;
	enum tui_end end;
};

/* The selected slot after others may have changed the chain; NULL: the chain is empty or not known yet. Makes page fit
 * it. */
const struct remote_slot *screen_slot(struct screen *);
void screen_select(struct screen *, uint32_t index);

/* Its cursor, never beyond its rows. */
struct place *screen_place(struct screen *);
const struct remote_param *screen_param(struct screen *); /* NULL: none, or not known yet */

/* The slot has a table of bands with a type, frequency, gain and q. */
bool view_curve_fits(struct screen *);

/* Which slot that is, and of which type, to tell later whether it still is. */
void screen_subject(struct screen *, char *text, size_t size);

/* A line at the bottom for some seconds. */
void screen_say(struct screen *, bool bad, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Writes text at y, x within columns, clipped and, with pad, filled with spaces. */
void screen_put(const struct screen *, int y, int x, int columns, enum style, const char *text);
void screen_pad(const struct screen *, int y, int x, int columns, enum style, const char *text);

/* From x to the end of the line. */
void screen_clear(const struct screen *, int y, int x);

/* What of the screen meters move, over a screen that is drawn: most frames are only that. */
void view_chain_levels(struct screen *);
void view_slot_levels(struct screen *);
void view_meters_levels(struct screen *);

/* The parts of the screen, over an erased one. */
void view_head(struct screen *);
void view_chain(struct screen *);
void view_slot(struct screen *);
void view_curve(struct screen *);
void view_meters(struct screen *);
void view_foot(struct screen *);
void view_small(struct screen *); /* instead of all others where the terminal is too small */

/* What a key does. */
struct key;
void action_run(struct screen *, const struct key *);
void mouse_take(struct screen *); /* on KEY_MOUSE */

#endif
