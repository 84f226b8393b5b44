/* What the terminal UI knows besides the rack: where the cursor is, what is asked, what was said. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "osc/remote.h"
#include "tui/canvas.h"
#include "tui/dialog.h"
#include "tui/layout.h"
#include "tui/options.h"
#include "tui/page.h"

struct view;

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
	struct canvas canvas;
	struct layout layout;
	const struct view *view; /* chosen by its key; NULL: none yet */
	uint64_t now_ms;         /* of this round of the loop */
	int code;                /* of the key that is being handled */

	char slot[32]; /* id of the selected slot; "": none */
	uint32_t slot_index;
	uint32_t awaited_slots, awaited_index; /* an insertion that is to be selected; 0: none */
	struct place places[SCREEN_SLOTS_MAX];
	uint32_t next_place;
	struct page page;  /* of the selected slot */
	char page_key[96]; /* what page was made from */
	int chain_top;
	bool curve_flipped; /* the response is shown where there is little room, hidden where there is enough */

	struct hold holds[2][2]; /* in, out; left, right */

	struct dialog dialog;
	char subject[72];    /* the slot that was selected when the dialog opened, and its module */
	char detail[160];    /* of the menu's item that is being drawn */
	char asked_name[65]; /* the preset or scene that is to be overwritten or deleted, while that is asked */
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

/* Which slot that is, and of which type, to tell later whether it still is. */
void screen_subject(struct screen *, char *text, size_t size);

/* A line at the bottom for some seconds. */
void screen_say(struct screen *, bool bad, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
