/* What lies over the screen and takes the keys: help, menus, questions, a line to type. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_DIALOG_H
#define TUI_DIALOG_H

#include <stdbool.h>
#include <stddef.h>

struct screen;

enum dialog_kind { DIALOG_NONE, DIALOG_HELP, DIALOG_MENU, DIALOG_INPUT };

enum { DIALOG_ITEMS_MAX = 256, DIALOG_TEXT_SIZE = 128, DIALOG_SUBJECT_SIZE = 72 };

struct dialog {
	enum dialog_kind kind;
	char title[96];
	char subject[DIALOG_SUBJECT_SIZE]; /* the slot that was selected when it opened, and its module */

	/* MENU. names is asked again for each drawing, as answers may still come. */
	const char *const *(*names)(struct screen *);
	int cursor, top; /* HELP: top only */

	/* INPUT, and what was typed in a MENU */
	char text[DIALOG_TEXT_SIZE];
	size_t length;

	/* Enter: the chosen item's index or the text. False: the dialog stays. */
	bool (*done)(struct screen *, int index, const char *text);
};

void dialog_help(struct screen *);
void dialog_menu(struct screen *, const char *title, const char *const *(*names)(struct screen *),
	bool (*done)(struct screen *, int index, const char *text));
void dialog_input(struct screen *, const char *title, const char *text,
	bool (*done)(struct screen *, int index, const char *text));
void dialog_close(struct screen *);

void dialog_key(struct screen *, int code);
void dialog_draw(struct screen *);

#endif
