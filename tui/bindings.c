/* All keys: those of the view that shows, those of the frame, and one for each view. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/bindings.h"

#include "tui/action.h"
#include "tui/view.h"

static bool help_line(const struct screen *s, size_t i, const char **name, const char **help)
{
	struct binding found;
	if (!bindings_at(s, i, &found))
		return false;
	*name = found.name;
	*help = found.help;
	return true;
}

static void show_help(struct screen *s, float amount)
{
	(void)amount;
	dialog_help(&s->dialog, help_line);
}

static void redraw(struct screen *s, float amount)
{
	(void)s, (void)amount;
	clearok(curscr, TRUE);
}

static const struct key help_rows[] = {
	{ { '?', KEY_F(1) }, "? F1", "help", "this help", show_help, 0 },
};
static const struct key redraw_rows[] = {
	{ { KEYS_CTRL('L') }, "^L", NULL, "redraw the screen", redraw, 0 },
};
static const struct keymap help_keys = KEYMAP(help_rows), redraw_keys = KEYMAP(redraw_rows);

/* In the order of the help: the view's own stand between. */
static const struct keymap *const before[] = { &help_keys, &action_rack_keys }, *const behind[] = { &action_slot_keys,
	&action_store_keys, &redraw_keys };

enum { N_BEFORE = sizeof before / sizeof before[0], N_BEHIND = sizeof behind / sizeof behind[0] };
enum { MAPS_MAX = N_BEFORE + VIEW_KEYMAPS + N_BEHIND };

static size_t collect(const struct screen *s, const struct keymap *maps[MAPS_MAX])
{
	const struct view *view = view_shown(s, s->view);
	size_t n = 0;
	for (size_t i = 0; i < N_BEFORE; i++)
		maps[n++] = before[i];
	for (size_t i = 0; i < VIEW_KEYMAPS && view->keys[i]; i++)
		maps[n++] = view->keys[i];
	for (size_t i = 0; i < N_BEHIND; i++)
		maps[n++] = behind[i];
	return n;
}

bool bindings_take(struct screen *s, int code)
{
	const struct keymap *maps[MAPS_MAX];
	size_t n = collect(s, maps);
	s->code = code;
	for (size_t i = 0; i < n; i++) {
		const struct key *key = keys_find(maps[i], code);
		if (key) {
			key->act(s, key->amount);
			return true;
		}
	}
	for (size_t i = 0; i < n_views; i++)
		if (views[i]->code && views[i]->code == code) {
			s->view = views[i];
			return true;
		}
	return false;
}

/* The bottom line names the views as soon as there is a choice. */
static bool views_to_choose(void)
{
	int n = 0;
	for (size_t v = 0; v < n_views; v++)
		n += views[v]->code != 0;
	return n > 1;
}

bool bindings_at(const struct screen *s, size_t i, struct binding *found)
{
	const struct keymap *maps[MAPS_MAX];
	size_t n = collect(s, maps);
	for (size_t m = 0; m < n; m++) {
		for (size_t v = 0; m == N_BEFORE && v < n_views; v++)
			if (views[v]->code && i-- == 0) {
				*found = (struct binding){ views[v]->key_name,
					views_to_choose() ? views[v]->name : NULL, views[v]->help };
				return true;
			}
		if (i < maps[m]->n) {
			const struct key *key = &maps[m]->rows[i];
			*found = (struct binding){ key->name, key->hint, key->help };
			return true;
		}
		i -= maps[m]->n;
	}
	return false;
}
