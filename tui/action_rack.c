/* What the keys do: the rack as a whole, presets, scenes, and leaving. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/action.h"

#include <stdio.h>
#include <string.h>

#define RECALL_S 2.0f

static const char *const *presets(struct screen *s)
{
	return remote_presets(s->remote);
}

static bool load_preset(struct screen *s, int index, const char *name)
{
	(void)index;
	remote_preset_load(s->remote, name);
	return true;
}

static const char *const *scenes(struct screen *s)
{
	return remote_scenes(s->remote);
}

static bool recall_scene(struct screen *s, int index, const char *name)
{
	(void)index;
	remote_scene_recall(s->remote, name, RECALL_S);
	return true;
}

static bool store_scene(struct screen *s, int index, const char *name)
{
	(void)index;
	remote_scene_store(s->remote, name);
	return true;
}

static const char *const *keep_or_replace(struct screen *s)
{
	(void)s;
	static const char *const names[] = { "keep it", "replace it", NULL };
	return names;
}

static bool replace_preset(struct screen *s, int index, const char *text)
{
	(void)text;
	if (index == 1)
		remote_preset_save(s->remote, s->asked_name);
	return true;
}

static void ask_overwrite(struct screen *s, const char *name)
{
	char title[96];
	snprintf(s->asked_name, sizeof s->asked_name, "%s", name);
	snprintf(title, sizeof title, "There is a preset %s", name);
	dialog_menu(s, title, keep_or_replace, replace_preset);
}

static bool save_preset(struct screen *s, int index, const char *name)
{
	(void)index;
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.-");
	if (!*name || name[length] || length > 64 || name[0] == '.') {
		screen_say(s, true, "a name holds letters, digits, space, _ . and -, 1 to 64 of them, no leading dot");
		return false;
	}
	for (const char *const *old = presets(s); *old; old++)
		if (strcmp(*old, name) == 0) {
			ask_overwrite(s, name);
			return true;
		}
	remote_preset_save(s->remote, name);
	return true;
}

static const char *const *keep_or_delete(struct screen *s)
{
	(void)s;
	static const char *const names[] = { "keep it", "delete it", NULL };
	return names;
}

static bool delete_preset(struct screen *s, int index, const char *text)
{
	(void)text;
	if (index == 1)
		remote_preset_delete(s->remote, s->asked_name);
	return true;
}

static bool delete_scene(struct screen *s, int index, const char *text)
{
	(void)text;
	if (index == 1)
		remote_scene_delete(s->remote, s->asked_name);
	return true;
}

static bool ask_delete(
	struct screen *s, const char *kind, const char *name, bool (*done)(struct screen *, int, const char *))
{
	char title[96];
	snprintf(s->asked_name, sizeof s->asked_name, "%s", name);
	snprintf(title, sizeof title, "Delete the %s %s?", kind, s->asked_name);
	dialog_menu(s, title, keep_or_delete, done);
	return true;
}

static bool ask_delete_preset(struct screen *s, int index, const char *name)
{
	(void)index;
	return ask_delete(s, "preset", name, delete_preset);
}

static bool ask_delete_scene(struct screen *s, int index, const char *name)
{
	(void)index;
	return ask_delete(s, "scene", name, delete_scene);
}

static bool set_title(struct screen *s, int index, const char *title)
{
	(void)index;
	remote_set_title(s->remote, title);
	return true;
}

static const char *const *leave_or_stop(struct screen *s)
{
	static const char *const local[] = { "leave it running", "stop the rack", "cancel", NULL };
	static const char *const far[] = { "leave it running", "cancel", NULL };
	return s->options.may_stop ? local : far;
}

static bool quit(struct screen *s, int index, const char *text)
{
	(void)text;
	if (strcmp(leave_or_stop(s)[index], "cancel") == 0)
		return true;
	s->done = true;
	s->end = index == 1 ? TUI_STOPPED : TUI_LEFT;
	return true;
}

static void reset_meters(struct screen *s)
{
	remote_meter_reset(s->remote);
	memset(s->holds, 0, sizeof s->holds);
	screen_say(s, false, "loudness and held peaks start anew");
}

void action_rack(struct screen *s, enum action action)
{
	switch (action) {
	case ACTION_BYPASS:
		remote_set_bypass(s->remote, remote_rack_bypass(s->remote)->value == 0);
		break;
	case ACTION_MATCH:
		remote_set_match(s->remote, remote_rack_match(s->remote)->value == 0);
		screen_say(s, false, "bypass at matched loudness: %s",
			remote_rack_match(s->remote)->value != 0 ? "on" : "off");
		break;
	case ACTION_UNDO:
		remote_undo(s->remote);
		break;
	case ACTION_REDO:
		remote_redo(s->remote);
		break;
	case ACTION_STORE:
		dialog_input(s, "Store scene as", "", store_scene);
		break;
	case ACTION_RECALL:
		dialog_menu(s, "Recall scene", scenes, recall_scene);
		break;
	case ACTION_PRESETS:
		dialog_menu(s, "Load preset", presets, load_preset);
		break;
	case ACTION_SAVE:
		presets(s); /* asks for the names, which are looked at when one is typed */
		dialog_input(s, "Save preset as", "", save_preset);
		break;
	case ACTION_DELETE_SCENE:
		dialog_menu(s, "Delete scene", scenes, ask_delete_scene);
		break;
	case ACTION_DELETE_PRESET:
		dialog_menu(s, "Delete preset", presets, ask_delete_preset);
		break;
	case ACTION_TITLE:
		dialog_input(s, "Title of the rack", remote_title(s->remote), set_title);
		break;
	case ACTION_RESET:
		reset_meters(s);
		break;
	case ACTION_CURVE:
		s->curve_flipped = !s->curve_flipped;
		break;
	case ACTION_REDRAW:
		clearok(curscr, TRUE);
		break;
	case ACTION_HELP:
		dialog_help(s);
		break;
	case ACTION_QUIT:
		dialog_menu(s, "Quit: what of the rack?", leave_or_stop, quit);
		break;
	default:
		break;
	}
}
