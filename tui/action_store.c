/* What the keys do: presets and scenes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/action.h"
#include "tui/ask.h"

#include "rack/base/name.h"

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
	struct reason reason;
	(void)index;
	if (name_check(NAME_OF_SCENE, name, &reason) != STATUS_OK) {
		screen_say(s, true, "%s", reason.text);
		return false;
	}
	remote_scene_store(s->remote, name);
	return true;
}

static const char *const *cancel_or_overwrite(struct screen *s)
{
	(void)s;
	static const char *const names[] = { "Cancel", "Overwrite", NULL };
	return names;
}

static bool overwrite_preset(struct screen *s, int index, const char *text)
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
	snprintf(title, sizeof title, "Preset \"%s\" already exists", name);
	ask_menu(s, title, cancel_or_overwrite, overwrite_preset);
}

static bool save_preset(struct screen *s, int index, const char *name)
{
	(void)index;
	struct reason reason;
	if (name_check(NAME_OF_PRESET, name, &reason) != STATUS_OK) {
		screen_say(s, true, "%s", reason.text);
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

static const char *const *cancel_or_delete(struct screen *s)
{
	(void)s;
	static const char *const names[] = { "Cancel", "Delete", NULL };
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

static bool ask_delete(struct screen *s, const char *kind, const char *name, dialog_done *done)
{
	char title[96];
	snprintf(s->asked_name, sizeof s->asked_name, "%s", name);
	snprintf(title, sizeof title, "Delete %s \"%s\"?", kind, s->asked_name);
	ask_menu(s, title, cancel_or_delete, done);
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

static void ask_store(struct screen *s, float amount)
{
	(void)amount;
	ask_line(s, "Store scene as", "", store_scene);
}

static void ask_recall(struct screen *s, float amount)
{
	(void)amount;
	ask_menu(s, "Recall scene", scenes, recall_scene);
}

static void ask_delete_which_scene(struct screen *s, float amount)
{
	(void)amount;
	ask_menu(s, "Delete scene", scenes, ask_delete_scene);
}

/* Its title, and the delay that the rack has with it. */
static const char *preset_detail(struct screen *s, int index)
{
	const struct remote_preset *preset = remote_preset(s->remote, (uint32_t)index);
	const struct report *status = remote_status(s->remote);
	if (!preset->known)
		return "";
	snprintf(s->detail, sizeof s->detail, "%6.1f ms  %s",
		1000.0 * preset->latency_frames / (status->rate ? status->rate : 48000), preset->title);
	return s->detail;
}

static void ask_load(struct screen *s, float amount)
{
	(void)amount;
	ask_menu(s, "Load preset (name, delay of the rack, title)", presets, load_preset);
	s->dialog.detail = preset_detail;
}

static void ask_save(struct screen *s, float amount)
{
	(void)amount;
	presets(s); /* asks for the names, which are compared with the typed one */
	ask_line(s, "Save preset as", "", save_preset);
}

static void ask_delete_which_preset(struct screen *s, float amount)
{
	(void)amount;
	ask_menu(s, "Delete preset", presets, ask_delete_preset);
}

static const struct key rows[] = {
	{ { 'p' }, "p", "presets", "load a preset", ask_load, 0 },
	{ { 's' }, "s", NULL, "save as a preset", ask_save, 0 },
	{ { 'P' }, "P", NULL, "delete a saved preset (asks first)", ask_delete_which_preset, 0 },
	{ { 'w' }, "w", NULL, "store all settings as a scene", ask_store, 0 },
	{ { 'e' }, "e", NULL, "recall a scene, gliding to it in two seconds", ask_recall, 0 },
	{ { 'E' }, "E", NULL, "delete a scene (asks first)", ask_delete_which_scene, 0 },
};
const struct keymap action_store_keys = KEYMAP(rows);
