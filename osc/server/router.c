/* The table of OSC addresses and their handlers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/router.h"

#include "osc/server/serving.h"

#include <string.h>

static const struct route routes[] = {
	{ "/chain", "", "The slots' ids in order", handle_chain, false },
	{ "/chain/insert", "s:type i:position [s:id]",
		"Puts a new slot at a position counted from 0; answered, as all edits are, with /chain", handle_insert,
		false },
	{ "/chain/remove", "s:id", "Takes a slot out", handle_remove, false },
	{ "/chain/move", "s:id i:position", "Moves a slot to a position counted from 0", handle_move, false },
	{ "/chain/replace", "s:id s:type", "Puts a module of another type in a slot's place", handle_replace, false },
	{ "/modules", "", "The types of modules that there are", handle_modules, false },
	{ "/title", "[s:title]", "The title of the rack: at most 127 bytes, without '#', answered as it is then",
		handle_title, false },
	{ "/rack/<slot>/info", "",
		"s:type s:label s:help i:n and n parameters (s; bypass, solo and delta are the last), i:m and m meters "
		"(s), i:n and the parameters' roles (s: ceiling, band_freq ... or nothing), i:m and the meters' (s)",
		handle_slot_info, false },
	{ "/rack/<slot>/bypass", "T|F", "Passes the slot's input on, delay-aligned", handle_row, false },
	{ "/rack/<slot>/solo", "T|F", "Hears this slot alone, delay-aligned", handle_row, false },
	{ "/rack/<slot>/delta", "T|F", "Hears only what the slot changes, delay-aligned", handle_row, false },
	{ "/rack/<slot>/<param...>", "f | T|F | s",
		"A parameter in its own unit: numbers in any of i f d h T F, choices by name", handle_row, false },
	{ "/rack/<slot>/<param>/norm", "f", "The same as 0..1 by the parameter's own scale", handle_row, false },
	{ "/rack/<slot>/<param>/str", "s", "The same as text with its unit", handle_row, false },
	{ "/rack/<slot>/<param>/info", "",
		"s:label s:unit s:scale f:min f:max f:default f:step s:help and the names of its choices", handle_row,
		false },
	{ "/bypass", "T|F", "The whole rack to its delay-aligned input", handle_row, false },
	{ "/bypass/match", "T|F", "Bypass at matched loudness", handle_row, false },
	{ "/bypass/<form>", "f | s", "The same as norm, str or info, as of any parameter", handle_row, false },
	{ "/bypass/match/<form>", "f | s", "The same as norm, str or info", handle_row, false },
	{ "/scene/store", "s:name", "Keeps all slots and values under a name, with the state of the rack",
		handle_scene_store, false },
	{ "/scene/recall", "s:name [f:seconds]",
		"Goes to a scene, everything from one frame on, in 0 to 60 s; locked rows stay", handle_scene_recall,
		false },
	{ "/scene/list", "", "The names of all scenes", handle_scene_list, false },
	{ "/scene/delete", "s:name", "Forgets a scene", handle_scene_delete, false },
	{ "/ab", "s:a|b|c|d", "Goes to another of four sides and leaves what is now on the one that was heard",
		handle_ab, false },
	{ "/ab/copy", "s:from s:to", "Copies one side to another", handle_ab_copy, false },
	{ "/undo", "", "Takes the last change back, chain edits too; 200 deep; 0 or F, a button let go, does nothing",
		handle_undo, false },
	{ "/redo", "", "Takes the last undo back", handle_redo, false },
	{ "/lock", "s:address [T|F]", "Keeps a row while scenes and presets change (ceilings by default)", handle_lock,
		false },
	{ "/preset/load", "s:name", "Loads a rack by name; answered with the name when it is done", handle_preset_load,
		false },
	{ "/preset/save", "s:name", "Saves the rack by name; answered with the name when it is done",
		handle_preset_save, false },
	{ "/preset/delete", "s:name",
		"Deletes a preset that was saved; its file stays as NAME.rack.bak. Answered with the name when it is "
		"done; presets that came with the program stay",
		handle_preset_delete, false },
	{ "/preset/list", "", "The names of all presets", handle_preset_list, false },
	{ "/meter/in/<measure>", "",
		"peak, true_peak, rms, true_peak_max (left and right), momentary, short_term, integrated, momentary_max, "
		"short_term_max, range, correlation or balance of the input; silence is -144",
		handle_level, false },
	{ "/meter/out/<measure>", "", "The same of the output", handle_level, false },
	{ "/meter/<slot>/<meter>", "", "A meter of a slot", handle_meter, false },
	{ "/meter/<slot>/<meter>/info", "", "s:label s:unit f:min f:max s:help", handle_meter_info, false },
	{ "/meter/reset", "", "Starts the integrated measures anew, all together", handle_meter_reset, false },
	{ "/meter/pause", "", "Holds the integrated measures", handle_meter_pause, false },
	{ "/meter/start", "", "Lets the integrated measures go on", handle_meter_start, false },
	{ "/subscribe", "s:pattern [i:hz]",
		"Sends the values of matching addresses now and as they change, hz times a second at most (30), and "
		"meters hz times "
		"a second (25; 30 at most), for 10 s; asking again renews it",
		handle_subscribe, false },
	{ "/unsubscribe", "s:pattern", "Ends it", handle_unsubscribe, false },
	{ "/info", "", "Names and values: program, version, client, rate, period, latency, title", handle_info, false },
	{ "/status", "",
		"Names and values: load_mean, load_worst, xruns_own, xruns_foreign, realtime, scheduling (real-time or "
		"not "
		"real-time), connected, rate, period, latency, overload (none, warning or "
		"safe bypass), poisoned, peers, dropped, input (connected, no input, no left input or no right input), "
		"awaited (ports asked for as input that are not there)",
		handle_status, false },
	{ "/sync", "i:number", "Answered with /synced i:number when the audio thread has applied everything before it",
		handle_sync, false },
	{ "/cookie", "s:nonce",
		"A peer on another machine is sent no more bytes than it sent, until it has proven that answers reach "
		"it: it sends /cookie with any text of 11 characters (questions of less than 24 bytes may get no "
		"answer at all), gets /cookie s:nonce, sends that same message back, gets /cookie without arguments, "
		"and asks again what it wanted. The proof holds while it sends something every minute; surfaces "
		"listed by --osc-surface need none",
		handle_cookie, false },
	{ "/quit", "", "Stops the rack", handle_quit, true },
};

const struct route *router_map(size_t *n)
{
	*n = sizeof routes / sizeof routes[0];
	return routes;
}

/* Whether the address has the form of a route. */
static bool fits(const char *form, const char *address)
{
	while (*form == '/' && *address == '/') {
		size_t wanted = strcspn(++form, "/"), part = strcspn(++address, "/");
		bool any = *form == '<', rest = any && form[wanted - 2] == '.';
		if (part == 0 || (!any && (wanted != part || memcmp(form, address, part) != 0)))
			return false;
		if (rest)
			return true;
		form += wanted;
		address += part;
	}
	return *form == *address;
}

const struct route *router_find(const char *address)
{
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
		if (fits(routes[i].address, address))
			return &routes[i];
	return NULL;
}

bool router_part(const char *address, int index, char *part, size_t size)
{
	for (; index >= 0 && *address == '/'; index--) {
		size_t length = strcspn(++address, "/");
		if (index == 0 && length > 0 && length < size) {
			memcpy(part, address, length);
			part[length] = '\0';
			return true;
		}
		address += length;
	}
	return false;
}
