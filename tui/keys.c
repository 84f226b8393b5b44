/* The keys: one table that the loop looks up, the help shows and the tests read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/keys.h"

#include <curses.h>

#define CTRL(LETTER) ((LETTER)&0x1f)

const struct key keys[] = {
	{ { '?', KEY_F(1) }, "? F1", "help", "this help", ACTION_HELP, 0 },
	{ { 'q', KEY_F(10), CTRL('C') }, "q F10 ^C", "quit", "quit: asks whether to stop the rack", ACTION_QUIT, 0 },
	{ { 'b' }, "b", "bypass", "bypass the whole rack", ACTION_BYPASS, 0 },
	{ { KEY_UP, 'k' }, "Up k", NULL, "previous parameter", ACTION_LINE, -1 },
	{ { KEY_DOWN, 'j' }, "Down j", NULL, "next parameter", ACTION_LINE, 1 },
	{ { KEY_LEFT, 'h' }, "Left h", NULL, "a step down; in a table, the cell to the left", ACTION_SIDE, -1 },
	{ { KEY_RIGHT, 'l' }, "Right l", NULL, "a step up; in a table, the cell to the right", ACTION_SIDE, 1 },
	{ { '\t', ']' }, "Tab ]", "slot", "next slot", ACTION_SLOT, 1 },
	{ { KEY_BTAB, '[' }, "S-Tab [", NULL, "previous slot", ACTION_SLOT, -1 },
	{ { '+', '=' }, "+ =", NULL, "a step up", ACTION_STEP, 1 },
	{ { '-', '_' }, "- _", NULL, "a step down", ACTION_STEP, -1 },
	{ { KEY_PPAGE }, "PgUp", NULL, "ten steps up", ACTION_STEP, 10 },
	{ { KEY_NPAGE }, "PgDn", NULL, "ten steps down", ACTION_STEP, -10 },
	{ { '.', KEY_SRIGHT }, ". S-Right", NULL, "a tenth of a step up", ACTION_STEP, 0.1f },
	{ { ',', KEY_SLEFT }, ", S-Left", NULL, "a tenth of a step down", ACTION_STEP, -0.1f },
	{ { KEY_HOME }, "Home", NULL, "lowest value", ACTION_MIN, 0 },
	{ { KEY_END }, "End", NULL, "highest value", ACTION_MAX, 0 },
	{ { 'd', KEY_BACKSPACE, 0x7f }, "d Bksp", NULL, "default value", ACTION_DEFAULT, 0 },
	{ { '\r', '\n', KEY_ENTER }, "Enter", "type", "type a value, with or without its unit; choose", ACTION_TYPE,
		0 },
	{ { ' ' }, "Space", NULL, "switch on or off; next choice", ACTION_TOGGLE, 0 },
	{ { 'M' }, "M", NULL, "match: the louder of rack and bypass is turned down", ACTION_MATCH, 0 },
	{ { 'B', 'x' }, "B x", NULL, "bypass this slot", ACTION_SLOT_BYPASS, 0 },
	{ { 'a' }, "a", NULL, "solo: hear this slot alone", ACTION_SOLO, 0 },
	{ { 'c' }, "c", NULL, "delta: hear only what this slot changes", ACTION_DELTA, 0 },
	{ { '<' }, "<", NULL, "move this slot towards the input", ACTION_MOVE, -1 },
	{ { '>' }, ">", NULL, "move this slot towards the output", ACTION_MOVE, 1 },
	{ { 'i', KEY_IC }, "i Ins", "insert", "insert a module behind this slot", ACTION_INSERT, 0 },
	{ { 'r' }, "r", NULL, "replace this slot's module", ACTION_REPLACE, 0 },
	{ { 'D', KEY_DC }, "D Del", NULL, "remove this slot (asks first)", ACTION_REMOVE, 0 },
	{ { 'u' }, "u", "undo", "undo", ACTION_UNDO, 0 },
	{ { 'U', CTRL('R') }, "U ^R", NULL, "redo", ACTION_REDO, 0 },
	{ { '1' }, "1", NULL, "compare: hear side a", ACTION_SIDE_ABCD, 'a' },
	{ { '2' }, "2", NULL, "compare: hear side b", ACTION_SIDE_ABCD, 'b' },
	{ { '3' }, "3", NULL, "compare: hear side c", ACTION_SIDE_ABCD, 'c' },
	{ { '4' }, "4", NULL, "compare: hear side d", ACTION_SIDE_ABCD, 'd' },
	{ { 'w' }, "w", NULL, "store all settings as a scene", ACTION_STORE, 0 },
	{ { 'e' }, "e", NULL, "recall a scene, gliding to it in two seconds", ACTION_RECALL, 0 },
	{ { 'p' }, "p", "presets", "load a preset", ACTION_PRESETS, 0 },
	{ { 's' }, "s", NULL, "save as a preset", ACTION_SAVE, 0 },
	{ { 'E' }, "E", NULL, "delete a scene (asks first)", ACTION_DELETE_SCENE, 0 },
	{ { 'P' }, "P", NULL, "delete a saved preset (asks first)", ACTION_DELETE_PRESET, 0 },
	{ { 't' }, "t", NULL, "give the rack a title", ACTION_TITLE, 0 },
	{ { 'L' }, "L", NULL, "lock: scenes and presets leave the parameter alone", ACTION_LOCK, 0 },
	{ { 'R' }, "R", NULL, "reset the loudness and the held peaks", ACTION_RESET, 0 },
	{ { 'g' }, "g", NULL, "show or hide the response curve of an equaliser", ACTION_CURVE, 0 },
	{ { CTRL('L') }, "^L", NULL, "draw the screen anew", ACTION_REDRAW, 0 },
};
const size_t n_keys = sizeof keys / sizeof keys[0];

const struct key *keys_find(int code)
{
	for (size_t i = 0; code > 0 && i < n_keys; i++)
		for (int c = 0; c < KEY_CODES_MAX; c++)
			if (keys[i].codes[c] == code)
				return &keys[i];
	return NULL;
}
