/* What lies over the screen and takes the keys: help, menus, questions, a line to type. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/dialog.h"

#include "tui/layout.h"
#include "tui/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	ESCAPE = 27,
	HELP_NAME_COLUMNS = 11,
	HELP_COLUMNS = 64,
	MENU_COLUMNS = 46,
	MENU_COLUMNS_DETAIL = 76,
	INPUT_COLUMNS = 70,
};

void dialog_close(struct dialog *d)
{
	d->kind = DIALOG_NONE;
}

static void open_dialog(struct dialog *d, enum dialog_kind kind, const char *title)
{
	memset(d, 0, sizeof *d);
	d->kind = kind;
	snprintf(d->title, sizeof d->title, "%s", title);
}

void dialog_help(struct dialog *d, dialog_line *line)
{
	open_dialog(d, DIALOG_HELP, "Keys (arrows and PgDn scroll, any other key closes)");
	d->line = line;
}

void dialog_menu(struct dialog *d, const char *title, dialog_names *names, dialog_done *done)
{
	open_dialog(d, DIALOG_MENU, title);
	d->names = names;
	d->done = done;
}

void dialog_input(struct dialog *d, const char *title, const char *text, dialog_done *done)
{
	open_dialog(d, DIALOG_INPUT, title);
	d->done = done;
	snprintf(d->text, sizeof d->text, "%s", text);
	d->length = strlen(d->text);
	d->selected = d->length > 0;
}

static int count(const char *const *names)
{
	int n = 0;
	while (n < DIALOG_ITEMS_MAX && names[n])
		n++;
	return n;
}

/* ---- Keys */

static int n_lines(const struct dialog *d, const struct screen *s)
{
	const char *name, *help;
	size_t n = 0;
	while (d->line(s, n, &name, &help))
		n++;
	return (int)n;
}

static void help_scroll(struct dialog *d, const struct screen *s, int lines)
{
	d->top = layout_scroll(d->top + lines, d->top + lines, d->visible, n_lines(d, s));
}

static void help_key(struct dialog *d, const struct screen *s, int code)
{
	if (code == KEY_DOWN || code == 'j' || code == KEY_UP || code == 'k')
		help_scroll(d, s, code == KEY_DOWN || code == 'j' ? 1 : -1);
	else if (code == KEY_NPAGE || code == ' ' || code == KEY_PPAGE)
		help_scroll(d, s, code == KEY_PPAGE ? -d->visible : d->visible);
	else
		dialog_close(d);
}

/* A menu's done may open the next dialog, so this one is closed first. */
static void finish(struct dialog *d, struct screen *s, int index, const char *text)
{
	struct dialog before = *d;
	dialog_close(d);
	if (!before.done(s, index, text))
		*d = before;
}

/* Typing goes to the item that begins with what was typed; a letter that leads nowhere starts again behind the
 * cursor. */
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

static void menu_key(struct dialog *d, struct screen *s, int code)
{
	const char *const *names = d->names(s);
	int n = count(names);
	if (code == ESCAPE || (code == 'q' && n == 0)) {
		dialog_close(d);
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
		finish(d, s, d->cursor, name);
	} else {
		menu_letter(d, names, n, code);
	}
}

/* A byte of a character in UTF-8 that is not its first. */
static bool is_tail(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* A byte of text: characters beyond ASCII come byte by byte. */
static bool is_typed(int code)
{
	return (code >= ' ' && code < 0x7f) || (code >= 0x80 && code <= 0xff);
}

static void clear_text(struct dialog *d)
{
	d->text[d->length = 0] = '\0';
}

static void delete_last(struct dialog *d)
{
	while (d->length > 0 && is_tail(d->text[--d->length]))
		; /* the whole character goes */
	d->text[d->length] = '\0';
}

static void input_key(struct dialog *d, struct screen *s, int code)
{
	bool backspace = code == KEY_BACKSPACE || code == 0x7f || code == 8;
	if (d->selected && (backspace || is_typed(code)))
		clear_text(d);
	d->selected = false; /* arrows, Home and End keep the text */
	if (code == ESCAPE) {
		dialog_close(d);
	} else if (code == '\r' || code == '\n' || code == KEY_ENTER) {
		char text[DIALOG_TEXT_SIZE];
		memcpy(text, d->text, sizeof text);
		finish(d, s, 0, text);
	} else if (backspace) {
		delete_last(d);
	} else if (code == ('u' & 0x1f)) {
		clear_text(d);
	} else if (is_typed(code) && d->length + 1 < sizeof d->text) {
		d->text[d->length++] = (char)code;
		d->text[d->length] = '\0';
	}
}

void dialog_key(struct dialog *d, struct screen *s, int code)
{
	if (d->kind == DIALOG_HELP)
		help_key(d, s, code);
	else if (d->kind == DIALOG_MENU)
		menu_key(d, s, code);
	else if (d->kind == DIALOG_INPUT)
		input_key(d, s, code);
}

/* ---- Drawing */

/* An empty box in the middle; *y and *x are where its inside begins. */
static void draw_box(const struct canvas *c, const char *title, int rows, int columns, int *y, int *x)
{
	int top = (c->rows - rows - 2) / 2, left = (c->columns - columns - 2) / 2;
	top = top > 0 ? top : 0;
	left = left > 0 ? left : 0;
	for (int i = 1; i <= rows; i++) {
		canvas_pad(c, top + i, left, columns + 2, STYLE_PLAIN, "");
		mvaddch(top + i, left, c->ascii ? '|' : ACS_VLINE);
		mvaddch(top + i, left + columns + 1, c->ascii ? '|' : ACS_VLINE);
	}
	for (int i = 0; i < 2; i++) {
		int at = i ? top + rows + 1 : top;
		mvhline(at, left + 1, c->ascii ? '-' : ACS_HLINE, columns);
		mvaddch(at, left, c->ascii ? '+' : i ? ACS_LLCORNER : ACS_ULCORNER);
		mvaddch(at, left + columns + 1, c->ascii ? '+' : i ? ACS_LRCORNER : ACS_URCORNER);
	}
	canvas_put(c, top, left + 2, columns - 2, STYLE_TITLE, title);
	*y = top + 1;
	*x = left + 1;
}

static int at_most(int value, int most)
{
	return value < most ? value : most;
}

static void draw_help(struct dialog *d, const struct canvas *c, const struct screen *s)
{
	int n = n_lines(d, s), n_columns = c->columns >= 2 * HELP_COLUMNS + 2 ? 2 : 1, y, x;
	int columns = at_most(n_columns * HELP_COLUMNS, c->columns - 2);
	int room = at_most(HELP_COLUMNS, columns) - 2 - HELP_NAME_COLUMNS;
	d->visible = at_most((n + n_columns - 1) / n_columns, c->rows - 3);
	draw_box(c, d->title, d->visible, columns, &y, &x);
	for (int i = 0; i < n_columns * d->visible && d->top + i < n; i++) {
		const char *name, *help;
		int left = x + 1 + i / d->visible * HELP_COLUMNS, line = y + i % d->visible;
		if (!d->line(s, (size_t)d->top + (size_t)i, &name, &help) || left + HELP_NAME_COLUMNS > x + columns)
			break;
		canvas_put(c, line, left, HELP_NAME_COLUMNS, STYLE_MARK, name);
		canvas_put(c, line, left + HELP_NAME_COLUMNS, room, STYLE_PLAIN, help);
	}
	if (d->top + n_columns * d->visible < n)
		canvas_put(c, y + d->visible, x + columns - 10, 8, STYLE_TITLE, " more v ");
}

static void draw_item(const struct dialog *d, struct canvas *c, struct screen *s, int index, const char *name, int y,
	int x, int columns)
{
	char text[2 * DIALOG_TEXT_SIZE];
	const char *detail = d->detail ? d->detail(s, index) : "";
	bool at = index == d->cursor;
	snprintf(text, sizeof text, *detail ? "%s%-18s  %s" : "%s%s%s", at ? "> " : "  ", name, detail);
	canvas_pad(c, y, x, columns, at ? STYLE_CURSOR : STYLE_PLAIN, text);
	if (at) {
		c->focus_y = y;
		c->focus_x = x;
	}
}

static void draw_menu(struct dialog *d, struct canvas *c, struct screen *s)
{
	const char *const *names = d->names(s);
	int n = count(names), columns = at_most(d->detail ? MENU_COLUMNS_DETAIL : MENU_COLUMNS, c->columns - 2), y, x;
	d->visible = at_most(n ? n : 1, c->rows - 5);
	d->cursor = d->cursor < n ? d->cursor : n ? n - 1 : 0;
	d->top = layout_scroll(d->top, d->cursor, d->visible, n);
	draw_box(c, d->title, d->visible + 1, columns, &y, &x);
	if (n == 0)
		canvas_put(c, y, x + 1, columns - 2, STYLE_DIM, "(empty, or no answer yet)");
	for (int i = 0; i < d->visible && d->top + i < n; i++)
		draw_item(d, c, s, d->top + i, names[d->top + i], y + i, x, columns);
	canvas_put(c, y + d->visible, x + 1, columns - 2, STYLE_DIM, "Enter chooses, Escape cancels");
}

static void draw_input(const struct dialog *d, struct canvas *c)
{
	int columns = at_most(INPUT_COLUMNS, c->columns - 2), y, x;
	char text[DIALOG_TEXT_SIZE + 4];
	const char *from = d->text; /* the end stays in sight */
	while (*from && text_columns(from, c->ascii) > columns - 3)
		for (from++; is_tail(*from); from++)
			;
	draw_box(c, d->title, 2, columns, &y, &x);
	c->focus_y = y;
	c->focus_x = x + 1 + text_columns(from, c->ascii);
	snprintf(text, sizeof text, "%s_", from);
	canvas_put(c, y, x + 1, columns - 2, STYLE_PLAIN, text);
	if (d->selected)
		canvas_put(c, y, x + 1, columns - 2, STYLE_CURSOR, from);
	canvas_put(c, y + 1, x + 1, columns - 2, STYLE_DIM, "Enter accepts, Escape cancels");
}

void dialog_draw(struct dialog *d, struct canvas *c, struct screen *s)
{
	if (d->kind == DIALOG_HELP)
		draw_help(d, c, s);
	else if (d->kind == DIALOG_MENU)
		draw_menu(d, c, s);
	else if (d->kind == DIALOG_INPUT)
		draw_input(d, c);
}
