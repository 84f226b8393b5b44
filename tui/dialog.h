/* What lies over the screen and takes the keys: help, menus, questions, a line to type. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_DIALOG_H
#define TUI_DIALOG_H

#include "tui/canvas.h"

#include <stdbool.h>
#include <stddef.h>

/* Handed through to whoever asks. */
struct screen;

enum dialog_kind { DIALOG_NONE, DIALOG_HELP, DIALOG_MENU, DIALOG_INPUT };

enum { DIALOG_ITEMS_MAX = 256, DIALOG_TEXT_SIZE = 128 };

/* The names of a menu, NULL at the end; asked for again at each drawing, as answers may still come. */
typedef const char *const *dialog_names(struct screen *);

/* What stands behind a name of the menu; "": nothing. */
typedef const char *dialog_detail(struct screen *, int index);

/* Line i of the help; false: there are no more. */
typedef bool dialog_line(const struct screen *, size_t i, const char **name, const char **help);

/* Enter: the index and name of the chosen item, or 0 and the typed text. False: the dialog stays. */
typedef bool dialog_done(struct screen *, int index, const char *text);

struct dialog {
	enum dialog_kind kind;
	char title[96];
	int top, visible; /* HELP and MENU: first line that shows, and how many do */

	dialog_line *line;     /* HELP */
	dialog_names *names;   /* MENU */
	dialog_detail *detail; /* MENU; NULL: none */
	int cursor;            /* MENU */

	/* INPUT, and what was typed in a MENU. */
	char text[DIALOG_TEXT_SIZE];
	size_t length;
	bool selected; /* the whole text is: typing replaces it */

	dialog_done *done;
};

void dialog_help(struct dialog *, dialog_line *);
void dialog_menu(struct dialog *, const char *title, dialog_names *, dialog_done *);
void dialog_input(struct dialog *, const char *title, const char *text, dialog_done *); /* text is selected */
void dialog_close(struct dialog *);

void dialog_key(struct dialog *, struct screen *, int code);
void dialog_draw(struct dialog *, struct canvas *, struct screen *);

#endif
