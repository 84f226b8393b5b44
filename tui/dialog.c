/* What lies over the screen and takes the keys: help, menus, questions, a line to type. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/dialog.h"

#include "tui/keys.h"
#include "tui/screen.h"
#include "tui/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { ESCAPE = 27, HELP_NAME_COLUMNS = 11, HELP_COLUMNS = 64 };

void dialog_close(struct screen *s)
{
	s->dialog.kind = DIALOG_NONE;
}

static struct dialog *open_dialog(struct screen *s, enum dialog_kind kind, const char *title)
{
	struct dialog *d = &s->dialog;
	memset(d, 0, sizeof *d);
	d->kind = kind;
	snprintf(d->title, sizeof d->title, "%s", title);
	screen_subject(s, d->subject, sizeof d->subject);
	return d;
}

void dialog_help(struct screen *s)
{
	open_dialog(s, DIALOG_HELP, "Keys (arrows and PgDn scroll, any other key closes)");
}

void dialog_menu(struct screen *s, const char *title, const char *const *(*names)(struct screen *),
	bool (*done)(struct screen *, int index, const char *text))
{
	struct dialog *d = open_dialog(s, DIALOG_MENU, title);
	d->names = names;
	d->done = done;
}

void dialog_input(struct screen *s, const char *title, const char *text,
	bool (*done)(struct screen *, int index, const char *text))
{
	struct dialog *d = open_dialog(s, DIALOG_INPUT, title);
	d->done = done;
	snprintf(d->text, sizeof d->text, "%s", text);
	d->length = strlen(d->text);
}

static int count(const char *const *names)
{
	int n = 0;
	while (n < DIALOG_ITEMS_MAX && names[n])
		n++;
	return n;
}

/* ---- Keys */

/* The help is a list in columns as high as the screen lets it be. */
static int help_rows(const struct screen *s)
{
	int columns = s->layout.columns >= 2 * HELP_COLUMNS + 2 ? 2 : 1, needed = ((int)n_keys + columns - 1) / columns;
	return needed < s->layout.rows - 3 ? needed : s->layout.rows - 3;
}

static void help_scroll(struct screen *s, int lines)
{
	s->dialog.top = layout_scroll(s->dialog.top + lines, s->dialog.top + lines, help_rows(s), (int)n_keys);
}

static void help_key(struct screen *s, int code)
{
	if (code == KEY_DOWN || code == 'j' || code == KEY_UP || code == 'k')
		help_scroll(s, code == KEY_DOWN || code == 'j' ? 1 : -1);
	else if (code == KEY_NPAGE || code == ' ' || code == KEY_PPAGE)
		help_scroll(s, code == KEY_PPAGE ? -help_rows(s) : help_rows(s));
	else
		dialog_close(s);
}

/* A menu's done may open the next dialog, so this one is closed first. */
static void finish(struct screen *s, int index, const char *text)
{
	struct dialog before = s->dialog;
	dialog_close(s);
	if (!before.done(s, index, text))
		s->dialog = before;
}

/* Typing goes to the item that begins with what was typed; a letter that leads nowhere starts anew behind the cursor.
 */
static void menu_letter(struct dialog *d, const char *const *names, int n, int code)
{
	if (code < ' ' || code > '~')
		return;
	for (int fresh = 0; fresh < 2; fresh++) {
		if (fresh || d->length + 1 >= sizeof d->text)
			d->length = 0;
		d->text[d->length++] = (char)code;
		for (int i = 0; i < n; i++) {
			int at = (d->cursor + i + fresh) % n;
			if (strncasecmp(names[at], d->text, d->length) == 0) {
				d->cursor = at;
				return;
			}
		}
	}
	d->length = 0;
}

static void menu_key(struct screen *s, int code)
{
	struct dialog *d = &s->dialog;
	const char *const *names = d->names(s);
	int n = count(names);
	if (code == ESCAPE || (code == 'q' && n == 0)) {
		dialog_close(s);
	} else if (n == 0) {
		return;
	} else if (code == KEY_DOWN || code == '\t') {
		d->cursor = d->cursor + 1 < n ? d->cursor + 1 : 0;
	} else if (code == KEY_UP || code == KEY_BTAB) {
		d->cursor = d->cursor > 0 ? d->cursor - 1 : n - 1;
	} else if (code == KEY_HOME) {
		d->cursor = 0;
	} else if (code == KEY_END) {
		d->cursor = n - 1;
	} else if (code == '\r' || code == '\n' || code == KEY_ENTER) {
		char name[DIALOG_TEXT_SIZE];
		snprintf(name, sizeof name, "%s", names[d->cursor < n ? d->cursor : n - 1]);
		finish(s, d->cursor, name);
	} else {
		menu_letter(d, names, n, code);
	}
}

/* A byte of a character in UTF-8 that is not its first. */
static bool is_tail(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Where the locale has more than ASCII, its characters come byte by byte. */
static bool is_typed(const struct screen *s, int code)
{
	return (code >= ' ' && code < 0x7f) || (code >= 0x80 && code <= 0xff && !s->options.ascii);
}

static void input_key(struct screen *s, int code)
{
	struct dialog *d = &s->dialog;
	if (code == ESCAPE) {
		dialog_close(s);
	} else if (code == '\r' || code == '\n' || code == KEY_ENTER) {
		char text[DIALOG_TEXT_SIZE];
		memcpy(text, d->text, sizeof text);
		finish(s, 0, text);
	} else if ((code == KEY_BACKSPACE || code == 0x7f || code == 8) && d->length > 0) {
		while (--d->length > 0 && is_tail(d->text[d->length]))
			; /* the whole character goes */
		d->text[d->length] = '\0';
	} else if (code == ('u' & 0x1f)) {
		d->text[d->length = 0] = '\0';
	} else if (is_typed(s, code) && d->length + 1 < sizeof d->text) {
		d->text[d->length++] = (char)code;
		d->text[d->length] = '\0';
	}
}

void dialog_key(struct screen *s, int code)
{
	if (s->dialog.kind == DIALOG_HELP)
		help_key(s, code);
	else if (s->dialog.kind == DIALOG_MENU)
		menu_key(s, code);
	else if (s->dialog.kind == DIALOG_INPUT) {
		s->message[0] = '\0'; /* it was about the text before this key */
		input_key(s, code);
	}
}

/* ---- Drawing */

/* An empty box in the middle; *y and *x are where its inside begins. */
static void draw_box(const struct screen *s, int rows, int columns, int *y, int *x)
{
	int top = (s->layout.rows - rows - 2) / 2, left = (s->layout.columns - columns - 2) / 2;
	top = top > 0 ? top : 0;
	left = left > 0 ? left : 0;
	bool ascii = s->options.ascii;
	for (int i = 1; i <= rows; i++) {
		screen_pad(s, top + i, left, columns + 2, STYLE_PLAIN, "");
		mvaddch(top + i, left, ascii ? '|' : ACS_VLINE);
		mvaddch(top + i, left + columns + 1, ascii ? '|' : ACS_VLINE);
	}
	for (int i = 0; i < 2; i++) {
		int at = i ? top + rows + 1 : top;
		mvhline(at, left + 1, ascii ? '-' : ACS_HLINE, columns);
		mvaddch(at, left, ascii ? '+' : i ? ACS_LLCORNER : ACS_ULCORNER);
		mvaddch(at, left + columns + 1, ascii ? '+' : i ? ACS_LRCORNER : ACS_URCORNER);
	}
	screen_put(s, top, left + 2, columns - 2, STYLE_TITLE, s->dialog.title);
	*y = top + 1;
	*x = left + 1;
}

static int at_most(int value, int most)
{
	return value < most ? value : most;
}

static void draw_help(struct screen *s)
{
	int rows = help_rows(s), y, x;
	int columns = at_most(
		s->layout.columns >= 2 * HELP_COLUMNS + 2 ? 2 * HELP_COLUMNS : HELP_COLUMNS, s->layout.columns - 2);
	draw_box(s, rows, columns, &y, &x);
	for (int i = 0; i < 2 * rows && s->dialog.top + i < (int)n_keys; i++) {
		const struct key *key = &keys[s->dialog.top + i];
		int left = x + 1 + i / rows * HELP_COLUMNS,
		    room = at_most(HELP_COLUMNS, columns) - 2 - HELP_NAME_COLUMNS;
		if (left + HELP_NAME_COLUMNS > x + columns)
			break;
		screen_put(s, y + i % rows, left, HELP_NAME_COLUMNS, STYLE_MARK, key->name);
		screen_put(s, y + i % rows, left + HELP_NAME_COLUMNS, room, STYLE_PLAIN, key->help);
	}
	if (s->dialog.top + rows < (int)n_keys && columns < 2 * HELP_COLUMNS)
		screen_put(s, y + rows, x + columns - 10, 8, STYLE_TITLE, " more v ");
}

static void draw_menu(struct screen *s)
{
	struct dialog *d = &s->dialog;
	const char *const *names = d->names(s);
	int n = count(names), rows = at_most(n ? n : 1, s->layout.rows - 5),
	    columns = at_most(46, s->layout.columns - 2), y, x;
	d->cursor = d->cursor < n ? d->cursor : n ? n - 1 : 0;
	d->top = layout_scroll(d->top, d->cursor, rows, n);
	draw_box(s, rows + 1, columns, &y, &x);
	if (n == 0)
		screen_put(s, y, x + 1, columns - 2, STYLE_DIM, "(nothing here, or no answer yet)");
	for (int i = 0; i < rows && d->top + i < n; i++) {
		char text[DIALOG_TEXT_SIZE + 4];
		bool at = d->top + i == d->cursor;
		snprintf(text, sizeof text, "%s%s", at ? "> " : "  ", names[d->top + i]);
		screen_pad(s, y + i, x, columns, at ? STYLE_CURSOR : STYLE_PLAIN, text);
		if (at) {
			s->focus_y = y + i;
			s->focus_x = x;
		}
	}
	screen_put(s, y + rows, x + 1, columns - 2, STYLE_DIM, "Enter chooses, Escape cancels");
}

static void draw_input(struct screen *s)
{
	struct dialog *d = &s->dialog;
	int columns = at_most(70, s->layout.columns - 2), y, x;
	char text[DIALOG_TEXT_SIZE + 4];
	const char *from = d->text; /* the end stays in sight */
	while (*from && text_columns(from, s->options.ascii) > columns - 3)
		for (from++; is_tail(*from); from++)
			;
	draw_box(s, 2, columns, &y, &x);
	s->focus_y = y;
	s->focus_x = x + 1 + text_columns(from, s->options.ascii);
	snprintf(text, sizeof text, "%s_", from);
	screen_put(s, y, x + 1, columns - 2, STYLE_PLAIN, text);
	screen_put(s, y + 1, x + 1, columns - 2, STYLE_DIM, "Enter accepts, Escape cancels");
}

void dialog_draw(struct screen *s)
{
	if (s->dialog.kind == DIALOG_HELP)
		draw_help(s);
	else if (s->dialog.kind == DIALOG_MENU)
		draw_menu(s);
	else if (s->dialog.kind == DIALOG_INPUT)
		draw_input(s);
}
